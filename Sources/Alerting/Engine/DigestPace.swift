import PromQL

/// Decides for one destination that people read whether messages go one by one or together.
struct DigestPace: Sendable {
    enum Decision: Hashable, Sendable {
        /// Each on its own.
        case singly
        /// All in one digest.
        case together
        /// Not yet: more may come.
        case wait
    }

    /// When messages left, within the last `window`; a digest counts as one.
    private var sent: [Timestamp] = []
    /// While more come than may go one by one, the next digest is not made before this; nil else.
    private(set) var waitsUntil: Timestamp?

    /// The time over which messages are counted.
    static let window = Duration.seconds(60)
    /// The pause between two digests, and what the first waits for where messages come in one by one.
    static let pause = Duration.seconds(15)

    /// - Parameters:
    ///   - waiting: the messages that wait, also for a next attempt; at least one of them is due.
    ///   - most: how many may go one by one within `window`.
    mutating func decide(waiting: Int, most: Int, at now: Timestamp) -> Decision {
        sent.removeAll { $0 <= now - Self.window }
        guard sent.count + waiting > most else {
            waitsUntil = nil
            return .singly
        }
        if let waitsUntil, now < waitsUntil { return .wait }
        if waiting > 1 { return .together }
        guard waitsUntil == nil else { return .singly }
        waitsUntil = now + Self.pause
        return .wait
    }

    /// Takes note of messages that leave, one by one or as a digest.
    mutating func noteSent(_ count: Int, isDigest: Bool, at now: Timestamp) {
        sent += Array(repeating: now, count: count)
        if isDigest || waitsUntil != nil { waitsUntil = now + Self.pause }
    }

    /// A digest failed: what it told may be tried again as soon as the pause between attempts allows.
    mutating func noteFailure() { waitsUntil = nil }
}
