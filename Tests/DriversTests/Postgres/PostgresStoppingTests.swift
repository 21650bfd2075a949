import Drivers
import Foundation
import Support
import Testing

/// What ends a statement before its time, against a real server.
@Suite("Ends of PostgreSQL statements")
struct PostgresStoppingTests {
    private let bench: PostgresBench

    init() throws {
        bench = try PostgresBench()
    }

    @Test(
        "cancelling the task cancels the statement on the server, and the connection goes on", arguments: [false, true])
    func cancellation(inBatch: Bool) async throws {
        let connection = bench.connection(statementTimeout: .seconds(60))
        let session = try await connection.value("SELECT pg_backend_pid()")
        let mark = "cancel-me-\(inBatch)"
        let sleep = PostgresStatement(name: "sleep", sql: "SELECT pg_sleep(50), '\(mark)'")
        let task = Task {
            if inBatch { _ = try await connection.batch([sleep]) } else { _ = try await connection.query(sleep) }
        }
        #expect(await eventually(within: 10) { bench.running(mark) == "1" })
        task.cancel()
        let error = await bench.failure { try await task.value }
        #expect(error?.kind == .cancelled)
        #expect(error?.statement == "sleep")
        #expect(await eventually(within: 5) { bench.running(mark) == "0" })
        #expect(try await connection.value("SELECT pg_backend_pid()") == session)
    }

    @Test("a deadline cancels the statement on the server, and the connection goes on")
    func deadline() async throws {
        let connection = bench.connection(statementTimeout: .seconds(60))
        let session = try await connection.value("SELECT pg_backend_pid()")
        let error = await bench.failure {
            _ = try await connection.query(.sql("SELECT pg_sleep(50), 'too-late'"), deadline: .milliseconds(300))
        }
        #expect(error?.kind == .timeout)
        #expect(error?.statement == "test")
        #expect(bench.running("too-late") == "0")
        #expect(try await connection.value("SELECT pg_backend_pid()") == session)
    }

    @Test("statements go in order, and one that waits for its turn heeds its own deadline and cancellation")
    func turns() async throws {
        let connection = bench.connection(statementTimeout: .seconds(60))
        _ = try await connection.ping()
        let long = Task { try await connection.query(.sql("SELECT pg_sleep(50), 'holds-the-turn'")) }
        #expect(await eventually(within: 10) { bench.running("holds-the-turn") == "1" })
        let impatient = await bench.failure { _ = try await connection.ping(deadline: .milliseconds(100)) }
        #expect(impatient?.kind == .timeout)
        let waiting = Task { try await connection.ping() }
        waiting.cancel()
        #expect(await bench.failure { _ = try await waiting.value }?.kind == .cancelled)
        #expect(bench.running("holds-the-turn") == "1")
        let patient = Task { try await connection.value("SELECT 'done'") }
        long.cancel()
        #expect(try await patient.value == "done")
    }

    @Test("the server's own limits come with their codes")
    func serverLimits() async throws {
        let slow = await bench.failure {
            _ = try await bench.connection(statementTimeout: .milliseconds(200)).query(.sql("SELECT pg_sleep(5)"))
        }
        #expect(slow?.sqlState == "57014")
        #expect(slow?.kind == .server)
        let locker = bench.connection()
        _ = try await locker.query(.sql("SELECT pg_advisory_lock(7)"))
        let blocked = await bench.failure {
            _ = try await bench.connection(lockTimeout: .milliseconds(200)).query(.sql("SELECT pg_advisory_lock(7)"))
        }
        #expect(blocked?.sqlState == "55P03")
        await locker.close()
    }

    @Test("a result with too many rows or bytes is refused, and the connection goes on")
    func tooLarge() async throws {
        let connection = bench.connection(rowLimit: 100, byteLimit: 1 << 20)
        let session = try await connection.value("SELECT pg_backend_pid()")
        let rows = await bench.failure { _ = try await connection.query(.sql("SELECT generate_series(1, 5000000)")) }
        #expect(rows?.kind == .resultTooLarge)
        let bytes = await bench.failure {
            _ = try await connection.query(.sql("SELECT repeat('x', 100000) FROM generate_series(1, 50)"))
        }
        #expect(bytes?.kind == .resultTooLarge)
        #expect(try await connection.query(.sql("SELECT generate_series(1, 100)")).count == 100)
        #expect(try await connection.value("SELECT pg_backend_pid()") == session)
    }

    @Test("a killed session is an error, and the next statement connects anew")
    func killed() async throws {
        let connection = bench.connection(statementTimeout: .seconds(30))
        _ = try await connection.ping()
        let task = Task { try await connection.query(.sql("SELECT pg_sleep(20), 'kill-me'")) }
        #expect(await eventually(within: 10) { bench.running("kill-me") == "1" })
        try bench.server.psql(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE query LIKE '%kill-me%' AND pid <> pg_backend_pid()
            """
        )
        let error = await bench.failure { _ = try await task.value }
        #expect(error?.kind == .connectionLost)
        #expect(error?.sqlState == "57P01")
        _ = try await connection.ping()
    }

    @Test("a session that was killed while nothing ran costs no statement")
    func killedAtRest() async throws {
        let connection = bench.connection()
        let session = try #require(try await connection.value("SELECT pg_backend_pid()"))
        try bench.server.psql("SELECT pg_terminate_backend(\(session))")
        let isGone = await eventually(within: 5) {
            (try? bench.server.psql("SELECT count(*) FROM pg_stat_activity WHERE pid = \(session)")) == "0"
        }
        #expect(isGone)
        #expect(try await connection.value("SELECT pg_backend_pid()") != session)
    }

    @Test("after a failed connection there is a pause, and then it comes back")
    func backoff() async throws {
        let own = try PostgresServer()
        defer { own.stop() }
        let connection = bench.connection(own.dsn(), firstPause: .milliseconds(400))
        _ = try await connection.ping()
        own.stopServer()
        #expect(await bench.failure { _ = try await connection.ping() }?.kind == .refused)
        let began = ContinuousClock.now
        let again = await bench.failure { _ = try await connection.ping() }
        #expect(ContinuousClock.now - began < .milliseconds(200))
        #expect(again?.kind == .refused)
        #expect(again?.hint?.contains("the next connection is tried in 1 s") == true)
        try own.start()
        #expect(await eventually(within: 10) { (try? await connection.ping()) != nil })
    }

    @Test("two hundred connections wait on one thread")
    func manyConnections() async throws {
        let connections = (0..<200).map { _ in bench.connection() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for connection in connections {
                group.addTask { _ = try await connection.query(.sql("SELECT pg_sleep(0.2)"), deadline: .seconds(40)) }
            }
            try await group.waitForAll()
        }
        let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count
        #expect(threads < 80, "\(threads) threads")
        for connection in connections { await connection.close() }
    }

    @Test("after a shutdown of the poller nothing hangs")
    func shutdown() async throws {
        let own = PostgresPoller()
        let settings = PostgresSettings(dsn: bench.server.dsn(), name: "main", statementTimeout: .seconds(60))
        let connection = PostgresConnection(settings, poller: own)
        _ = try await connection.ping()
        let task = Task { try await connection.query(.sql("SELECT pg_sleep(20), 'shut-down'")) }
        #expect(await eventually(within: 10) { bench.running("shut-down") == "1" })
        own.shutdown()
        #expect(await bench.failure { _ = try await task.value }?.kind == .cancelled)
        #expect(await bench.failure { _ = try await connection.ping() }?.kind == .cancelled)
    }
}
