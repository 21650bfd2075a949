import Alerting
import PromQL

/// What is decided and could not be stored, and when the store is tried again.
struct Backlog {
    private(set) var records: [StoreRecord] = []
    /// The store is not tried before this; nil where the last try went well.
    private var nextTry: Timestamp?
    /// The pause after the last try; zero where it went well.
    private var pause = Duration.zero

    /// While the store can't be written, it is tried less and less often, up to this pause.
    static let longestPause = Duration.seconds(10)
    /// Records kept; past it the oldest events and ledger rows are dropped.
    static let most = 100_000

    /// What is to be stored now, the oldest first; empty while the store is not to be tried: then all of it is kept.
    ///
    /// - Parameter isLastChance: tries in any case.
    mutating func take(with new: [StoreRecord], at now: Timestamp, isLastChance: Bool = false) -> [StoreRecord] {
        records += new
        guard isLastChance || nextTry.map({ now >= $0 }) ?? true else { return [] }
        defer { records = [] }
        return records
    }

    /// Takes back what could not be stored.
    ///
    /// - Returns: how many records had to be dropped.
    mutating func giveBack(_ failed: [StoreRecord], at now: Timestamp) -> Int {
        pause = min(max(pause * 2, .milliseconds(500)), Self.longestPause)
        nextTry = now + pause
        records = failed + records
        let excess = records.count - Self.most
        guard excess > 0 else { return 0 }
        var dropped = 0
        records.removeAll { record in
            guard dropped < excess, record.isHistory else { return false }
            dropped += 1
            return true
        }
        return dropped
    }

    /// What was taken is stored.
    mutating func succeeded() {
        pause = .zero
        nextTry = nil
    }
}

extension StoreRecord {
    /// Whether it tells what happened, and not how something stands.
    var isHistory: Bool {
        switch self {
        case .event, .ledger: true
        case .alert, .removeAlert, .group, .removeGroup, .outbox, .removeOutbox, .silence, .removeSilence, .heartbeat,
            .removeHeartbeat, .acknowledgement, .removeAcknowledgement:
            false
        }
    }
}
