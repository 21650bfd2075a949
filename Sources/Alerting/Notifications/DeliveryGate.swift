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

    /// How many messages may be under way while the destination does as well as most do.
    private var window = Self.firstLeased

    /// The most messages under way before it is known how fast the destination answers.
    package static let firstLeased = 200
    /// The most messages under way to a destination that answers at once.
    package static let mostLeased = 1_000
    /// Answers as quick as this make room for one message more: what is under way then waits for commits, not for the
    /// destination.
    package static let quickAnswer = Duration.milliseconds(250)
    /// Answers slower than this halve the room: a message that waits long for a free connection runs out of its time.
    package static let slowAnswer = Duration.seconds(2)
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
        return breaker.failures > 0 ? Self.mostLeasedWhileSick : window
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
    ///
    /// - Parameter latency: how long it took, the wait for a free connection included.
    package mutating func ended(_ outcome: DeliveryOutcome, after latency: Duration, at now: Timestamp) {
        switch outcome {
        case .delivered, .rejected:
            breaker.ended()
            if latency <= Self.quickAnswer {
                window = min(window + 1, Self.mostLeased)
            } else if latency > Self.slowAnswer {
                window = max(window / 2, Self.mostLeasedWhileSick)
            }
        case .retry(_, let retryAfter, _):
            breaker.failed(at: now)
            window = min(window, Self.firstLeased)
            if let retryAfter {
                pausedUntil = max(pausedUntil ?? now, now + min(retryAfter, NotificationPlanner.longestRetryAfter))
            }
        }
    }
}
