import Alerting
import Delivery
import Foundation
import History
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
package import Logging
import NIOCore
import Probes
import PromQL
package import Runbooks
import ServiceLifecycle
package import Settings
import UnixSignals

/// The whole agent: its parts in the order in which they start, and the door through which a reload comes.
package struct TocsinAgent: Sendable {
    /// How settings are read, again for each reload.
    package typealias Loader = @Sendable () throws(SettingsProblems) -> LoadedConfiguration

    /// How the runbooks that belong to the rules are read, again for each reload.
    package typealias ShelfReader = @Sendable ([AgentSettings.RuleSource]) -> RunbookShelf

    private let load: Loader
    private let shelf: ShelfReader
    private let environment: [String: String]
    private let version: String
    private let logger: Logger

    /// - Parameters:
    ///   - shelf: reads the runbooks beside rules.
    ///   - load: reads the settings and rules.
    package init(
        version: String, environment: [String: String], logger: Logger, shelf: @escaping ShelfReader,
        load: @escaping Loader
    ) {
        self.version = version
        self.environment = environment
        self.shelf = shelf
        self.logger = logger
        self.load = load
    }

    /// Runs until SIGTERM or SIGINT. SIGHUP reads the settings again.
    ///
    /// - Parameter loaded: what `load` gave a moment ago: reading it twice would cost a third of the start.
    /// - Throws: `HistoryError`, or what binding the port gave.
    package func run(_ loaded: LoadedConfiguration) async throws {
        OpenFiles.raiseLimit()
        for warning in loaded.warnings { logger.warning("\(warning)") }
        let clock = AgentClock()
        let assembly = Assembly(version: version)
        let logger = logger
        let history = try await SQLiteHistory.openOrDefer(path: loaded.settings.history.path) {
            clock.now
        } report: {
            logger.warning("\($0)")
        }
        let (state, marks) = try await restore(history, clock: clock)
        var set = assembly.probes(of: loaded.settings)
        let configuration = assembly.engineConfiguration(of: loaded, probes: set.probes)
        var judgement = Engine(configuration, state: state, lastRow: marks.lastMessage, startedAt: clock.now)
        let recorder = SampleRecorder(beside: loaded.settings.history.path, reach: judgement.window.reach.longest)
        judgement.restore(recorder.recorded(at: clock.now))
        let engine = EngineService(
            engine: judgement, history: history, recorder: recorder, clock: clock, logger: logger)
        set.probes.append(SelfProbe(engine: engine, version: version))
        let channels = ChannelDirectory(assembly.channels(of: loaded.settings))
        let delivery = DeliveryService(engine: engine, channels: channels, clock: clock)
        let probing = ProbeService(probes: set.probes, engine: engine, clock: clock, logger: logger)
        let runbooks = RunbookDirectory(shelf(loaded.settings.ruleSources))
        let diagnosis = DiagnosisService(
            engine: engine, clock: clock, poller: assembly.poller, runbooks: runbooks,
            targets: DiagnosisTargets(loaded.settings), logger: logger)
        await engine.allow(attemptsOf: loaded.settings.longestAttempt)
        let heartbeat = HeartbeatService(
            settings: loaded.settings.heartbeat, monitor: engine.monitor, clock: clock, logger: logger
        ) { await assembly.heartbeat(to: $0).send(at: clock.now) }
        let server = loaded.settings.server
        let mutations = MutationGuard(
            token: server.token, tokens: server.tokens, links: server.links, host: server.host)
        let certificates = try server.tls.map { try ServerCertificates($0) }
        let reload = ReloadService(
            load: load, assembly: assembly, engine: engine, channels: channels, probing: probing,
            diagnosis: diagnosis, runbooks: runbooks, shelf: shelf, heartbeat: heartbeat, mutations: mutations,
            certificates: certificates, version: version,
            first: loaded.settings,
            connections: set.connections, logger: logger)
        let housekeeping = HousekeepingService(
            history: history, retention: loaded.settings.history.retention, clock: clock, logger: logger,
            monitor: engine.monitor)
        let api = APIRouter(
            engine: engine, history: history, clock: clock, version: version,
            mutations: mutations,
            externalURL: server.externalURL ?? "", runbooks: runbooks,
            requestTimeout: server.requestTimeout)
        logger.notice(
            "Tocsin \(version) watches \(set.probes.count - 1) targets with \(loaded.groups.count) rule groups",
            metadata: ["listen": "\(loaded.settings.server.host):\(loaded.settings.server.port)"])

        // Shutdown goes from the last to the first: probes stop, the engine writes what it decided, deliveries end.
        var services = ServiceGroupConfiguration(
            services: [
                .init(service: delivery, successTerminationBehavior: .ignore),
                .init(service: engine),
                .init(service: diagnosis),
                .init(service: probing),
                .init(
                    service: RecordingService(
                        recorder: recorder, clock: clock, logger: logger, monitor: engine.monitor)),
                .init(service: housekeeping),
                .init(service: heartbeat),
                .init(service: reload),
                .init(service: try self.server(of: api, settings: loaded.settings, certificates: certificates)),
                .init(service: CertificateService(certificates: certificates, logger: logger)),
                .init(service: SystemdNotifier(environment: environment, engine: engine, clock: clock)),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: Logger(label: "services", factory: { _ in SwiftLogNoOpLogHandler() }))
        services.maximumGracefulShutdownDuration = .seconds(8)
        do {
            try await ServiceGroup(configuration: services).run()
        } catch {
            await history.close()
            await assembly.shutdown()
            throw error
        }
        await history.close()
        await assembly.shutdown()
        logger.notice("Tocsin ends")
    }

    /// What was true when the agent last ran.
    private func restore(
        _ history: any HistoryStore, clock: AgentClock
    ) async throws -> (state: StoredState, marks: HistoryMarks) {
        var state = try await history.load()
        let marks = try await history.lastMarks()
        if let step = state.moveBack(to: clock.now, lastEntry: marks.lastEntry) {
            logger.warning(
                """
                the history was written under a clock that was \(step.promQL) ahead of the present one: its times were \
                moved back by that
                """)
            // Where it can't be written now, the engine says so.
            try? await history.commit(state.timed)
        }
        return (state, marks)
    }

    /// More connections than this are not taken at once.
    private static let mostConnections = 512

    private func server(
        of api: APIRouter, settings: AgentSettings, certificates: ServerCertificates?
    ) throws -> some Service {
        let patience = TimeAmount.milliseconds(settings.server.requestTimeout.milliseconds)
        // Later than the answer to a body that is too slow.
        let plain = HTTPServerBuilder.http1(
            configuration: .init(
                additionalChannelHandlers: [RequestDeadline(limit: patience + .seconds(1))], idleTimeout: patience))
        let logger = Logger(label: "http", factory: { _ in SwiftLogNoOpLogHandler() })
        return Application(
            router: api.router(),
            server: try certificates.map { try .tls(plain, tlsConfiguration: $0.configuration) } ?? plain,
            configuration: .init(
                address: .hostname(settings.server.host, port: settings.server.port), serverName: "tocsin",
                availableConnectionsDelegate: MaximumAvailableConnections(Self.mostConnections, logger: logger)),
            logger: logger)
    }
}
