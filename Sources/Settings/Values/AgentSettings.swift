package import Alerting
package import PromQL

/// Everything that the settings file says, checked, with defaults filled in.
package struct AgentSettings: Sendable {
    /// Where the HTTP interface listens, and how people reach it.
    package struct Server: Hashable, Sendable {
        /// The host to listen on; `127.0.0.1` by default.
        package var host: String
        /// The port; 9911 by default.
        package var port: Int
        /// The address under which people reach this agent, without a slash at its end; nil where none is set.
        package var externalURL: String?
        /// How far back all samples are kept for queries, also those that no rule looks back for; 15 minutes by
        /// default, at least five.
        package var queryWindow: Duration
        /// What requests that change something must bring as a bearer token; nil where nothing is needed, which holds
        /// only while `host` is this machine's own.
        package var token: Secret?
        /// How long a request may take to arrive, and a connection may be silent; a minute by default.
        package var requestTimeout = Duration.seconds(60)
        /// Further tokens. Where one of them may only read, reading needs a token too.
        package var tokens: [AccessToken] = []
        /// Signs the links in messages under which an alert is acknowledged; nil for messages without such links.
        package var linkSecret: Secret?
        /// How long such a link counts; a day by default.
        package var linkLifetime = Duration.seconds(86_400)
        /// The certificate that the server shows; nil for HTTP without TLS.
        package var tls: ServerTLS?

        package init(
            host: String = "127.0.0.1", port: Int = 9911, externalURL: String? = nil,
            queryWindow: Duration = .seconds(900), token: Secret? = nil
        ) {
            self.host = host
            self.port = port
            self.externalURL = externalURL
            self.queryWindow = queryWindow
            self.token = token
        }
    }

    /// Where the history is kept.
    package struct History: Hashable, Sendable {
        /// The SQLite file.
        package var path: String
        /// How long events are kept; 90 days by default.
        package var retention: Duration

        package init(path: String, retention: Duration = .seconds(90 * 86_400)) {
            self.path = path
            self.retention = retention
        }
    }

    /// What the agent logs, and how.
    package struct Log: Hashable, Sendable {
        /// From which level on; the names are swift-log's.
        package enum Level: String, Hashable, Sendable, CaseIterable {
            case trace, debug, info, notice, warning, error, critical
        }

        /// The form of a line.
        package enum Format: String, Hashable, Sendable, CaseIterable {
            case text, json
        }

        package var level: Level
        package var format: Format

        package init(level: Level = .info, format: Format = .text) {
            self.level = level
            self.format = format
        }
    }

    /// An entry of `rule_files`.
    package enum RuleSource: Hashable, Sendable {
        /// The rules that come with Tocsin.
        case shipped(SourceLocation?)
        /// A path, or a pattern with `*`, relative ones already joined to the settings file's folder.
        case files(pattern: String, SourceLocation)
    }

    /// The settings file; nil where they come from the environment alone.
    package var file: String?
    package var server: Server
    package var history: History
    package var log: Log
    /// Where rules come from; the shipped ones by default.
    package var ruleSources: [RuleSource]
    /// The interval of rule groups that set none; 15 s by default.
    package var evaluationInterval: Duration
    /// Labels that are added to what leaves this agent.
    package var externalLabels: Labels
    /// When an alert that others sent without an end is over, unless they send it again; 5 minutes by default.
    package var resolveTimeout = Duration.seconds(300)
    /// Whom to tell that the agent lives; nil for nobody.
    package var heartbeat: HeartbeatSettings?
    /// What must report to the agent that it lives.
    package var heartbeats: [Heartbeat] = []
    package var databases: [DatabaseSettings]
    package var pools: [PoolSettings]
    package var processes: [ProcessSettings]
    package var endpoints: [EndpointSettings]
    package var overrides: [RuleOverride]
    package var route: Route
    package var inhibitRules: [InhibitRule] = []
    /// The intervals that routes name.
    package var intervals: [RecurringTime] = []
    package var receivers: [ReceiverSettings]
    /// What deserves a word, though the settings can be used.
    package var warnings: [SettingsProblem]

    package init(
        file: String? = nil, server: Server = Server(), history: History, log: Log = Log(),
        ruleSources: [RuleSource] = [.shipped(nil)], evaluationInterval: Duration = .seconds(15),
        externalLabels: Labels = Labels(), databases: [DatabaseSettings] = [], pools: [PoolSettings] = [],
        processes: [ProcessSettings] = [], endpoints: [EndpointSettings] = [], overrides: [RuleOverride] = [],
        route: Route, receivers: [ReceiverSettings], warnings: [SettingsProblem] = []
    ) {
        self.file = file
        self.server = server
        self.history = history
        self.log = log
        self.ruleSources = ruleSources
        self.evaluationInterval = evaluationInterval
        self.externalLabels = externalLabels
        self.databases = databases
        self.pools = pools
        self.processes = processes
        self.endpoints = endpoints
        self.overrides = overrides
        self.route = route
        self.receivers = receivers
        self.warnings = warnings
    }
}
