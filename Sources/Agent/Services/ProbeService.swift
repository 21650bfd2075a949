import Alerting
package import Logging
package import Probes
import PromQL
import ServiceLifecycle

/// Runs every probe on its own schedule, and hands what it brings to the engine.
package struct ProbeService: Service {
    private let engine: EngineService
    private let clock: AgentClock
    private let logger: Logger
    private let sets: AsyncStream<[any Probe]>
    private let continuation: AsyncStream<[any Probe]>.Continuation

    package init(probes: [any Probe], engine: EngineService, clock: AgentClock, logger: Logger) {
        self.engine = engine
        self.clock = clock
        self.logger = logger
        (sets, continuation) = AsyncStream.makeStream(of: [any Probe].self, bufferingPolicy: .bufferingNewest(1))
        continuation.yield(probes)
    }

    /// Ends the present probes and goes on with these.
    package func replace(with probes: [any Probe]) {
        continuation.yield(probes)
    }

    /// Runs the newest set of probes until told to stop.
    package func run() async throws {
        await withGracefulShutdownHandler {
            var iterator = sets.makeAsyncIterator()
            var next = await iterator.next()
            while let probes = next {
                next = await withTaskGroup(of: Void.self) { group in
                    for (place, probe) in probes.enumerated() {
                        let delay = Self.delay(ofFirstRound: place, interval: probe.interval)
                        group.addTask { await sample(probe, after: delay) }
                    }
                    let following = await iterator.next()
                    group.cancelAll()
                    return following
                }
            }
        } onGracefulShutdown: {
            continuation.finish()
        }
    }

    /// When a probe's first round begins after the start: at once for a few, and for hundreds 20 ms apart within their
    /// interval, since as many connections to one server in the same moment would only time out together.
    static func delay(ofFirstRound place: Int, interval: Duration) -> Duration {
        min(interval, .milliseconds(20) * max(0, place - 20))
    }

    private func sample(_ probe: any Probe, after delay: Duration) async {
        let loop = LoopMonitor.Loop.named("sampling of \(probe.id)")
        defer { engine.monitor.end(loop) }
        var schedule = ProbeSchedule(id: probe.id, interval: probe.interval, startingAt: clock.now + delay)
        var lastFailure: String?
        while !Task.isCancelled {
            let next = max(schedule.nextDue, clock.now) + probe.deadline
            engine.monitor.note(loop, next: next + LoopMonitor.patience)
            do {
                try await Task.sleep(for: max(.zero, schedule.nextDue - clock.now))
            } catch {
                return
            }
            let batch = await ProbeRunner.run(probe, now: { clock.now })
            guard !Task.isCancelled else { return }
            report(batch, lastFailure: &lastFailure)
            await engine.ingest(batch)
            schedule.finished(at: clock.now, wasTooSlow: batch.wasTooSlow)
        }
    }

    private func report(_ batch: ProbeBatch, lastFailure: inout String?) {
        switch batch.outcome {
        case .success:
            if lastFailure != nil { logger.notice("probe \(batch.probe) is well again") }
            lastFailure = nil
        case .failure(let reason, let message):
            if lastFailure != reason { logger.warning("probe \(batch.probe) failed: \(message)") }
            lastFailure = reason
        }
    }
}

extension ProbeBatch {
    /// Whether the target did not answer in time. A connection that fails has pauses of its own.
    fileprivate var wasTooSlow: Bool {
        guard case .failure(let reason, _) = outcome else { return false }
        let slow: [ProbeFailure.Reason] = [.statementTimeout, .lockTimeout, .deadline]
        return slow.contains { $0.rawValue == reason }
    }
}
