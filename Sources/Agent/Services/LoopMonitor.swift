package import Alerting
package import PromQL
import Synchronization

/// Knows which of the agent's loops stand still: each says at every turn when it will show itself next at the latest.
///
/// A process that runs is no proof that it watches: one that hangs in a probe, or waits for ever for a receiver, runs
/// too.
package final class LoopMonitor: Sendable {
    /// What makes progress, or should.
    package enum Loop: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
        case named(String)
        case delivery(message: Int64, to: Destination)

        package init(stringLiteral name: String) { self = .named(name) }

        package var description: String {
            switch self {
            case .named(let name): name
            case .delivery(let message, let destination): "delivery (message \(message) to \(destination))"
            }
        }
    }

    private let deadlines = Mutex<[Loop: Timestamp]>([:])

    package init() {}

    /// The loop made progress, and will again before this time.
    package func note(_ loop: Loop, next: Timestamp) {
        deadlines.withLock { $0[loop] = next }
    }

    /// The loop has ended as it should.
    package func end(_ loop: Loop) {
        deadlines.withLock { $0[loop] = nil }
    }

    /// The loops that should have shown themselves by now and did not, sorted.
    package func stuck(at now: Timestamp) -> [String] {
        deadlines.withLock { deadlines in deadlines.filter { $0.value < now }.keys.map(\.description).sorted() }
    }

    /// Patience beyond what a loop's own times say: the machine may be busy with something else.
    package static let patience = Duration.seconds(30)
}
