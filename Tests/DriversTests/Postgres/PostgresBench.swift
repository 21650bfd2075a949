import Drivers
import Support

/// What the suites against a real server share: the server, and short ways to its connections.
struct PostgresBench: Sendable {
    private static let shared = Result { try PostgresServer(settings: ["max_connections": "300"]) }

    let server: PostgresServer
    let poller = PostgresPoller()

    init() throws {
        server = try Self.shared.get()
    }

    func connection(
        _ dsn: String? = nil, statementTimeout: Duration = .seconds(5), connectTimeout: Duration = .seconds(5),
        lockTimeout: Duration = .seconds(1), mode: PostgresSettings.Mode = .normal, readOnly: Bool = true,
        rowLimit: Int = 10_000, byteLimit: Int = 16 << 20, firstPause: Duration = .seconds(1)
    ) -> PostgresConnection {
        PostgresConnection(
            PostgresSettings(
                dsn: dsn ?? server.dsn(), name: "main", mode: mode, connectTimeout: connectTimeout,
                statementTimeout: statementTimeout, lockTimeout: lockTimeout, readOnly: readOnly, rowLimit: rowLimit,
                byteLimit: byteLimit, firstPause: firstPause),
            poller: poller)
    }

    /// The driver's error; nil when the body ends well or with another error.
    func failure(_ body: () async throws -> Void) async -> PostgresError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? PostgresError
        }
    }

    /// How many other sessions are running a statement that holds the mark.
    func running(_ mark: String) -> String? {
        try? server.psql(
            """
            SELECT count(*) FROM pg_stat_activity
            WHERE state = 'active' AND query LIKE '%\(mark)%' AND pid <> pg_backend_pid()
            """)
    }
}

extension PostgresStatement {
    /// A statement that is called as it reads.
    static func sql(_ sql: String, _ parameters: PostgresValue...) -> PostgresStatement {
        PostgresStatement(name: "test", sql: sql, parameters: parameters)
    }
}

extension PostgresConnection {
    /// The text of the first column of the first row.
    func value(_ sql: String) async throws -> String? {
        try await query(.sql(sql)).first?.text(at: 0)
    }
}
