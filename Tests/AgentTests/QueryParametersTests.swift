import Agent
import PromQL
import Testing

/// The parameters of Prometheus's query API.
@Suite("Query parameters")
struct QueryParametersTests {
    @Test("are read from the address and from a form, percent-encoded")
    func forms() throws {
        let parameters = QueryParameters([
            "query=sum%28up%29+%3E+1&time=1795420800.5", "match[]=up&match%5B%5D=%7Bjob%3D%22a%22%7D",
        ])
        #expect(parameters["query"] == "sum(up) > 1")
        #expect(try parameters.time("time") == Timestamp(milliseconds: 1_795_420_800_500))
        #expect(try parameters.selectors().map { $0.map(\.description) } == [["__name__=\"up\""], ["job=\"a\""]])
        #expect(try parameters.time("end") == nil && parameters.limit() == nil)
    }

    @Test(
        "durations are seconds or Prometheus's form",
        arguments: [("15", 15_000), ("0.25", 250), ("5m", 300_000), ("1h30m", 5_400_000)] as [(String, Int64)])
    func durations(_ text: String, _ milliseconds: Int64) throws {
        #expect(try QueryParameters(["step=\(text)"]).duration("step") == .milliseconds(milliseconds))
    }

    @Test(
        "what is wrong is said as Prometheus says it",
        arguments: [
            ("time=yesterday", "invalid parameter \"time\": cannot parse \"yesterday\" to a valid timestamp"),
            ("step=5x", "invalid parameter \"step\": cannot parse \"5x\" to a valid duration"),
            ("limit=-1", "invalid parameter \"limit\": limit must be non-negative"),
            ("match[]=up%5B5m%5D", "invalid parameter \"match[]\": `up[5m]` is not a selector such as up{job=\"x\"}"),
            ("match[]=%7B", "invalid parameter \"match[]\": 1:2:"),
        ])
    func wrong(_ form: String, _ said: String) {
        let parameters = QueryParameters([form])
        let problem = #expect(throws: QueryParameters.Problem.self) {
            _ = try parameters.time("time")
            _ = try parameters.duration("step")
            _ = try parameters.limit()
            _ = try parameters.selectors()
        }
        #expect(problem?.description.hasPrefix(said) == true, "\(problem?.description ?? "")")
    }
}
