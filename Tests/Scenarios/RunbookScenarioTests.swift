import Foundation
import Support
import Testing

/// A trouble is found, planned and mended with the real program. One after the other: each call of the program blocks a
/// thread of the tests.
@Suite(.serialized) struct RunbookScenarioTests {
    private final class Bench: Sendable {
        private let server: PostgresServer
        private let database = "book\(UInt32.random(in: 0...UInt32.max))"
        let folder: URL

        private static let shared = Result {
            let server = try PostgresServer()
            try server.psql("CREATE ROLE reader LOGIN; CREATE ROLE mender LOGIN")
            return server
        }

        init() throws {
            server = try Self.shared.get()
            folder = FileManager.default.temporaryDirectory.appendingPathComponent("tocsin-book-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try server.psql("CREATE DATABASE \(database)")
            try server.psql(
                """
                CREATE TABLE workspace (id text PRIMARY KEY);
                CREATE TABLE parlant_agent (id int, workspace_id text, name text, created_at timestamp);
                CREATE TABLE parlant_session (agent_id int);
                INSERT INTO parlant_agent SELECT n, 'gone', 'Agent ' || n, now() FROM generate_series(1, 12) n;
                GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader;
                GRANT SELECT, DELETE ON ALL TABLES IN SCHEMA public TO mender;
                """, database: database)
            try write(access: "write_dsn: '\(server.dsn(user: "mender", database: database))'")
        }

        func write(access: String) throws {
            let text = """
                history: { path: "\(folder.path)/history.sqlite" }
                databases: [{ name: main, dsn: '\(server.dsn(user: "reader", database: database))', \(access) }]
                route: { receiver: none }
                receivers: [{ name: none }]
                """
            try text.write(to: folder.appendingPathComponent("tocsin.yaml"), atomically: true, encoding: .utf8)
        }

        func run(_ words: String, typing input: String? = nil) throws -> Subprocess.Outcome {
            let config = folder.appendingPathComponent("tocsin.yaml").path
            return try Subprocess.run(
                AgentProcess.binary, ["runbook"] + words.split(separator: " ").map(String.init) + ["-c", config],
                environment: ["TOCSIN_ALERTS": AgentProcess.alerts, "USER": "ada"], input: input ?? "")
        }

        var agents: String? { try? server.psql("SELECT count(*) FROM parlant_agent", database: database) }

        deinit { try? FileManager.default.removeItem(at: folder) }
    }

    @Test func `A remedy is planned, refused, confirmed, applied once, and on record`() throws {
        let bench = try Bench()
        let remedy = "orphaned-rows --remedy agents"

        let plan = try bench.run("plan \(remedy)")
        #expect(plan.status == 0)
        #expect(plan.output.hasPrefix("orphaned-rows agents on main: 12 rows would change."))
        #expect(plan.output.contains("… and more"))

        let refused = try bench.run("apply \(remedy)", typing: "yes\n")
        #expect(refused.status == 1)
        #expect(refused.errors.contains("Nothing was changed."))
        #expect(bench.agents == "12")

        let applied = try bench.run("apply \(remedy)", typing: "12\n")
        #expect(applied.status == 0)
        #expect(applied.output.contains("Applied: 12 rows."))
        #expect(bench.agents == "0")

        let again = try bench.run("apply \(remedy) --yes")
        #expect(again.status == 0)
        #expect(again.output.contains("nothing to mend"))

        let log = try bench.run("log")
        #expect(log.output.split(separator: "\n").count == 2)
        for word in ["applied", "ada", "main", "orphaned-rows", "agents", "12/12"] {
            #expect(log.output.contains(word), "\(word)")
        }
    }

    @Test func `Without a write connection nothing is changed`() throws {
        let bench = try Bench()
        try bench.write(access: "")
        let refused = try bench.run("apply orphaned-rows --remedy agents --yes")
        #expect(refused.status == 1)
        #expect(refused.errors.contains("add `write_dsn` (or `write_dsn_file`) to the entry `main`"))
        #expect(bench.agents == "12")
        // The plan is still to be had.
        #expect(try bench.run("plan orphaned-rows --remedy agents").status == 0)
    }

    @Test func `Without a record nothing is changed`() throws {
        let bench = try Bench()
        try Data().write(to: bench.folder.appendingPathComponent("history.sqlite.actions"))
        let refused = try bench.run("apply orphaned-rows --remedy agents --yes")
        #expect(refused.status == 1)
        #expect(refused.errors.contains("nothing was changed, since it can't be recorded"))
        #expect(bench.agents == "12")
    }

    @Test(arguments: [
        ("show nope", "there is no runbook `nope`"), ("plan orphaned-rows", "which remedy?"),
        ("plan event-order", "`event-order` needs `session`"), ("plan memory", "has no remedy that can be run"),
        ("plan event-order --set session", "--set takes name=value"),
        ("plan event-order --database other", "the settings have no database `other`"),
    ])
    func `A wrong command line is told`(_ words: String, _ message: String) throws {
        let bench = try Bench()
        let outcome = try bench.run(words.contains("other") ? words + " --set session=1" : words)
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
    }
}
