import Alerting
import Foundation
import History
import Logging
import Probes
import PromQL
import ServiceLifecycle
import Settings
import Support
import Synchronization
import Testing

@testable import Agent

/// The heartbeat outward: as long as every loop makes progress, and not by that the process runs.
@Suite("Heartbeat", .timeLimit(.minutes(1)))
struct HeartbeatServiceTests {
    private let settings = HeartbeatSettings(url: Secret("http://example/HIDDEN"), interval: .milliseconds(50))

    /// What a service said and sent.
    private final class Record: Sendable {
        let sent = Mutex(0)
        let lines = Mutex<[String]>([])
        let answer = Mutex<String?>(nil)
    }

    private struct Handler: LogHandler {
        let record: Record
        var metadata = Logger.Metadata()
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            record.lines.withLock { $0.append("\(event.level) \(event.message)") }
        }
    }

    private func run(
        _ monitor: LoopMonitor, _ settings: HeartbeatSettings?, _ body: (Record, HeartbeatService) async throws -> Void
    ) async throws {
        let record = Record()
        let logger = Logger(label: "test", factory: { _ in Handler(record: record) })
        let service = HeartbeatService(settings: settings, monitor: monitor, clock: AgentClock(), logger: logger) { _ in
            record.sent.withLock { $0 += 1 }
            return record.answer.withLock { $0 }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            try await body(record, service)
            group.cancelAll()
        }
    }

    @Test("it leaves while all loops turn; one that stands still holds it back and is named; then it leaves again")
    func held() async throws {
        let (monitor, clock) = (LoopMonitor(), AgentClock())
        monitor.note("evaluation", next: clock.now + .seconds(60))
        monitor.note("sampling of database:main", next: clock.now + .seconds(60))
        try await run(monitor, settings) { record, _ in
            #expect(await eventually(within: 10) { record.sent.withLock { $0 } > 2 })
            monitor.note("sampling of database:main", next: clock.now - .seconds(1))
            #expect(await eventually(within: 10) { !record.lines.withLock { $0 }.isEmpty })
            #expect(
                record.lines.withLock { $0 } == [
                    "error loops stand still, so the heartbeat is held back: sampling of database:main"
                ])
            let before = record.sent.withLock { $0 }
            try await Task.sleep(for: .milliseconds(300))
            #expect(record.sent.withLock { $0 } == before)
            monitor.note("sampling of database:main", next: clock.now + .seconds(60))
            #expect(await eventually(within: 10) { record.sent.withLock { $0 } > before })
            #expect(record.lines.withLock { $0.last } == "notice every loop goes round again")
        }
    }

    @Test("what does not arrive is said once, and that it arrives again; other settings count at once")
    func failures() async throws {
        try await run(LoopMonitor(), nil) { record, service in
            try await Task.sleep(for: .milliseconds(200))
            #expect(record.sent.withLock { $0 } == 0)
            record.answer.withLock { $0 = "answered 500" }
            service.replace(with: settings)
            #expect(await eventually(within: 10) { record.sent.withLock { $0 } > 2 })
            record.answer.withLock { $0 = nil }
            #expect(await eventually(within: 10) { record.lines.withLock { $0.count } > 1 })
            #expect(
                record.lines.withLock { $0 } == [
                    "warning the heartbeat did not arrive: answered 500", "notice the heartbeat arrives again",
                ])
        }
    }

    /// Does not answer, and takes no notice of being cancelled.
    private struct HangingProbe: Probe {
        let id = "pool:hangs"
        let kind = ProbeKind.pool
        let targetLabels: Labels = ["pool": "hangs"]
        let interval = Duration.milliseconds(50)
        let deadline = Duration.milliseconds(50)
        let release: Wake

        func sample(at: Timestamp) async -> ProbeResult {
            await withCheckedContinuation { continuation in
                Task.detached {
                    await release.wait(atMost: .seconds(50))
                    continuation.resume()
                }
            }
            return ProbeResult(samples: [], failure: nil)
        }
    }

    @Test("each loop shows itself: a probe that hangs is seen though evaluation goes on")
    func loops() async throws {
        let clock = AgentClock()
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let configuration = Engine.Configuration(
            groups: [], route: Route(id: "{}", receiver: "ops"), policies: [], probes: [])
        let engine = EngineService(
            engine: Engine(configuration, startedAt: clock.now), history: MemoryHistory(), clock: clock, logger: logger)
        let release = Wake()
        let probing = ProbeService(
            probes: [HangingProbe(release: release)], engine: engine, clock: clock, logger: logger)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await engine.run() }
            group.addTask { try? await probing.run() }
            // Long past its deadline, and the patience with a busy machine.
            let late = Duration.milliseconds(100) + LoopMonitor.patience + .seconds(1)
            let isSeen = await eventually(within: 20) {
                engine.monitor.stuck(at: clock.now + late) == ["evaluation", "sampling of pool:hangs", "storing"]
            }
            #expect(isSeen, "\(engine.monitor.stuck(at: clock.now + late))")
            try? await Task.sleep(for: .seconds(4))
            // The engine's loop has gone round since, the probe has not.
            #expect(engine.monitor.stuck(at: clock.now + late - .seconds(4)) == ["sampling of pool:hangs"])
            release.finish()
            group.cancelAll()
        }
        #expect(engine.monitor.stuck(at: clock.now + .seconds(3_600)).isEmpty)
    }
}
