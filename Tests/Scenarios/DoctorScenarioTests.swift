import Foundation
import Support
import Testing

/// What `tocsin doctor` prints, word for word, on each sort of database: the texts are in `DoctorTexts`.
@Suite("Scenario: doctor", .serialized)
struct DoctorScenarioTests {
    private static let server = Result { try PostgresServer() }
    private static let healthy = Result {
        var data = ParlantData()
        data.events = 24_000
        let database = try ParlantDatabase(on: server.get(), name: "well", data: data)
        try database.server.psql(Repository.text("Deploy/role.sql"), database: database.name)
        return database
    }

    private func doctor(_ dsn: String, _ more: [String] = []) throws -> Subprocess.Outcome {
        try Subprocess.run(
            AgentProcess.binary, ["doctor", "--database", dsn] + more,
            environment: ["TOCSIN_ALERTS": AgentProcess.alerts])
    }

    /// Without what differs from run to run: ports, and the numbers of the performance tables.
    private func normalised(_ text: String) throws -> String {
        let port = try Regex("port [0-9]+")
        let number = try Regex("[0-9][0-9,.]*")
        let spaces = try Regex("  +")
        var isTable = false
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            var line = String(line).replacing(port, with: "port PORT")
            if line.hasPrefix("Slowest statements") || line.hasPrefix("Largest tables") { isTable = true }
            if line.isEmpty { isTable = false }
            if isTable, line.hasPrefix("  ") {
                line = "  " + line.dropFirst(2).replacing(spaces, with: "  ").replacing(number, with: "N")
            }
            return line
        }.joined(separator: "\n")
    }

    private func check(_ name: String, _ dsn: String, status: Int32) throws {
        let expected = try Repository.text("Tests/Scenarios/DoctorTexts/\(name).txt")
        let outcome = try doctor(dsn)
        let text = try normalised(outcome.output)
        #expect(outcome.status == status && outcome.errors.isEmpty, "\(outcome)")
        #expect(text == expected)
    }

    @Test("a healthy one, while somebody works with it")
    func healthy() async throws {
        let database = try Self.healthy.get()
        let session = try await HeldSession(in: database)
        defer { session.end() }
        try session.send("SELECT count(*) FROM parlant_agent \\watch 0.1")
        try check("healthy", database.dsn(user: "tocsin"), status: 0)
    }

    @Test("a sick one")
    func sick() async throws {
        let database = try Self.healthy.get().copy(as: "sick")
        defer { try? database.drop() }
        try database.inject(.severalInitialStates())
        try database.inject(.unhealthyIntegrations(count: 1))
        try database.sql("DROP TABLE parlant_term")
        try check("sick", database.dsn(user: "tocsin"), status: 2)
    }

    @Test("one that is not there")
    func unreachable() throws {
        let port = try FreePort.find()
        try check("unreachable", "host=127.0.0.1 port=\(port) dbname=x user=x", status: 2)
    }

    @Test("an empty one")
    func empty() throws {
        let server = try Self.server.get()
        try server.psql("CREATE DATABASE nothing")
        try server.psql("CREATE EXTENSION pg_stat_statements", database: "nothing")
        try check("empty", server.dsn(database: "nothing"), status: 0)
    }

    @Test("one that may read next to nothing")
    func poor() throws {
        let database = try Self.healthy.get().copy(as: "poverty")
        defer { try? database.drop() }
        try database.server.psql("CREATE ROLE poor LOGIN")
        try check("poor", database.dsn(user: "poor"), status: 1)
    }

    @Test("as JSON, with the same exit code")
    func json() throws {
        let database = try Self.healthy.get().copy(as: "sick_json")
        defer { try? database.drop() }
        try database.inject(.severalInitialStates())
        let outcome = try doctor(database.dsn(user: "tocsin"), ["--json"])
        #expect(outcome.status == 1)
        let report = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        #expect(report["status"] as? String == "degraded")
        #expect(report["message"] as? String == "2 journeys can't work: several initial states")
        let details = try #require(report["details"] as? [String: Any])
        #expect(details["tableCount"] as? Int == 15 && details["tablesExpected"] as? Int == 15)
        let problem = try #require((details["problems"] as? [[String: Any]])?.first)
        #expect(
            problem["alert"] as? String == "ParlantJourneyBroken" && problem["runbook"] as? String == "journey-states")
        let performance = try #require(details["performance"] as? [String: Any])
        let table = try #require((performance["tables"] as? [[String: Any]])?.first)
        #expect(table["table"] as? String == "parlant_event" && (table["bytes"] as? Int ?? 0) > 1 << 20)
    }

    @Test("past 1,000 events of the last hour it says that there may be more")
    func manyEvents() throws {
        let database = try Self.healthy.get().copy(as: "busy")
        defer { try? database.drop() }
        try database.sql(
            """
            UPDATE parlant_event SET created_at = (now() AT TIME ZONE 'UTC') - interval '10 minutes'
             WHERE id IN (SELECT id FROM parlant_event ORDER BY created_at DESC LIMIT 3000)
            """)
        #expect(try doctor(database.dsn(user: "tocsin")).output.contains("\nEvents in the last hour: 1,000 or more\n"))
        try database.sql(
            """
            UPDATE parlant_event SET created_at = created_at - interval '2 hours';
            UPDATE parlant_event SET created_at = (now() AT TIME ZONE 'UTC') - interval '10 minutes'
             WHERE id IN (SELECT id FROM parlant_event ORDER BY created_at DESC LIMIT 876)
            """)
        #expect(try doctor(database.dsn(user: "tocsin")).output.contains("\nEvents in the last hour: 876\n"))
    }
}
