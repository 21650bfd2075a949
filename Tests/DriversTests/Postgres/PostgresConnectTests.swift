import Drivers
import Support
import Testing

/// Connections that fail, each in its own way, against real servers.
@Suite("PostgreSQL connects")
struct PostgresConnectTests {
    private let bench: PostgresBench

    init() throws {
        bench = try PostgresBench()
    }

    @Test("refused, unknown host, wrong database, unknown user and TLS are told apart")
    func kinds() async throws {
        let free = try FreePort.find()
        let cases: [(dsn: String, kind: PostgresError.Kind, sqlState: String?)] = [
            ("host=127.0.0.1 port=\(free) user=postgres", .refused, nil),
            ("host=/nowhere port=\(free) user=postgres", .refused, nil),
            ("host=no-such-host.invalid user=postgres", .dns, nil),
            (bench.server.dsn(database: "nowhere"), .server, "3D000"),
            (bench.server.dsn(user: "nobody-at-all"), .authentication, "28000"),
            (bench.server.dsn() + " sslmode=require", .tls, nil),
            (bench.server.dsn() + " sslmode=verify-full sslrootcert=/nowhere/ca.pem", .tls, nil),
            ("postgresql://me:pass@word@127.0.0.1/db", .connect, nil),
        ]
        for (dsn, kind, sqlState) in cases {
            let error = await bench.failure { _ = try await bench.connection(dsn).ping() }
            #expect(error?.kind == kind, "\(dsn): \(String(describing: error))")
            #expect(error?.sqlState == sqlState, "\(dsn): \(String(describing: error))")
            #expect(error?.statement == "ping")
            #expect(error?.description.contains(where: \.isNewline) == false)
        }
    }

    @Test("a server that accepts and says nothing is given up in time, also when the task is cancelled")
    func silence() async throws {
        let silent = try HTTPReceiver(port: 0) { _ in .init(manner: .hang) }
        defer { silent.stop() }
        let dsn = "host=127.0.0.1 port=\(silent.port) user=postgres sslmode=disable"
        let began = ContinuousClock.now
        let error = await bench.failure {
            _ = try await bench.connection(dsn, connectTimeout: .milliseconds(300)).ping()
        }
        #expect(error?.kind == .connectTimeout, "\(String(describing: error))")
        #expect(ContinuousClock.now - began < .seconds(3))
        let connection = bench.connection(dsn, connectTimeout: .seconds(30))
        let task = Task { try await connection.ping() }
        task.cancel()
        #expect(await bench.failure { _ = try await task.value }?.kind == .cancelled)
    }

    @Test("of several hosts the first that lives is taken: after a dead one, and after one that hangs")
    func severalHosts() async throws {
        let free = try FreePort.find()
        let silent = try HTTPReceiver(port: 0) { _ in .init(manner: .hang) }
        defer { silent.stop() }
        let tail = "user=postgres dbname=postgres sslmode=disable"
        let live = bench.server.port
        for dsn in [
            "host=127.0.0.1,127.0.0.1 port=\(free),\(live) \(tail)",
            "host=127.0.0.1,127.0.0.1 port=\(silent.port),\(live) \(tail)",
            "host=127.0.0.1,localhost,127.0.0.1 port=\(free),\(silent.port),\(live) \(tail)",
            "postgresql://postgres@127.0.0.1:\(silent.port),127.0.0.1:\(live)/postgres?sslmode=disable",
        ] {
            let connection = bench.connection(dsn, connectTimeout: .milliseconds(1_500))
            #expect(try await connection.value("SELECT current_setting('port')") == "\(live)", "\(dsn)")
        }
    }

    @Test("of two hosts that hang, both are given their time")
    func hangingHosts() async throws {
        let silent = try HTTPReceiver(port: 0) { _ in .init(manner: .hang) }
        defer { silent.stop() }
        let dsn = "host=127.0.0.1,127.0.0.1 port=\(silent.port),\(silent.port) user=postgres sslmode=disable"
        let error = await bench.failure {
            _ = try await bench.connection(dsn, connectTimeout: .seconds(30)).ping(deadline: .milliseconds(600))
        }
        #expect(error?.kind == .connectTimeout)
    }

    @Test("a wrong password is told, and is in no message", arguments: ["keywords", "uri"])
    func wrongPassword(form: String) async throws {
        let own = try PostgresServer(passwords: true)
        defer { own.stop() }
        let dsn =
            form == "uri"
            ? "postgresql://postgres:hunter2@127.0.0.1:\(own.port)/postgres" : own.dsn(password: "hunter2")
        let connection = bench.connection(dsn)
        let error = try #require(await bench.failure { _ = try await connection.ping() })
        #expect(error.kind == .authentication)
        #expect(error.sqlState == "28P01")
        let settings = PostgresSettings(dsn: dsn, name: "main")
        var shown = "\(error) \(String(reflecting: error)) \(settings) \(String(reflecting: settings))"
        dump(error, to: &shown)
        dump(settings, to: &shown)
        #expect(!shown.contains("hunter2"))
        _ = try await bench.connection(own.dsn(password: "secret")).ping()
    }

    @Test("a server with no place left says so with its code")
    func tooMany() async throws {
        let own = try PostgresServer(settings: ["max_connections": "4", "superuser_reserved_connections": "1"])
        defer { own.stop() }
        try own.psql("CREATE ROLE guest LOGIN")
        let guests = (0..<3).map { _ in bench.connection(own.dsn(user: "guest")) }
        for guest in guests { _ = try await guest.ping() }
        let error = await bench.failure { _ = try await bench.connection(own.dsn(user: "guest")).ping() }
        #expect(error?.sqlState == "53300")
        #expect(error?.kind == .server)
        for guest in guests { await guest.close() }
    }
}
