package import Alerting
package import Delivery
package import Drivers
import Foundation
package import Probes
import PromQL
package import Settings

/// Where the parts meet: makes probes, channels and the engine's configuration from checked settings.
package struct Assembly: Sendable {
    package let version: String
    package let hostName: String
    let poller: PostgresPoller
    let transport: CurlTransport

    package init(version: String, hostName: String = ProcessInfo.processInfo.hostName) {
        self.version = version
        self.hostName = hostName
        poller = PostgresPoller()
        transport = CurlTransport()
    }

    /// Ends the drivers' threads.
    package func shutdown() async {
        await transport.shutdown()
        poller.shutdown()
    }

    // MARK: Probes

    /// The probes of the settings, with the connections that they share.
    package struct ProbeSet: Sendable {
        package var probes: [any Probe] = []
        package var connections: [PostgresConnection] = []
    }

    package func probes(of settings: AgentSettings) -> ProbeSet {
        var set = ProbeSet()
        var byDatabase: [String: PostgresConnection] = [:]
        var servers: Set<String> = []
        for database in settings.databases {
            let connection = connection(database)
            let isFirstOfServer = servers.insert(connection.settings.server).inserted
            byDatabase[database.name] = connection
            set.connections.append(connection)
            set.probes += probes(of: database, on: connection, isWholeServer: isFirstOfServer)
        }
        for pool in settings.pools { add(pool, to: &set, databases: byDatabase) }
        for process in settings.processes { set.probes.append(probe(of: process)) }
        for endpoint in settings.endpoints {
            set.probes.append(
                EndpointProbe(
                    name: endpoint.name,
                    request: request(JSONSource(url: endpoint.url, headers: endpoint.headers), endpoint.timeout),
                    keep: endpoint.keep, transport: transport, interval: endpoint.interval, deadline: endpoint.timeout))
        }
        return set
    }

    private func connection(_ database: DatabaseSettings) -> PostgresConnection {
        PostgresConnection(
            PostgresSettings(
                dsn: database.dsn.exposed, name: database.name, connectTimeout: database.timeout,
                statementTimeout: database.timeout, lockTimeout: database.lockTimeout,
                schema: database.parlant.schema),
            poller: poller)
    }

    private func probes(
        of database: DatabaseSettings, on connection: PostgresConnection, isWholeServer: Bool
    ) -> [any Probe] {
        // Connecting may take its own timeout, and a batch of statements theirs.
        let deadline = database.timeout * 2
        var probes: [any Probe] = [
            DatabaseProbe(
                name: database.name, connection: connection, isWholeServer: isWholeServer, interval: database.interval,
                deadline: deadline)
        ]
        if database.statements.enabled {
            probes.append(
                StatementsProbe(
                    name: database.name, connection: connection, top: database.statements.top,
                    filter: database.statements.filter, interval: database.statements.interval, deadline: deadline))
        }
        if database.integrations.mode != .off {
            let settings = database.integrations
            probes.append(
                IntegrationsProbe(
                    name: database.name, connection: connection, schema: settings.schema,
                    staleAfter: settings.staleAfter, timeZone: settings.timeZone,
                    isOptional: settings.mode == .auto, interval: settings.interval, deadline: deadline))
        }
        if let interval = database.tablesInterval {
            probes.append(
                PacedProbe(
                    TablesProbe(
                        name: database.name, connection: connection, interval: interval, deadline: deadline)))
        }
        if database.jobs.mode != .off {
            probes.append(
                JobsProbe(
                    name: database.name, connection: connection, isOptional: database.jobs.mode == .auto,
                    expected: database.jobs.expected, interval: database.jobs.interval, deadline: deadline))
        }
        return probes + parlantProbes(of: database, on: connection, deadline: deadline)
    }

    private func parlantProbes(
        of database: DatabaseSettings, on connection: PostgresConnection, deadline: Duration
    ) -> [any Probe] {
        let settings = database.parlant
        guard settings.mode != .off else { return [] }
        let name = database.name
        let source = ParlantSource(
            connection: connection,
            settings: ParlantSource.Settings(
                schema: settings.schema, timeZone: settings.timeZone, isOptional: settings.mode == .auto,
                tables: settings.tables ?? ParlantModel.tables))
        // Agents' parts change by hand: every minute is soon enough, unless all is asked more often.
        let minute = min(settings.integrityInterval, .seconds(60))
        return [
            PacedProbe(
                ParlantProbe.schema(
                    name: name, source: source, interval: settings.integrityInterval, deadline: deadline)),
            ParlantProbe.activity(name: name, source: source, interval: settings.interval, deadline: deadline),
            ParlantProbe.objects(name: name, source: source, interval: minute, deadline: deadline),
            PacedProbe(
                ParlantProbe.retention(
                    name: name, source: source, interval: settings.integrityInterval, deadline: deadline)),
            ReferencesProbe(
                name: name, source: source, passInterval: settings.integrityInterval, budget: settings.sweepBudget,
                interval: min(settings.interval, settings.integrityInterval), deadline: deadline),
            CanaryProbe(name: name, source: source, interval: minute, deadline: deadline),
        ]
    }

    private func add(_ pool: PoolSettings, to set: inout ProbeSet, databases: [String: PostgresConnection]) {
        switch pool.kind {
        case .pgbouncer(let dsn):
            let connection = PostgresConnection(
                PostgresSettings(
                    dsn: dsn.exposed, name: pool.name, mode: .adminConsole, connectTimeout: pool.timeout,
                    statementTimeout: pool.timeout),
                poller: poller)
            set.connections.append(connection)
            set.probes.append(
                PgBouncerProbe(
                    name: pool.name, connection: connection, interval: pool.interval, deadline: pool.timeout * 2))
        case .http(let source, let fields, let maximum):
            set.probes.append(
                HTTPPoolProbe(
                    name: pool.name, request: request(source, pool.timeout),
                    fields: .init(total: fields.total, idle: fields.idle, waiting: fields.waiting, max: fields.max),
                    maximum: maximum.map(Double.init), transport: transport, interval: pool.interval,
                    deadline: pool.timeout))
        case .activity(let database, let applicationName, let maximum):
            // The settings were checked: the database is among them.
            guard let connection = databases[database] else { return }
            set.probes.append(
                ActivityPoolProbe(
                    name: pool.name, connection: connection, applicationName: applicationName,
                    maximum: maximum.map(Double.init), interval: pool.interval, deadline: pool.timeout * 2))
        }
    }

    private func probe(of process: ProcessSettings) -> any Probe {
        func probe(_ target: ProcessProbe.Target) -> any Probe {
            ProcessProbe(name: process.name, target: target, interval: process.interval, deadline: process.timeout)
        }
        switch process.kind {
        case .pid(let pid): return probe(.pid(Int32(clamping: pid)))
        case .pidfile(let path): return probe(.pidfile(path))
        case .command(let pattern): return probe(.command(pattern))
        case .cgroup(let path):
            return CgroupProbe(name: process.name, path: path, interval: process.interval, deadline: process.timeout)
        case .http(let source, let fields):
            return HTTPMemoryProbe(
                name: process.name, request: request(source, process.timeout),
                fields: .init(
                    rss: fields.rss, heapTotal: fields.heapTotal, heapUsed: fields.heapUsed, external: fields.external,
                    heapLimit: fields.heapLimit),
                transport: transport, interval: process.interval, deadline: process.timeout)
        }
    }

    private func request(_ source: JSONSource, _ timeout: Duration) -> HTTPRequest {
        HTTPRequest(
            method: "GET", url: source.url.exposed,
            headers: source.headers.sorted { $0.key < $1.key }.map { ($0.key, $0.value.exposed) },
            connectTimeout: timeout, totalTimeout: timeout, bodyLimit: 16 << 20)
    }

    /// Tells somebody that the agent lives.
    package func heartbeat(to settings: HeartbeatSettings) -> HeartbeatPing {
        HeartbeatPing(
            url: settings.url, method: settings.method.rawValue, timeout: settings.timeout, version: version,
            transport: transport)
    }

    // MARK: Engine

    package func engineConfiguration(
        of loaded: LoadedConfiguration, probes: [any Probe]
    ) -> Engine.Configuration {
        var configuration = Engine.Configuration(
            groups: loaded.groups, route: loaded.settings.route,
            policies: loaded.settings.receivers.flatMap(\.policies),
            probes: probes.map { ($0.id, $0.targetLabels) } + [SelfProbe.own],
            externalLabels: loaded.settings.externalLabels,
            externalURL: loaded.settings.server.externalURL ?? "", queryWindow: loaded.settings.server.queryWindow,
            evaluationInterval: loaded.settings.evaluationInterval, inhibitRules: loaded.settings.inhibitRules,
            intervals: loaded.settings.intervals, receivers: loaded.settings.receivers.map(\.name),
            resolveTimeout: loaded.settings.resolveTimeout)
        configuration.heartbeats = loaded.settings.heartbeats
        return configuration
    }
}
