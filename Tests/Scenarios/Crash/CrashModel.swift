import Foundation

/// What must have been said, worked out from the schedule alone: an independent and simple model, without any of the
/// agent's own code.
///
/// Each target is well, wrong, well, wrong … Each phase lasts until the agent has certainly seen it. So each receiver
/// must hear, for each target, «fired» and «resolved» of every episode, once each and in this order.
struct CrashModel {
    /// One time that a target was wrong.
    struct Episode {
        let began: Date
        /// Nil while it lasts.
        var ended: Date?
    }

    /// Something that a receiver took with a good answer.
    struct Telling {
        let receiver: String
        let target: String
        let change: String
        /// When the message says that it began.
        let startedAt: Date
        /// When earlier episodes began whose end the message tells besides.
        let meanwhile: [Date]
        /// The message's idempotency key.
        let key: String
        let arrived: Date
        /// When the good answer was given.
        let answered: Date
    }

    /// The table that a run ends with.
    struct Verdict: CustomStringConvertible {
        var kills = 0
        var due = 0
        var delivered = 0
        var missing: [String] = []
        /// Messages that came again under the key that they had, since a kill found them in flight.
        var repeatedInFlight = 0
        /// Came again though no kill found them in flight.
        var repeatedOtherwise: [String] = []
        /// Told of something that never was.
        var wrong: [String] = []
        var outOfOrder: [String] = []

        var isGood: Bool {
            missing.isEmpty && repeatedOtherwise.isEmpty && wrong.isEmpty && outOfOrder.isEmpty && due > 0
        }

        var description: String {
            let faults = (missing + repeatedOtherwise + wrong + outOfOrder).prefix(20).map { "  \($0)" }
            let table = """
                kills                       \(kills)
                notifications due           \(due)
                delivered                   \(delivered)
                missing                     \(missing.count)
                repeated, in flight at kill \(repeatedInFlight)
                repeated otherwise          \(repeatedOtherwise.count)
                told wrongly                \(wrong.count)
                out of order                \(outOfOrder.count)
                """
            return ([table] + faults).joined(separator: "\n")
        }
    }

    let receivers: [String]
    /// By target, oldest first; all have ended.
    let episodes: [String: [Episode]]
    let kills: [Date]

    /// A sample is on its way for so long at most when the thing it shows changes, and an answer when the agent is
    /// killed before it has written it down.
    private static let slack: TimeInterval = 2

    func verdict(on tellings: [Telling]) -> Verdict {
        var verdict = Verdict()
        verdict.kills = kills.count
        let fresh = dropRepeated(tellings, verdict: &verdict)
        for receiver in receivers {
            for (target, episodes) in episodes.sorted(by: { $0.key < $1.key }) {
                let heard = fresh.filter { $0.receiver == receiver && $0.target == target }
                judge(heard, of: episodes, who: "\(receiver) \(target)", verdict: &verdict)
            }
        }
        return verdict
    }

    /// Takes out what came again under the same key.
    private func dropRepeated(_ tellings: [Telling], verdict: inout Verdict) -> [Telling] {
        var first: [String: Telling] = [:]
        var fresh: [Telling] = []
        var counted: Set<String> = []
        for telling in tellings.sorted(by: { $0.arrived < $1.arrived }) {
            let about = "\(telling.receiver) \(telling.key) \(telling.target) \(telling.change)"
            guard let old = first[about] else {
                first[about] = telling
                fresh.append(telling)
                continue
            }
            let wasKilled = kills.contains { kill in
                kill >= old.arrived.addingTimeInterval(-0.01)
                    && kill <= old.answered.addingTimeInterval(Self.slack) && kill <= telling.arrived
            }
            // One message may tell of many targets; it is one repeat.
            if wasKilled {
                if counted.insert("\(telling.receiver) \(telling.key) \(telling.arrived)").inserted {
                    verdict.repeatedInFlight += 1
                }
            } else {
                verdict.repeatedOtherwise.append("again without a kill: \(about) at \(telling.arrived)")
            }
            // After the next kill it may come once more.
            first[about] = telling
        }
        return fresh
    }

    /// Compares what one receiver heard of one target with its episodes.
    private func judge(_ heard: [Telling], of episodes: [Episode], who: String, verdict: inout Verdict) {
        // Twice the episode's number, and one more for its end: the order in which all must come.
        var told: [Int] = []
        func episode(_ startedAt: Date) -> Int? {
            let index = episodes.lastIndex { $0.began <= startedAt.addingTimeInterval(0.01) }
            guard let index, let ended = episodes[index].ended, startedAt <= ended.addingTimeInterval(Self.slack)
            else {
                verdict.wrong.append("\(who): of \(startedAt), which never was")
                return nil
            }
            return index
        }
        for telling in heard {
            for index in telling.meanwhile.compactMap(episode) {
                // That it fired may have been told before; its end never.
                if !told.contains(2 * index) { told.append(2 * index) }
                told.append(2 * index + 1)
            }
            guard let index = episode(telling.startedAt) else { continue }
            switch telling.change {
            case "fired": told.append(2 * index)
            case "resolved": told.append(2 * index + 1)
            // Fired and cleared before it could be told: one message says both.
            case "passed": told += [2 * index, 2 * index + 1]
            default: verdict.wrong.append("\(who): an unexpected \(telling.change)")
            }
        }
        verdict.due += 2 * episodes.count
        verdict.delivered += Set(told).count
        for number in 0..<2 * episodes.count where !told.contains(number) {
            let name = number % 2 == 0 ? "fired" : "resolved"
            verdict.missing.append("\(who): \(name) of the episode from \(episodes[number / 2].began)")
        }
        for number in Set(told).sorted() where told.filter({ $0 == number }).count > 1 {
            let name = number % 2 == 0 ? "fired" : "resolved"
            verdict.repeatedOtherwise.append("\(who): \(name) of one episode in two messages")
        }
        for (one, next) in zip(told, told.dropFirst()) where next < one {
            verdict.outOfOrder.append("\(who): \(next) after \(one)")
        }
    }
}
