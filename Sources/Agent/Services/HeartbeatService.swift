package import Logging
import PromQL
import ServiceLifecycle
package import Settings
import Synchronization

/// Tells a service outside that the agent lives, as long as every one of its loops makes progress. The service raises
/// an alarm once it hears nothing: also when the machine is gone, which no agent can tell of itself.
package struct HeartbeatService: Service {
    /// Sends one; returns why it did not arrive, nil where it did.
    package typealias Sender = @Sendable (HeartbeatSettings) async -> String?

    private final class Present: Sendable {
        let settings: Mutex<HeartbeatSettings?>

        init(_ settings: HeartbeatSettings?) {
            self.settings = Mutex(settings)
        }
    }

    private let present: Present
    private let monitor: LoopMonitor
    private let send: Sender
    private let clock: AgentClock
    private let logger: Logger
    private let wake = Wake()

    /// Loops are looked at so often where nobody is told.
    private static let look = Duration.seconds(30)
    /// After the process stood still all loops are late, and show themselves at once.
    private static let secondLook = Duration.seconds(2)

    /// - Parameter settings: whom to tell; nil only logs which loops stand still.
    package init(
        settings: HeartbeatSettings?, monitor: LoopMonitor, clock: AgentClock, logger: Logger, send: @escaping Sender
    ) {
        present = Present(settings)
        self.monitor = monitor
        self.clock = clock
        self.logger = logger
        self.send = send
    }

    /// Takes over other settings.
    package func replace(with settings: HeartbeatSettings?) {
        present.settings.withLock { $0 = settings }
        wake.call()
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var stuck: [String] = []
            var problem: String?
            while !Task.isCancelled {
                let settings = present.settings.withLock { $0 }
                stuck = await look(after: stuck)
                if stuck.isEmpty, let settings { problem = await tell(settings, after: problem) }
                await wake.wait(atMost: settings?.interval ?? Self.look)
            }
        }
    }

    /// Looks which loops stand still, and logs what is new of it.
    private func look(after before: [String]) async -> [String] {
        var stuck = monitor.stuck(at: clock.now)
        if !stuck.isEmpty {
            try? await Task.sleep(for: Self.secondLook)
            stuck = monitor.stuck(at: clock.now)
        }
        guard stuck != before, !Task.isCancelled else { return stuck }
        if stuck.isEmpty {
            logger.notice("every loop goes round again")
        } else {
            let isHeld = present.settings.withLock { $0 } != nil
            logger.error(
                "loops stand still\(isHeld ? ", so the heartbeat is held back" : ""): \(stuck.joined(separator: ", "))")
        }
        return stuck
    }

    private func tell(_ settings: HeartbeatSettings, after before: String?) async -> String? {
        let problem = await send(settings)
        guard problem != before, !Task.isCancelled else { return problem }
        if let problem {
            logger.warning("the heartbeat did not arrive: \(problem)")
        } else {
            logger.notice("the heartbeat arrives again")
        }
        return problem
    }
}
