package import PromQL

/// The first look: the agent has never told anybody anything, so that what is wrong already is told as one summary to
/// each destination that people read, once all is known, and after `longest` at the latest.
extension NotificationPlanner {
    /// A first look that is under way.
    struct FirstLook: Hashable, Sendable {
        /// It ends at this time at the latest.
        let until: Timestamp

        static let longest = Duration.seconds(300)
    }

    /// Begins one, or goes on with that of which the outbox knows.
    ///
    /// - Parameter isNew: whether nobody was ever told anything.
    package mutating func startFirstLook(isNew: Bool, at now: Timestamp) {
        let waiting = outbox.values.filter { $0.isFirstLook == true && $0.attempts == 0 && $0.state == .waiting }
        guard isNew || !waiting.isEmpty, policies.values.contains(where: { $0.digestsAbove != nil }) else { return }
        let longest = now + FirstLook.longest
        firstLook = FirstLook(until: min(longest, waiting.map(\.nextAttemptAt).max() ?? longest))
    }

    /// Whether messages to a destination wait for the end of the first look.
    func waitsForFirstLook(_ destination: Destination) -> Bool {
        firstLook != nil && policies[destination]?.digestsAbove != nil
    }

    /// Ends it where it is time: what waits is due now.
    ///
    /// - Parameter isSettled: whether everything has been looked at and nothing may fire in a moment.
    package mutating func endFirstLook(isSettled: Bool, at now: Timestamp) {
        guard let look = firstLook else { return }
        guard look.until <= now || (isSettled && !isAnythingUnsaid) else { return }
        firstLook = nil
        for var row in outbox.values.sorted(by: { $0.id < $1.id })
        where row.isFirstLook == true && row.state == .waiting && row.nextAttemptAt > now {
            row.nextAttemptAt = now
            setRow(row)
            records.append(.outbox(row))
        }
    }

    /// Whether a group still waits to say something to people.
    private var isAnythingUnsaid: Bool {
        groups.contains { id, group in policies[id.destination]?.digestsAbove != nil && hasWaiting(group) }
    }
}
