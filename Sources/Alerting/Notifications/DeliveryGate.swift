package import PromQL

/// How one destination stands.
package struct DestinationStanding: Hashable, Sendable {
    /// Whether it does not work, and is only tried by single messages.
    package let isCircuitOpen: Bool
    /// The messages that wait to be sent.
    package let waiting: Int
}

/// Decides when the next message may go to one destination: its pace, its circuit breaker, and what it asked for.
///
/// It only delays: a message that waits for it stays in the outbox, and what follows is merged into it meanwhile.
package struct DeliveryGate: Hashable, Sendable {
    private var bucket: TokenBucket?
    package private(set) var breaker = CircuitBreaker()
    /// The destination asked to be left alone until then; nil where it did not.
    private var pausedUntil: Timestamp?

    /// The most messages under way.
    package static let mostLeased = 200
    /// The same after an attempt that failed, until one arrives: a destination that hangs must not hold the places
    /// that others need.
    package static let mostLeasedWhileSick = 8

    package init(pace: Pace? = nil) {
        bucket = pace.map(TokenBucket.init)
    }

    /// Takes over another pace; what is known of the destination stays.
    package mutating func setPace(_ pace: Pace?) {
        guard pace != bucket?.pace else { return }
        bucket = pace.map(TokenBucket.init)
    }

    /// How many messages may be under way.
    package var places: Int {
        if breaker.isOpen { return 1 }
        return breaker.failures > 0 ? Self.mostLeasedWhileSick : Self.mostLeased
    }

    /// When a message may be sent: in the past where one may now.
    package var opensAt: Timestamp? {
        var times = [bucket?.nextAt, pausedUntil].compactMap { $0 }
        if case .open(let until) = breaker.state { times.append(until) }
        return times.max()
    }

    /// Whether a message may be sent now.
    package func isOpen(at now: Timestamp) -> Bool { opensAt.map { $0 <= now } ?? true }

    /// Takes note that a message is sent.
    package mutating func began(at now: Timestamp) {
        bucket?.take(at: now)
        breaker.began()
    }

    /// Takes note of how an attempt ended.
    package mutating func ended(_ outcome: DeliveryOutcome, at now: Timestamp) {
        switch outcome {
        case .delivered, .rejected: breaker.ended()
        case .retry(_, let retryAfter, _):
            breaker.failed(at: now)
            if let retryAfter {
                pausedUntil = max(pausedUntil ?? now, now + min(retryAfter, NotificationPlanner.longestRetryAfter))
            }
        }
    }
}
