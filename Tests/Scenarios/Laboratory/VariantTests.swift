import Foundation
import PromQL
import Support
import Testing

/// The same probes and rules on deployments that differ, and on other versions of PostgreSQL.
@Suite("Variants", .serialized)
struct VariantTests {
    private static let server = Result { try PostgresServer() }

    private func fires(
        _ database: ParlantDatabase, user: String = "postgres", for time: Duration = .seconds(600)
    ) async throws -> (alerts: Set<String>, failures: [String: String]) {
        var laboratory = try Laboratory(database, user: user)
        await laboratory.pass(time)
        await laboratory.close()
        return (laboratory.firing, laboratory.failures)
    }

    @Test(
        "schemas that differ",
        arguments: [
            (ParlantSchema(name: "Par\"lant", timeZone: "Pacific/Kiritimati"), [String]()),
            (ParlantSchema(moreColumns: true, timeZone: "America/Los_Angeles"), []),
            (ParlantSchema(withoutForeignKeys: true), ["ParlantForeignKeyMissing"]),
            (ParlantSchema(fewerIndexes: true), ["ParlantIndexMissing"]),
        ])
    func schemas(schema: ParlantSchema, wanted: [String]) async throws {
        let database = try ParlantDatabase(on: Self.server.get(), name: "variant", schema: schema, data: .small)
        defer { try? database.drop() }
        let (alerts, failures) = try await fires(database)
        #expect(alerts == Set(wanted))
        #expect(failures == [:])
        // The trouble is seen there as well, in its own schema and zone.
        try database.inject(.severalInitialStates())
        try database.inject(.silence())
        let sick = try await fires(database)
        #expect(sick.alerts == Set(wanted).union(["ParlantJourneyBroken", "ParlantSilent"]))
    }

    @Test("versions", arguments: PostgresServer.Version.wanted)
    func versions(number: Int) async throws {
        let version = try PostgresServer.Version.find(number)
        let server = try PostgresServer(version: version)
        defer { server.stop() }
        let database = try ParlantDatabase(on: server, data: .small)
        let (alerts, failures) = try await fires(database)
        // 16 comes without the extension here.
        #expect(alerts == (version.hasStatements ? [] : ["ProbeFailing"]))
        #expect(Set(failures.keys) == (version.hasStatements ? [] : ["statements:main"]), "\(failures)")
        try database.inject(.unhealthyIntegrations())
        try database.inject(.orphanedEvents())
        let sick = try await fires(database)
        #expect(sick.alerts.subtracting(["ProbeFailing"]) == ["IntegrationUnhealthy", "ParlantOrphans"])
    }

    @Test("the shipped role may read all that is asked, and one that may not is told what it lacks")
    func grants() async throws {
        let database = try ParlantDatabase(on: Self.server.get(), name: "granted", data: .small)
        defer { try? database.drop() }
        let server = database.server
        try server.psql(Repository.text("Deploy/role.sql"), database: database.name)
        let (alerts, failures) = try await fires(database, user: "tocsin")
        #expect(alerts == [])
        #expect(failures == [:])
        try database.sql(
            "REVOKE ALL ON parlant_event, knowledge_base FROM tocsin; REVOKE SELECT (id, name, workspace_id, deleted_at) ON knowledge_base FROM tocsin"
        )
        let poor = try await fires(database, user: "tocsin")
        #expect(poor.alerts == ["ProbeFailing"])
        #expect(poor.failures["activity:main"]?.contains("GRANT SELECT ON public.parlant_event TO tocsin") == true)
        #expect(poor.failures["objects:main"]?.contains("knowledge_base") == true)
        #expect(poor.failures["schema:main"] == nil)
        try server.psql("DROP OWNED BY tocsin; DROP ROLE tocsin", database: database.name)
    }

    /// What `tocsin doctor` prints, and its exit code.
    private func doctor(_ dsn: String) throws -> (text: String, status: Int32) {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: AgentProcess.binary)
        process.arguments = ["doctor", "--database", dsn]
        process.environment = ProcessInfo.processInfo.environment.merging(["TOCSIN_ALERTS": AgentProcess.alerts]) {
            $1
        }
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (text, process.terminationStatus)
    }

    @Test("the doctor's word on a healthy, a sick, an empty, a poor and an unreachable database")
    func doctor() throws {
        let server = try Self.server.get()
        let database = try ParlantDatabase(on: server, name: "patient", data: .small)
        defer { try? database.drop() }
        let healthy = try doctor(database.dsn())
        #expect(healthy.status == 0 && healthy.text.hasPrefix("HEALTHY: All systems operational"), "\(healthy.text)")
        #expect(healthy.text.contains("Parlant tables: 15 of 15"))

        try database.inject(.severalInitialStates())
        let sick = try doctor(database.dsn())
        #expect(sick.status == 1 && sick.text.hasPrefix("DEGRADED: "), "\(sick.text)")
        #expect(sick.text.contains("2 journeys can't work: several initial states"))
        #expect(sick.text.contains("What to do: tocsin runbook show journey-states"))

        try database.sql("DROP TABLE parlant_term")
        let worse = try doctor(database.dsn())
        #expect(worse.status == 2 && worse.text.hasPrefix("UNHEALTHY: Table parlant_term is missing on main"))
        #expect(worse.text.contains("Parlant tables: 14 of 15"))

        try server.psql("CREATE ROLE poor LOGIN")
        let poor = try doctor(database.dsn(user: "poor"))
        #expect(poor.text.contains("GRANT SELECT ON public.parlant_event"), "\(poor.text)")

        try server.psql("CREATE DATABASE nothing")
        let empty = try doctor(server.dsn(database: "nothing"))
        #expect(!empty.text.contains("Parlant tables"), "\(empty.text)")

        let gone = try doctor("host=127.0.0.1 port=\(FreePort.find()) dbname=x user=x")
        #expect(gone.status == 2 && gone.text.hasPrefix("UNHEALTHY: Database connectivity issues"), "\(gone.text)")
    }

    @Test("the running agent says the same under /api/v1/health, and shipped rules point to runbooks that are there")
    func health() async throws {
        let database = try ParlantDatabase(on: Self.server.get(), name: "lives", data: .small)
        defer { try? database.drop() }
        let agent = try await AgentProcess(
            """
            databases:
              - name: main
                dsn: "\(database.dsn())"
                parlant: { enabled: true, interval: 1s, integrity_interval: 1s }
            route: { receiver: none }
            receivers: [{ name: none }]
            """)
        defer { agent.remove() }
        func report() async throws -> [String: Any] {
            let text = try await agent.get("/api/v1/health")
            return try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
        }
        let well = try await report()
        let details = try #require(well["details"] as? [String: Any])
        #expect(well["status"] as? String == "healthy" && well["message"] as? String == "All systems operational")
        #expect(details["tableCount"] as? Int == 15 && details["tablesExpected"] as? Int == 15)
        #expect((details["recentEvents"] as? Int).map { $0 > 0 } == true)
        #expect((details["checks"] as? [[String: Any]])?.contains { $0["name"] as? String == "schema:main" } == true)

        try database.inject(.missingTable())
        let isSeen = await eventually(within: 20) {
            (try? await report())?["message"] as? String == "Table parlant_term is missing on main"
        }
        #expect(isSeen)
        #expect(try await report()["status"] as? String == "unhealthy")

        let checked = try Subprocess.output(
            AgentProcess.binary, ["check", agent.folder.appendingPathComponent("tocsin.yaml").path],
            environment: ["TOCSIN_ALERTS": AgentProcess.alerts])
        #expect(checked.hasSuffix("all right\n") && !checked.contains("warning"), "\(checked)")
    }
}
