import Foundation
import Support
import Testing

/// The first minutes with the real program: a settings file, what the role lacks, a test message.
@Suite("Scenario: init", .serialized)
struct InitScenarioTests {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("tocsin-init-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private var file: String { folder.appendingPathComponent("tocsin.yaml").path }

    private func tocsin(_ words: [String]) throws -> Subprocess.Outcome {
        try Subprocess.run(
            AgentProcess.binary, words, environment: ["TOCSIN_ALERTS": AgentProcess.alerts, "DATABASE_URL": ""])
    }

    @Test("the file is right as it is written, nobody else may read it, and it is not overwritten by accident")
    func draft() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let first = try tocsin(["init", "--config", file])
        #expect(first.status == 0, "\(first)")
        #expect(first.output.hasPrefix("Wrote \(file).\n"))
        #expect(
            first.output.contains("psql -d DATABASE -v password=\"'…'\" -f \(Repository.root.path)/Deploy/role.sql"))
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let text = try String(contentsOfFile: file, encoding: .utf8)
        #expect(text.contains("dsn: ${DATABASE_URL}"))

        let again = try tocsin(["init", "--config", file, "--webhook", "http://127.0.0.1:1/x"])
        #expect(again.status == 1)
        #expect(again.errors.contains("`\(file)` is there already") && again.errors.contains("--force"))
        #expect(try String(contentsOfFile: file, encoding: .utf8) == text)

        let odd = "host=127.0.0.1 dbname=app user=tocsin password='a$b: #'"
        let forced = try tocsin(["init", "--config", file, "--force", "--database", odd, "--schema", "par lant"])
        #expect(forced.output.contains(" -v schema=par lant -f "))
        let checked = try tocsin(["check", file])
        #expect(checked.status == 0 && checked.output.contains("1 databases"), "\(checked)")
        #expect(try String(contentsOfFile: file, encoding: .utf8).contains("password=''a$$b: #''"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["tocsin.yaml"])
    }

    @Test("the grants that the role lacks are named, and none once the role's script has run; the message arrives")
    func grants() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let server = try PostgresServer()
        defer { server.stop() }
        let database = try ParlantDatabase(on: server, data: .small)
        try server.psql("CREATE ROLE poor LOGIN; GRANT SELECT ON parlant_session TO poor", database: database.name)
        let poor = try tocsin(["init", "--config", file, "--database", database.dsn(user: "poor")])
        #expect(poor.status == 1)
        #expect(poor.output.contains("Connected as poor; 15 Parlant tables."), "\(poor)")
        for statement in [
            "GRANT pg_monitor TO poor;", "GRANT SELECT ON public.parlant_event TO poor;",
            "GRANT SELECT (id, workspace_id, name, deleted_at) ON public.knowledge_base TO poor;",
        ] {
            #expect(poor.output.contains(statement), "\(statement)\n\n\(poor.output)")
        }
        #expect(!poor.output.contains("ON public.parlant_session TO"))

        // What is named mends it.
        let lines = poor.output.split(separator: "\n").map { $0.drop { $0 == " " } }
        let statements = lines.filter { $0.hasPrefix("GRANT ") }.joined(separator: "\n")
        try server.psql(statements, database: database.name)
        let mended = try tocsin(["init", "--config", file, "--force", "--database", database.dsn(user: "poor")])
        #expect(mended.status == 0 && mended.output.contains("It may read all that is needed."), "\(mended)")

        try server.psql(Repository.text("Deploy/role.sql"), database: database.name)
        let receiver = try HTTPReceiver(port: 0) { _ in .init() }
        defer { receiver.stop() }
        let whole = try tocsin([
            "init", "--config", file, "--force", "--database", database.dsn(user: "tocsin"), "--slack",
            "\(receiver.url)/slack", "--webhook", "\(receiver.url)/hook",
        ])
        #expect(whole.status == 0 && whole.output.contains("It may read all that is needed."), "\(whole)")
        #expect(whole.output.contains("ops/slack/0: delivered") && whole.output.contains("ops/webhook/0: delivered"))
        #expect(Set(receiver.requests.map(\.path)) == ["/slack", "/hook"])
        #expect(try tocsin(["check", file]).status == 0)
    }

    @Test("a database that does not answer and a receiver that is not there are said, and the file stands all the same")
    func unreachable() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let port = try FreePort.find()
        let outcome = try tocsin([
            "init", "--config", file, "--database", "host=127.0.0.1 port=\(port) dbname=x user=x", "--webhook",
            "http://127.0.0.1:\(port)/hook",
        ])
        #expect(outcome.status == 1)
        #expect(
            outcome.errors.contains("the database can't be asked")
                && outcome.errors.contains("ops/webhook/0: not delivered"))
        #expect(FileManager.default.fileExists(atPath: file))
        #expect(try tocsin(["init", "--webhook", "ftp://x"]).status == 64)
    }
}
