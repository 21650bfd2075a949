package import PromQL

/// Stops sending to a destination that does not work: while it is open, single messages try whether it does again.
///
/// | state | exits |
/// |---|---|
/// | closed | open, after `opensAfter` failures in a row |
/// | open | trying, once the pause is over |
/// | trying | closed, when that message arrives; open, when it fails, for twice as long up to `longestPause` |
package struct CircuitBreaker: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        case closed
        /// Nothing is sent before this time.
        case open(until: Timestamp)
        /// One message is under way.
        case trying
    }

    /// So many failures in a row open it.
    package static let opensAfter = 5
    /// The pause when it opens.
    package static let firstPause = Duration.seconds(1)
    /// Not longer, since what a person waits for after an outage is mostly this pause.
    package static let longestPause = Duration.seconds(5)

    package private(set) var state = State.closed
    /// Failures since the last message that arrived.
    package private(set) var failures = 0
    private var pause = firstPause

    package init() {}

    package var isOpen: Bool { state != .closed }

    /// Takes note that a message is sent.
    package mutating func began() {
        if case .open = state { state = .trying }
    }

    /// Takes note that the destination took a message, or refused it for good: it works.
    package mutating func ended() {
        self = CircuitBreaker()
    }

    /// Takes note of an attempt that failed. Those that began before it opened change nothing.
    package mutating func failed(at now: Timestamp) {
        failures += 1
        switch state {
        case .closed where failures >= Self.opensAfter: state = .open(until: now + pause)
        case .trying:
            pause = min(pause * 2, Self.longestPause)
            state = .open(until: now + pause)
        case .closed, .open: break
        }
    }
}
