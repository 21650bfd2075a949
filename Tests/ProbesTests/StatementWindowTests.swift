import Probes
import PromQL
import Testing

/// The differences behind the latency probe.
@Suite("Statement window")
struct StatementWindowTests {
    private let key = StatementWindow.Key(user: "app", database: "app", queryID: "1")

    private func row(_ calls: Int64, _ time: Double) -> [StatementWindow.Key: StatementWindow.Counters] {
        [key: .init(calls: calls, time: time, rows: 0)]
    }

    @Test("the first look tells nothing, the second what happened between")
    func difference() {
        var window = StatementWindow()
        #expect(window.observe(row(10, 100)) == nil)
        let activity = window.observe(row(12, 100.4))
        #expect(activity?.first?.calls == 2)
        #expect(abs((activity?.first?.mean ?? 0) - 0.2) < 1e-9)
    }

    @Test("a statement that was not called is left out, so its alert clears")
    func idle() {
        var window = StatementWindow()
        _ = window.observe(row(10, 100))
        #expect(window.observe(row(10, 100)) == [])
    }

    @Test("after a reset the counters count from zero, whether they went down or the server says so")
    func reset() {
        var window = StatementWindow()
        _ = window.observe(row(10, 100), reset: 1)
        #expect(window.observe(row(3, 0.3), reset: 1)?.first?.calls == 3)
        #expect(window.observe(row(30, 3), reset: 2)?.first?.calls == 30)
    }

    @Test("an evicted statement that comes back counts from zero")
    func evicted() {
        var window = StatementWindow()
        _ = window.observe(row(10, 100))
        #expect(window.observe([:]) == [])
        #expect(window.observe(row(2, 0.5))?.first?.mean == 0.25)
    }
}
