import Alerting
import History
import PromQL
import Testing

@Suite struct MemoryHistoryTests {
    @Test("It keeps so many events and entries, and the oldest go first")
    func bounded() async throws {
        let store = MemoryHistory(maximumRows: 3)
        for second in [5.0, 1, 4, 3, 2] {
            try await store.commit([.event(Make.event(at: second)), .ledger(Make.entry(at: second))])
        }
        #expect(try await store.events(EventQuery()).events.map(\.at) == [5, 4, 3].map(Make.time))
        #expect(try await store.ledger(LedgerQuery()).entries.map(\.at) == [5, 4, 3].map(Make.time))
    }
}
