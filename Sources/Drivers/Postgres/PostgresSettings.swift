/// How to reach a server and what a session there may do.
package struct PostgresSettings: Sendable, CustomStringConvertible {
    /// How to speak to the server.
    package enum Mode: Hashable, Sendable {
        /// PostgreSQL, also behind a pooler.
        case normal
        /// PgBouncer's console: the simple protocol, no session settings, no parameters.
        case adminConsole
    }

    let dsn: PostgresDSN
    /// What the settings call it.
    package let name: String
    package let mode: Mode
    package let applicationName: String
    /// How long one host may take to connect.
    package let connectTimeout: Duration
    /// The server's `statement_timeout`.
    package let statementTimeout: Duration
    /// The server's `lock_timeout`.
    package let lockTimeout: Duration
    /// Whether the session and every batch may only read.
    package let readOnly: Bool
    /// The schema in which names without one are looked for, besides `pg_catalog`; nil for the server's `search_path`.
    package let schema: String?
    /// The most rows of one result.
    package let rowLimit: Int
    /// The most bytes of one result.
    package let byteLimit: Int
    /// The first pause after a failed connection; doubles up to `longestPause`.
    package let firstPause: Duration
    package let longestPause: Duration

    /// - Parameter dsn: a URI or keywords, as libpq takes it; `check(dsn:)` says whether it does.
    package init(
        dsn: String, name: String, mode: Mode = .normal, applicationName: String = "tocsin",
        connectTimeout: Duration = .seconds(5), statementTimeout: Duration = .seconds(5),
        lockTimeout: Duration = .seconds(1), readOnly: Bool = true, schema: String? = nil, rowLimit: Int = 10_000,
        byteLimit: Int = 16 << 20, firstPause: Duration = .seconds(1), longestPause: Duration = .seconds(30)
    ) {
        self.dsn = PostgresDSN(dsn)
        self.name = name
        self.mode = mode
        self.applicationName = applicationName
        self.connectTimeout = connectTimeout
        self.statementTimeout = statementTimeout
        self.lockTimeout = lockTimeout
        self.readOnly = readOnly
        self.schema = schema
        self.rowLimit = rowLimit
        self.byteLimit = byteLimit
        self.firstPause = firstPause
        self.longestPause = longestPause
    }

    /// Name, host, port, database and user; never the password.
    package var description: String { "\(name) (\(dsn))" }

    /// The value of one connection keyword, such as `user`; nil where the DSN has none. Never gives a password.
    package func keyword(_ key: String) -> String? {
        key.contains("password") ? nil : dsn.values[key]
    }

    /// Hosts and ports: the same text for two entries that name one server in the same way.
    package var server: String {
        ["host", "hostaddr", "port", "service"].map { "\($0)=\(dsn.values[$0] ?? "")" }.joined(separator: " ")
    }

    /// Why libpq can't read a DSN, without the secrets in it; nil where it can.
    package static func check(dsn: String) -> String? {
        PostgresDSN(dsn).problem
    }
}
