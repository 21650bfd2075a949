import Drivers
import Support
import Testing

/// Behind a real PgBouncer, and at its console.
@Suite("PostgreSQL behind PgBouncer")
struct PostgresPoolerTests {
    private let bench: PostgresBench

    init() throws {
        bench = try PostgresBench()
    }

    @Test("PgBouncer's console answers, and takes no parameters")
    func console() async throws {
        let bouncer = try await PgBouncerServer(for: bench.server)
        defer { bouncer.stop() }
        let console = bench.connection(bouncer.adminDSN, mode: .adminConsole)
        let pools = try await console.query(.sql("SHOW POOLS"))
        #expect(pools.columns.contains("cl_waiting"))
        #expect(try pools.first?.int("cl_active") == 1)
        let results = try await console.batch([.sql("SHOW VERSION"), .sql("SHOW DATABASES")])
        #expect(try results.first?.first?.text("version")?.hasPrefix("PgBouncer") == true)
        #expect(try await console.ping() > .zero)
        let refused = await bench.failure { _ = try await console.query(.sql("SHOW POOLS", .int(1))) }
        #expect(refused?.kind == .decoding)
        let unknown = await bench.failure { _ = try await console.query(.sql("SHOW NONSENSE")) }
        #expect(unknown?.kind == .server)
        _ = try await console.query(.sql("SHOW POOLS"))
    }

    @Test(
        "a pooler by transaction gets the settings with each, whether it refuses or ignores those of the session",
        arguments: [false, true])
    func transactionPooling(ignoresOptions: Bool) async throws {
        let bouncer = try await PgBouncerServer(
            for: bench.server, poolMode: "transaction", ignoresOptions: ignoresOptions)
        defer { bouncer.stop() }
        let pooled = bench.connection(bouncer.dsn())
        let wanted = [
            "statement_timeout": "5s", "lock_timeout": "1s", "idle_in_transaction_session_timeout": "1min",
            "TimeZone": "UTC", "transaction_read_only": "on",
        ]
        let results = try await pooled.batch(
            wanted.keys.sorted().map { PostgresStatement(name: $0, sql: "SELECT current_setting('\($0)')") })
        #expect(await pooled.setsPerBatch)
        for (name, rows) in zip(wanted.keys.sorted(), results) {
            #expect(try rows.first?.text(at: 0) == wanted[name], "\(name)")
        }
        #expect(try await pooled.value("SELECT current_setting('statement_timeout')") == "5s")
        let write = await bench.failure { _ = try await pooled.query(.sql("CREATE TABLE never (a int)")) }
        #expect(write?.sqlState == "25006")
        // What was set for a transaction does not stay with the server's session.
        #expect(try bench.server.psql("SHOW statement_timeout") == "0")
    }

    @Test("a cancel goes through the pooler")
    func cancelThroughPooler() async throws {
        let bouncer = try await PgBouncerServer(for: bench.server, poolMode: "transaction")
        defer { bouncer.stop() }
        let pooled = bench.connection(bouncer.dsn(), statementTimeout: .seconds(60))
        _ = try await pooled.ping()
        let error = await bench.failure {
            _ = try await pooled.query(.sql("SELECT pg_sleep(50), 'pooled-sleep'"), deadline: .milliseconds(500))
        }
        #expect(error?.kind == .timeout)
        #expect(await eventually(within: 5) { bench.running("pooled-sleep") == "0" })
        _ = try await pooled.ping()
    }
}
