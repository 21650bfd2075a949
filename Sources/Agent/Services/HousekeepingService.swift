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

    package init(history: any HistoryStore, retention: Duration, clock: AgentClock, logger: Logger) {
        self.history = history
        self.retention = retention
        self.clock = clock
        self.logger = logger
    }

    package func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                do {
                    let gone = try await history.prune(before: clock.now - retention)
                    if gone > 0 { logger.info("forgot \(gone) rows older than \(retention.promQL)") }
                } catch {
                    logger.warning("could not forget old rows: \(error)")
                }
                try await Task.sleep(for: .seconds(3600))
            }
        }
    }
}
