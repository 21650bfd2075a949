import Alerting
import PromQL
import Testing

/// Rules in Prometheus's form, and flapping.
@Suite("Prometheus's form, and flapping")
struct PresenceMachineTests {
    static let rows: [(String, Int, Int, String, String)] = [
        ("without for it fires at once", 0, 0, "1 -", "fired resolved"),
        ("for counts from the first evaluation that gave it", 20, 0, "1 1 1 -", "pending . fired resolved"),
        ("pending ends where the element is absent", 20, 0, "1 - 1", "pending pending_ended pending"),
        ("keep_firing_for holds it", 0, 20, "1 - - - -", "fired recovering . resolved ."),
        (
            "an element that comes back ends keep_firing_for", 0, 20, "1 - 1 - - -",
            "fired recovering recovering_ended recovering . resolved"
        ),
        ("unknown holds it", 0, 0, "1 ? ? 1 -", "fired stale . fresh resolved"),
        ("time without data stops the clock of for", 20, 0, "1 ? ? 1 1 1", "pending stale . fresh fired ."),
    ]

    @Test("the table", arguments: rows)
    func table(row: (String, Int, Int, String, String)) {
        var table = MachineTable(.presence(holdFor: .seconds(row.1), keepFiringFor: .seconds(row.2)))
        #expect(table.run(row.3) == row.4, "\(row.0)")
    }

    @Test("flapping begins above 30 % and ends at 25 %, each said once")
    func flapping() throws {
        var table = MachineTable(
            .levels([try MachineTable.level(.warning, "> 0", "<= 0")]), flapping: FlappingPolicy())
        let events = table.run(Array(repeating: "1 0", count: 10).joined(separator: " "))
        #expect(events.components("flapping") == 1)
        #expect(table.alert.isFlapping)
        let after = table.run(Array(repeating: "0", count: 20).joined(separator: " "))
        #expect(after.components("steady") == 1)
        #expect(!table.alert.isFlapping)
    }

    @Test("Icinga's weights: the newest of twenty slots counts half as much again as the oldest")
    func weights() {
        var memory = FlappingMemory(at: Timestamp(milliseconds: 0))
        for second in 0..<20 {
            memory.advance(
                to: Timestamp(milliseconds: Int64(second) * 1_000), slot: .seconds(1), window: 20, changed: second == 19
            )
        }
        #expect(abs(memory.share(window: 20) - 100 * 1.2 / 20) < 1e-9)
    }

    @Test("one change now and then is not flapping")
    func calm() throws {
        var table = MachineTable(
            .levels([try MachineTable.level(.warning, "> 0", "<= 0")]), flapping: FlappingPolicy())
        let events = table.run(
            Array(repeating: "1 1 1 1 1 1 1 1 1 0 0 0 0 0 0 0 0 0 0", count: 6).joined(separator: " "))
        #expect(events.components("flapping") == 0)
    }
}

extension String {
    /// How often a word stands in it.
    func components(_ word: String) -> Int {
        split { $0 == " " || $0 == "+" }.filter { $0.hasPrefix(word) }.count
    }
}
