import Drivers
import Foundation
import Support
import Testing

/// The driver against a real server.
@Suite("PostgreSQL driver", .serialized)
final class PostgresConnectionTests: Sendable {
    private static let server = Result { try PostgresServer(settings: ["max_connections": "260"]) }
    private let server: PostgresServer
    private let poller = PostgresPoller()

    init() throws {
        server = try Self.server.get()
    }

    private func connection(
        _ dsn: String? = nil, statementTimeout: Duration = .seconds(5), connectTimeout: Duration = .seconds(5),
        mode: PostgresSettings.Mode = .normal, rowLimit: Int = 10_000, firstPause: Duration = .seconds(1)
    ) -> PostgresConnection {
        PostgresConnection(
            PostgresSettings(
                dsn: dsn ?? server.dsn(), name: "main", mode: mode, connectTimeout: connectTimeout,
                statementTimeout: statementTimeout, rowLimit: rowLimit, firstPause: firstPause),
            poller: poller)
    }

    private func failure(_ body: () async throws -> Void) async -> PostgresError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? PostgresError
        }
    }

    @Test("every type is decoded by its column's name")
    func decodesTypes() async throws {
        let rows = try await connection().query(
            PostgresStatement(
                name: "types",
                sql: """
                    SELECT 7::int8 AS i, 1.5::float8 AS f, 'NaN'::numeric AS nan, 12.25::numeric AS n, true AS t, NULL AS nothing,
                           'grüß «☃»' AS words, timestamp '2026-11-23 08:00:00.5' AS plain,
                           timestamptz '2026-11-23 08:00:00+02' AS zoned, 'infinity'::timestamp AS forever
                    """))
        let row = rows[0]
        #expect(try row.int("i") == 7)
        #expect(try row.double("f") == 1.5)
        #expect(try row.double("nan")?.isNaN == true)
        #expect(try row.double("n") == 12.25)
        #expect(try row.bool("t") == true)
        #expect(try row.isNull("nothing"))
        #expect(try row.text("words") == "grüß «☃»")
        #expect(try row.timestamp("plain") == 1_795_420_800_500)
        #expect(try row.timestamp("zoned") == 1_795_413_600_000)
        #expect(try row.timestamp("forever") == .max)
        #expect(throws: PostgresError.self) { try row.int("words") }
        #expect(throws: PostgresError.self) { try row.text("missing") }
    }

    @Test("the session is set as promised")
    func sessionSettings() async throws {
        let connection = connection()
        func show(_ name: String) async throws -> String? {
            try await connection.query(PostgresStatement(name: "show", sql: "SELECT current_setting('\(name)') AS v"))[0].text("v")
        }
        #expect(try await show("TimeZone") == "UTC")
        #expect(try await show("application_name") == "tocsin")
        #expect(try await show("default_transaction_read_only") == "on")
        #expect(try await show("statement_timeout") == "5s")
        #expect(try await show("lock_timeout") == "1s")
        #expect(try await show("idle_in_transaction_session_timeout") == "1min")
        #expect(await connection.serverVersion ?? 0 >= 130_000)
    }

    @Test("it reads only: a write is refused")
    func readOnly() async throws {
        let error = await failure {
            _ = try await connection().query(PostgresStatement(name: "write", sql: "CREATE TABLE never (a int)"))
        }
        #expect(error?.sqlState == "25006")
        #expect(error?.statement == "write")
    }

    @Test("parameters are values, never SQL")
    func parameters() async throws {
        let nasty = "'; DROP TABLE x; --"
        let rows = try await connection().query(
            PostgresStatement(
                name: "echo", sql: "SELECT $1::text AS a, $2::int8 AS b, $3::timestamptz AS c, $4::float8 AS d, $5::text AS e",
                parameters: [.text(nasty), .int(-5), .timestamp(1_795_420_800_500), .double(.infinity), .null]))
        #expect(try rows[0].text("a") == nasty)
        #expect(try rows[0].int("b") == -5)
        #expect(try rows[0].timestamp("c") == 1_795_420_800_500)
        #expect(try rows[0].double("d") == .infinity)
        #expect(try rows[0].isNull("e"))
    }

    @Test("cancelling the task cancels the statement on the server, and the connection goes on")
    func cancellation() async throws {
        let connection = connection(statementTimeout: .seconds(60))
        _ = try await connection.ping()
        let task = Task { try await connection.query(PostgresStatement(name: "sleep", sql: "SELECT pg_sleep(50), 'cancel-me'")) }
        let count = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%cancel-me%' AND pid <> pg_backend_pid()"
        #expect(await eventually(within: 5) { (try? server.psql(count)) == "1" })
        task.cancel()
        let error = await failure { _ = try await task.value }
        #expect(error?.kind == .cancelled)
        #expect(await eventually(within: 3) { (try? server.psql(count)) == "0" })
        #expect(try await connection.query(PostgresStatement(name: "one", sql: "SELECT 1 AS one"))[0].int("one") == 1)
    }

    @Test("a deadline cancels the statement on the server")
    func deadline() async throws {
        let connection = connection(statementTimeout: .seconds(60))
        let error = await failure {
            _ = try await connection.query(
                PostgresStatement(name: "sleep", sql: "SELECT pg_sleep(50)"), deadline: .milliseconds(300))
        }
        #expect(error?.kind == .timeout)
        #expect(error?.statement == "sleep")
        _ = try await connection.ping()
    }

    @Test("the server's own limits come with their codes")
    func serverLimits() async throws {
        let slow = await failure {
            _ = try await connection(statementTimeout: .milliseconds(200)).query(
                PostgresStatement(name: "slow", sql: "SELECT pg_sleep(5)"))
        }
        #expect(slow?.sqlState == "57014")
        try server.psql("CREATE TABLE IF NOT EXISTS locked (a int); CREATE ROLE poor LOGIN")
        let locker = PostgresConnection(
            PostgresSettings(dsn: server.dsn(), name: "locker", readOnly: false), poller: poller)
        _ = try await locker.query(PostgresStatement(name: "begin", sql: "SELECT pg_advisory_lock(7)"))
        let blocked = await failure {
            _ = try await connection().query(PostgresStatement(name: "lock", sql: "SELECT pg_advisory_lock(7)"))
        }
        #expect(blocked?.sqlState == "55P03")
        let denied = await failure {
            _ = try await connection(server.dsn(user: "poor")).query(
                PostgresStatement(name: "peek", sql: "SELECT * FROM locked"))
        }
        #expect(denied?.sqlState == "42501")
        #expect(denied?.message.contains("locked") == true)
        await locker.close()
    }

    @Test("a killed session is an error, and the next statement connects anew")
    func killed() async throws {
        let connection = connection(statementTimeout: .seconds(30))
        _ = try await connection.ping()
        let task = Task { try await connection.query(PostgresStatement(name: "sleep", sql: "SELECT pg_sleep(20), 'kill-me'")) }
        #expect(
            await eventually(within: 5) {
                (try? server.psql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE '%kill-me%' AND pid <> pg_backend_pid()")) == "1"
            })
        let error = await failure { _ = try await task.value }
        #expect(error?.kind == .connectionLost)
        _ = try await connection.ping()
    }

    @Test("a result larger than allowed is refused, and the connection goes on")
    func tooLarge() async throws {
        let connection = connection(rowLimit: 100)
        let error = await failure {
            _ = try await connection.query(PostgresStatement(name: "many", sql: "SELECT generate_series(1, 5000000)"))
        }
        #expect(error?.kind == .resultTooLarge)
        _ = try await connection.ping()
    }

    @Test("refused, unknown host, hanging server and wrong database are told apart")
    func connectFailures() async throws {
        let free = try FreePort.find()
        let cases: [(String, PostgresError.Kind)] = [
            ("host=127.0.0.1 port=\(free) user=postgres", .refused),
            ("host=no-such-host.invalid user=postgres", .dns),
            (server.dsn(database: "nowhere"), .authentication),
        ]
        for (dsn, kind) in cases {
            let error = await failure { _ = try await connection(dsn).ping() }
            #expect(error?.kind == kind, "\(dsn): \(String(describing: error))")
        }
        let silent = try HTTPReceiver(port: 0) { _ in .init(manner: .hang) }
        let error = await failure {
            _ = try await connection("host=127.0.0.1 port=\(silent.port) user=postgres sslmode=disable", connectTimeout: .milliseconds(300)).ping()
        }
        #expect(error?.kind == .connectTimeout, "\(String(describing: error))")
        silent.stop()
    }

    @Test("of several hosts the one that lives is taken")
    func severalHosts() async throws {
        let free = try FreePort.find()
        let dsn = "host=127.0.0.1,127.0.0.1 port=\(free),\(server.port) user=postgres dbname=postgres"
        _ = try await connection(dsn).ping()
    }

    @Test("after a failed connection there is a pause, and then it comes back")
    func backoff() async throws {
        let own = try PostgresServer()
        defer { own.stop() }
        let connection = connection(own.dsn(), firstPause: .milliseconds(100))
        _ = try await connection.ping()
        own.stopServer()
        #expect(await failure { _ = try await connection.ping() } != nil)
        #expect(await failure { _ = try await connection.ping() } != nil)
        try own.start()
        #expect(await eventually(within: 10) { (try? await connection.ping()) != nil })
    }

    @Test("two hundred connections wait on one thread")
    func manyConnections() async throws {
        let connections = (0..<200).map { _ in connection() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for connection in connections {
                group.addTask {
                    _ = try await connection.query(PostgresStatement(name: "nap", sql: "SELECT pg_sleep(0.2)"), deadline: .seconds(40))
                }
            }
            try await group.waitForAll()
        }
        let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count
        #expect(threads < 80, "\(threads) threads")
        for connection in connections { await connection.close() }
    }

    @Test("a password is in no message", arguments: ["keywords", "uri"])
    func noPassword(form: String) async throws {
        let own = try PostgresServer(passwords: true)
        defer { own.stop() }
        let dsn = form == "uri"
            ? "postgresql://postgres:hunter2@127.0.0.1:\(own.port)/postgres" : own.dsn(password: "hunter2")
        let error = await failure { _ = try await connection(dsn).ping() }
        #expect(error?.kind == .authentication)
        let settings = PostgresSettings(dsn: dsn, name: "main")
        #expect(!"\(String(describing: error)) \(settings)".contains("hunter2"))
        #expect(PostgresSettings.check(dsn: dsn) == nil)
        #expect(PostgresSettings.check(dsn: "postgresql://u:hunter2@[bad/x")?.contains("hunter2") == false)
    }

    @Test("PgBouncer's console answers, and a pooler that refuses options gets its settings per batch")
    func pgBouncer() async throws {
        let bouncer = try await PgBouncerServer(for: server, poolMode: "transaction", ignoresOptions: false)
        defer { bouncer.stop() }
        let console = connection(bouncer.adminDSN, mode: .adminConsole)
        let pools = try await console.query(PostgresStatement(name: "pools", sql: "SHOW POOLS"))
        #expect(pools.columns.contains("cl_waiting"))
        let pooled = connection(bouncer.dsn())
        let results = try await pooled.batch([
            PostgresStatement(name: "timeout", sql: "SELECT current_setting('statement_timeout') AS v"),
            PostgresStatement(name: "zone", sql: "SELECT current_setting('TimeZone') AS v"),
            PostgresStatement(name: "mode", sql: "SELECT current_setting('transaction_read_only') AS v"),
        ])
        #expect(try results.map { try $0[0].text("v") } == ["5s", "UTC", "on"])
        #expect(await pooled.setsPerBatch)
    }

    @Test("a batch that fails leaves the connection fit for the next")
    func failedBatch() async throws {
        let connection = connection()
        let error = await failure {
            _ = try await connection.batch([
                PostgresStatement(name: "good", sql: "SELECT 1"), PostgresStatement(name: "bad", sql: "SELECT nothing"),
            ])
        }
        #expect(error?.sqlState == "42703")
        #expect(error?.statement == "bad")
        #expect(try await connection.batch([PostgresStatement(name: "good", sql: "SELECT 1 AS a")])[0][0].int("a") == 1)
    }
}
