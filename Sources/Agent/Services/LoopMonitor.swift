package import PromQL
import Synchronization

/// Knows which of the agent's loops stand still: each says at every turn when it will show itself next at the latest.
///
/// A process that runs is no proof that it watches: one that hangs in a probe, or waits for ever for a receiver, runs
/// too.
package final class LoopMonitor: Sendable {
    private let deadlines = Mutex<[String: Timestamp]>([:])

    package init() {}

    /// The loop made progress, and will again before this time.
    package func note(_ loop: String, next: Timestamp) {
        deadlines.withLock { $0[loop] = next }
    }

    /// The loop has ended as it should.
    package func end(_ loop: String) {
        deadlines.withLock { $0[loop] = nil }
    }

    /// The loops that should have shown themselves by now and did not, sorted.
    package func stuck(at now: Timestamp) -> [String] {
        deadlines.withLock { deadlines in deadlines.filter { $0.value < now }.keys.sorted() }
    }

    /// Patience beyond what a loop's own times say: the machine may be busy with something else.
    package static let patience = Duration.seconds(30)
}
