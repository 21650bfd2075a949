package import Alerting

/// A database to watch.
package struct DatabaseSettings: Hashable, Sendable {
    /// Whether something that a database may have or not is watched.
    package enum IntegrationsMode: String, Hashable, Sendable, CaseIterable {
        /// Where it exists.
        case auto
        /// Always; it is a failure where it does not exist.
        case on
        /// Never.
        case off
    }

    /// The probe of `pg_stat_statements`.
    package struct Statements: Hashable, Sendable {
        package var enabled: Bool
        /// 15 s by default.
        package var interval: Duration
        /// How many statements become series of their own; 20 by default.
        package var top: Int
        /// A text that a statement must hold to be looked at; nil means every statement of the database.
        package var filter: String?

        package init(
            enabled: Bool = true, interval: Duration = .seconds(15), top: Int = 20, filter: String? = nil
        ) {
            self.enabled = enabled
            self.interval = interval
            self.top = top
            self.filter = filter
        }
    }

    /// The probe of the Parlant schema's tool integrations.
    package struct Integrations: Hashable, Sendable {
        package var mode: IntegrationsMode
        /// 5 s by default.
        package var interval: Duration
        /// The schema of the tables; `public` by default.
        package var schema: String
        /// After this time without a check an integration counts as stale; 15 min by default.
        package var staleAfter: Duration
        /// The zone in which the tables' times without a zone are meant; `UTC` by default.
        package var timeZone: String

        package init(
            mode: IntegrationsMode = .auto, interval: Duration = .seconds(5), schema: String = "public",
            staleAfter: Duration = .seconds(900), timeZone: String = "UTC"
        ) {
            self.mode = mode
            self.interval = interval
            self.schema = schema
            self.staleAfter = staleAfter
            self.timeZone = timeZone
        }
    }

    /// The probes of the Parlant schema's tables, integrations aside.
    package struct Parlant: Hashable, Sendable {
        package var mode: IntegrationsMode
        /// Of sessions and events; 15 s by default.
        package var interval: Duration
        /// Of what changes rarely and costs more: schema, retention, passes over all references; 5 min by default.
        package var integrityInterval: Duration
        /// How long the search for rows that refer to nothing may keep the server busy in a round; 25 ms by default.
        package var sweepBudget: Duration
        /// The schema of the tables; `public` by default.
        package var schema: String
        /// The zone in which the tables' times without a zone are meant; `UTC` by default.
        package var timeZone: String
        /// The tables that must be there; nil for the guide's fifteen.
        package var tables: [String]?

        package init(
            mode: IntegrationsMode = .auto, interval: Duration = .seconds(15),
            integrityInterval: Duration = .seconds(300), sweepBudget: Duration = .milliseconds(25),
            schema: String = "public", timeZone: String = "UTC", tables: [String]? = nil
        ) {
            self.mode = mode
            self.interval = interval
            self.integrityInterval = integrityInterval
            self.sweepBudget = sweepBudget
            self.schema = schema
            self.timeZone = timeZone
            self.tables = tables
        }
    }

    /// The probe of pg_cron's jobs.
    package struct Jobs: Hashable, Sendable {
        /// Auto: where pg_cron is.
        package var mode: IntegrationsMode
        /// 1 min by default.
        package var interval: Duration
        /// Names of jobs that must be there and active; none by default.
        package var expected: [String]

        package init(
            mode: IntegrationsMode = .auto, interval: Duration = .seconds(60), expected: [String] = []
        ) {
            self.mode = mode
            self.interval = interval
            self.expected = expected
        }
    }

    /// How `tocsin runbook` reaches the database to change it. The agent never uses it.
    package enum WriteAccess: Hashable, Sendable {
        case dsn(Secret)
        /// The path of a file that holds it. It is read when it is used, not before, so that the agent's own user need
        /// not be able to.
        case file(String)
    }

    /// The value of the label `database`.
    package var name: String
    /// How to connect: a URI or libpq's `key=value` words.
    package var dsn: Secret
    /// Nil where nothing is to be changed.
    package var write: WriteAccess?
    /// The time between two samples; 5 s by default.
    package var interval: Duration
    /// How long a sample may take, connecting included; 5 s by default.
    package var timeout: Duration
    /// How long a statement of ours may wait for a lock; 1 s by default.
    package var lockTimeout: Duration
    package var statements: Statements
    package var integrations: Integrations
    package var parlant: Parlant
    package var jobs: Jobs
    /// The time between two samples of tables and indexes; 1 min by default, nil for none.
    package var tablesInterval: Duration?

    package init(
        name: String, dsn: Secret, write: WriteAccess? = nil, interval: Duration = .seconds(5),
        timeout: Duration = .seconds(5), lockTimeout: Duration = .seconds(1), statements: Statements = Statements(),
        integrations: Integrations = Integrations(), parlant: Parlant = Parlant(), jobs: Jobs = Jobs(),
        tablesInterval: Duration? = .seconds(60)
    ) {
        self.name = name
        self.dsn = dsn
        self.write = write
        self.interval = interval
        self.timeout = timeout
        self.lockTimeout = lockTimeout
        self.statements = statements
        self.integrations = integrations
        self.parlant = parlant
        self.jobs = jobs
        self.tablesInterval = tablesInterval
    }
}
