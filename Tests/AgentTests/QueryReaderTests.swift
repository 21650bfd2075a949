import Agent
import Alerting
import History
import PromQL
import Testing

/// The parameters of the history's routes.
@Suite("History parameters")
struct QueryReaderTests {
    @Test("every parameter is read")
    func all() throws {
        let query = try QueryReader.events([
            ("from", "2026-11-23T08:00:00Z"), ("to", "1795420800.5"), ("alert", "00000000000000ff"),
            ("rule", "PoolHigh"),
            ("level", "warning"), ("level", "critical"), ("kind", "fired"), ("label", "pool=web"),
            ("label", "datname=~app.*"),
            ("limit", "20"), ("order", "oldest"), ("cursor", "x"),
        ])
        #expect(query.from == Timestamp(milliseconds: 1_795_420_800_000))
        #expect(query.to == Timestamp(milliseconds: 1_795_420_800_500))
        #expect(query.alert == AlertID(fingerprint: 255))
        #expect(query.levels == [.warning, .critical])
        #expect(query.kinds == [.fired])
        #expect(query.matchers.map(\.description) == ["pool=\"web\"", "datname=~\"app.*\""])
        #expect(query.limit == 20 && query.order == .oldestFirst && query.cursor == "x")
    }

    @Test(
        "what is wrong is said with what is right",
        arguments: [
            ("from", "yesterday", "2026-11-23T08:00:00Z"), ("alert", "xyz", "16 hexadecimal digits"),
            ("level", "fatal", "critical"), ("kind", "burned", "resolved"), ("label", "web", "pool=web"),
            ("label", "a=~(", "regular expression"), ("limit", "0", "1 to 1000"), ("order", "up", "oldest"),
            ("levle", "warning", "unknown parameter"),
        ])
    func wrong(name: String, value: String, fragment: String) {
        do {
            _ = try QueryReader.events([(name, value)])
            Issue.record("it was accepted")
        } catch {
            #expect(error.description.contains(fragment), "\(error)")
        }
    }
}
