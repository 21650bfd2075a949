package import History
package import Logging
import PromQL
import ServiceLifecycle

/// Writes the samples that must outlive the process to disk, every few seconds and once more at the end.
package struct RecordingService: Service {
    private let recorder: SampleRecorder
    private let clock: AgentClock
    private let logger: Logger
    private let monitor: LoopMonitor

    package init(recorder: SampleRecorder, clock: AgentClock, logger: Logger, monitor: LoopMonitor) {
        self.monitor = monitor
        self.recorder = recorder
        self.clock = clock
        self.logger = logger
    }

    package func run() async throws {
        let isFailing = await cancelWhenGracefulShutdown {
            var isFailing = false
            while true {
                monitor.note("recording", next: clock.now + SampleRecorder.interval + LoopMonitor.patience)
                isFailing = await flush(wasFailing: isFailing)
                do {
                    try await Task.sleep(for: SampleRecorder.interval)
                } catch {
                    return isFailing
                }
            }
        }
        monitor.end("recording")
        _ = await flush(wasFailing: isFailing)
    }

    /// - Returns: whether it failed.
    private func flush(wasFailing: Bool) async -> Bool {
        do {
            try await recorder.flush(at: clock.now)
            if wasFailing { logger.notice("samples are kept for the next start again") }
            return false
        } catch {
            if !wasFailing {
                logger.warning(
                    "samples can't be kept for the next start, after which ranges are empty at first: \(error.problem)")
            }
            return true
        }
    }
}
