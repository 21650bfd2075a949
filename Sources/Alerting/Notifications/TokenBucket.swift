package import PromQL

/// How fast a destination may be sent to.
package struct Pace: Hashable, Sendable {
    /// The messages that may go out at once after a quiet while; at least 1.
    package let burst: Int
    /// The time between two messages after that.
    package let interval: Duration

    package init(burst: Int, every interval: Duration) {
        self.burst = max(1, burst)
        self.interval = interval
    }
}

/// A bucket of tokens, one for each message: it holds `burst` and gets one back every `interval`.
///
/// Kept as the time at which it would be full again, so that no rounding adds up.
package struct TokenBucket: Hashable, Sendable {
    package let pace: Pace
    /// Full from this time on; nil while nothing was ever taken.
    private var fullAt: Timestamp?

    package init(_ pace: Pace) {
        self.pace = pace
    }

    /// When there is a token: in the past where there is one now; nil where nothing was ever taken.
    package var nextAt: Timestamp? {
        fullAt.map { $0 - pace.interval * (pace.burst - 1) }
    }

    /// Takes a token out, also where there is none: then the bucket owes one.
    package mutating func take(at now: Timestamp) {
        fullAt = max(fullAt ?? now, now) + pace.interval
    }
}
