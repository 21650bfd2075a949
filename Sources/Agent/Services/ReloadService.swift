import Drivers
import Logging
import Probes
import ServiceLifecycle
import Settings
import UnixSignals

/// Reads the settings again on SIGHUP. What can't be used changes nothing, and the log says why.
struct ReloadService: Service {
    private let load: TocsinAgent.Loader
    private let assembly: Assembly
    private let engine: EngineService
    private let channels: ChannelDirectory
    private let probing: ProbeService
    private let diagnosis: DiagnosisService
    private let runbooks: RunbookDirectory
    private let shelf: TocsinAgent.ShelfReader
    private let heartbeat: HeartbeatService
    private let mutations: MutationGuard
    private let certificates: ServerCertificates?
    private let version: String
    private let first: AgentSettings
    private let connections: [PostgresConnection]
    private let logger: Logger

    init(
        load: @escaping TocsinAgent.Loader, assembly: Assembly, engine: EngineService, channels: ChannelDirectory,
        probing: ProbeService, diagnosis: DiagnosisService, runbooks: RunbookDirectory,
        shelf: @escaping TocsinAgent.ShelfReader, heartbeat: HeartbeatService,
        mutations: MutationGuard, certificates: ServerCertificates?, version: String, first: AgentSettings,
        connections: [PostgresConnection], logger: Logger
    ) {
        self.load = load
        self.assembly = assembly
        self.engine = engine
        self.channels = channels
        self.probing = probing
        self.diagnosis = diagnosis
        self.runbooks = runbooks
        self.shelf = shelf
        self.heartbeat = heartbeat
        self.mutations = mutations
        self.certificates = certificates
        self.version = version
        self.first = first
        self.connections = connections
        self.logger = logger
    }

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: [.sighup])
        var present = (settings: first, connections: connections)
        for await _ in signals.cancelOnGracefulShutdown() {
            do {
                present = await apply(try load(), after: present)
            } catch {
                logger.error("the settings were read again and can't be used; the old ones stay: \(error)")
            }
        }
        for connection in present.connections { await connection.close() }
    }

    private func readCertificates() {
        guard let certificates else { return }
        do throws(ServerCertificates.Problem) {
            if try certificates.reload(always: true) { logger.notice("the server shows a new certificate") }
        } catch {
            logger.error("the server's certificate was read again and can't be used; the old one stays: \(error)")
        }
    }

    private func apply(
        _ loaded: LoadedConfiguration, after old: (settings: AgentSettings, connections: [PostgresConnection])
    ) async -> (settings: AgentSettings, connections: [PostgresConnection]) {
        for warning in loaded.warnings { logger.warning("\(warning)") }
        let server = loaded.settings.server
        if server.withoutAccess != old.settings.server.withoutAccess
            || loaded.settings.history != old.settings.history
        {
            logger.warning("`server`, but for its tokens and links, and `history` take effect only with a restart")
        }
        mutations.replace(token: server.token, tokens: server.tokens, links: server.links)
        readCertificates()
        var set = assembly.probes(of: loaded.settings)
        channels.replace(with: assembly.channels(of: loaded.settings))
        runbooks.replace(with: shelf(loaded.settings.ruleSources))
        await diagnosis.replace(with: DiagnosisTargets(loaded.settings))
        heartbeat.replace(with: loaded.settings.heartbeat)
        await engine.allow(attemptsOf: loaded.settings.longestAttempt)
        await engine.reload(assembly.engineConfiguration(of: loaded, probes: set.probes))
        let isSame =
            loaded.settings.databases == old.settings.databases && loaded.settings.pools == old.settings.pools
            && loaded.settings.processes == old.settings.processes
            && loaded.settings.endpoints == old.settings.endpoints
        guard !isSame else {
            for connection in set.connections { await connection.close() }
            logger.notice("the settings were read again; the probes go on")
            return (loaded.settings, old.connections)
        }
        set.probes.append(SelfProbe(engine: engine, version: version))
        probing.replace(with: set.probes)
        for connection in old.connections { await connection.close() }
        logger.notice("the settings were read again; the probes begin anew")
        return (loaded.settings, set.connections)
    }
}

extension AgentSettings.Server {
    /// What takes effect only with a restart.
    fileprivate var withoutAccess: Self {
        var rest = self
        (rest.token, rest.tokens) = (nil, [])
        (rest.linkSecret, rest.linkLifetime) = (nil, .zero)
        return rest
    }
}
