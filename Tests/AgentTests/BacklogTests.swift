import Alerting
import PromQL
import Testing

@testable import Agent

/// What can't be stored: in which order it is tried again, when, and what is given up.
@Suite struct BacklogTests {
    private let start = Timestamp(milliseconds: 1_000_000)

    private func removals(_ ids: ClosedRange<Int64>) -> [StoreRecord] { ids.map(StoreRecord.removeOutbox) }

    @Test("what failed comes before what followed, and is tried after a pause that doubles up to ten seconds")
    func order() {
        var backlog = Backlog()
        #expect(backlog.take(with: removals(1...2), at: start) == removals(1...2))
        #expect(backlog.giveBack(removals(1...2), at: start) == 0)
        #expect(backlog.take(with: removals(3...3), at: start + .milliseconds(499)).isEmpty)
        #expect(backlog.records == removals(1...3))
        var now = start + .milliseconds(500)
        for pause in [1_000, 2_000, 4_000, 8_000, 10_000, 10_000] {
            let taken = backlog.take(with: [], at: now)
            #expect(taken == removals(1...3))
            #expect(backlog.giveBack(taken, at: now) == 0)
            #expect(backlog.take(with: [], at: now + .milliseconds(pause - 1)).isEmpty)
            now = now + .milliseconds(pause)
        }
        #expect(backlog.take(with: removals(4...4), at: now) == removals(1...4))
        backlog.succeeded()
        #expect(backlog.take(with: removals(5...5), at: now) == removals(5...5))
        // And the pause begins anew.
        #expect(backlog.giveBack(removals(5...5), at: now) == 0)
        #expect(backlog.take(with: [], at: now + .milliseconds(500)) == removals(5...5))
    }

    @Test("the last chance is taken whatever the pause says")
    func lastChance() {
        var backlog = Backlog()
        _ = backlog.giveBack(removals(1...1), at: start)
        #expect(backlog.take(with: removals(2...2), at: start, isLastChance: true) == removals(1...2))
        #expect(backlog.records.isEmpty)
    }

    @Test("past the limit the oldest of what happened goes; how things stand and messages never do")
    func limit() {
        var backlog = Backlog()
        let entry = LedgerEntry(
            at: start, kind: .queued, destination: Destination(receiver: "ops", channel: "webhook", index: 0),
            groupKey: "k", alerts: [], message: nil, attempt: nil, latency: nil, reason: "")
        let old = (0..<5).map { number -> StoreRecord in
            var entry = entry
            entry.message = Int64(number)
            return .ledger(entry)
        }
        let states = removals(1...Int64(Backlog.most - 2))
        #expect(backlog.giveBack(old + states, at: start) == 3)
        #expect(backlog.records == old.suffix(2) + states)
        #expect(backlog.giveBack(removals(1...10), at: start) == 2)
        #expect(backlog.records.count == Backlog.most + 8)
    }
}
