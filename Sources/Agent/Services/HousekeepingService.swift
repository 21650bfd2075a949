package import History
package import Logging
import PromQL
import ServiceLifecycle

/// Forgets events and ledger entries that are older than the settings keep them, once an hour.
package struct HousekeepingService: Service {
    private let history: any HistoryStore
    private let retention: Duration
    private let clock: AgentClock
    private let logger: Logger
    private let monitor: LoopMonitor

    private static let pause = Duration.seconds(3600)
    /// Time enough to forget the rows of a busy hour.
    private static let longestRound = Duration.seconds(600)

    package init(
        history: any HistoryStore, retention: Duration, clock: AgentClock, logger: Logger, monitor: LoopMonitor
    ) {
        self.monitor = monitor
        self.history = history
        self.retention = retention
        self.clock = clock
        self.logger = logger
    }

    package func run() async throws {
        defer { monitor.end("housekeeping") }
        try? await cancelWhenGracefulShutdown {
            while true {
                monitor.note("housekeeping", next: clock.now + Self.longestRound)
                do {
                    let gone = try await history.prune(before: clock.now - retention)
                    if gone > 0 { logger.info("forgot \(gone) rows older than \(retention.promQL)") }
                } catch {
                    logger.warning("could not forget old rows: \(error)")
                }
                monitor.note("housekeeping", next: clock.now + Self.pause + LoopMonitor.patience)
                try await Task.sleep(for: Self.pause)
            }
        }
    }
}
