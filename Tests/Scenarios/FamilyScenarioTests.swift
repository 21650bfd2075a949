import Drivers
import Foundation
import Support
import Testing

/// Latency, memory and integrations on the real thing, with the least-privilege role.
@Suite("Scenario: the other families", .serialized)
struct FamilyScenarioTests {
    /// A server with the demonstration's schema and the shipped role.
    private func server() throws -> PostgresServer {
        let server = try PostgresServer()
        try server.makeParlant()
        return server
    }

    private func settings(_ server: PostgresServer, _ receiver: HTTPReceiver, more: String = "") -> String {
        """
        databases:
          - name: parlant
            dsn: "\(server.dsn(user: "tocsin", database: "parlant"))"
            interval: 500ms
            statements: { interval: 1s }
            integrations: { enabled: true, interval: 500ms, stale_after: 1h }
        route: { receiver: ops, group_by: ["..."], group_wait: 200ms, group_interval: 500ms }
        receivers: [{ name: ops, webhook_configs: [{ url: "\(receiver.url)" }] }]
        \(more)
        """
    }

    @Test("a statement made slow raises the latency alert that names it, and clears once it is fast again")
    func latency() async throws {
        let server = try server()
        defer { server.stop() }
        let receiver = try HTTPReceiver(port: 0) { _ in .init() }
        defer { receiver.stop() }
        try server.psql("CREATE VIEW parlant_agent_list AS SELECT 1 AS id", database: "parlant")
        let agent = try await AgentProcess(
            settings(
                server, receiver,
                more: """
                    overrides:
                      - alert: StatementSlow
                        levels: { warning: { for: 1s, clear_for: 2s }, critical: { for: 600s } }
                      - { alert: StatementsSlowOverall, enabled: false }
                    """))
        defer { agent.remove() }
        func told(_ change: String) -> [Told] {
            Told.all(in: receiver).filter { $0.alert == "StatementSlow" && $0.change == change }
        }
        let read = "SELECT count(*) FROM parlant_agent_list"
        try server.psql(
            "CREATE OR REPLACE VIEW parlant_agent_list AS SELECT 1 AS id FROM (SELECT pg_sleep(0.2)) AS slow",
            database: "parlant")
        let raised = try await eventually(within: 30) {
            try server.psql(read, database: "parlant")
            return !told("fired").isEmpty
        }
        #expect(raised, "\(agent.program.logText)")
        #expect(told("fired").first?.labels["query"]?.contains("parlant_agent_list") == true)
        try server.psql("CREATE OR REPLACE VIEW parlant_agent_list AS SELECT 1 AS id", database: "parlant")
        let cleared = try await eventually(within: 30) {
            try server.psql(read, database: "parlant")
            return !told("resolved").isEmpty
        }
        #expect(cleared, "\(agent.program.logText)")
        #expect(told("fired").count == 1 && told("resolved").count == 1)
    }

    @Test("unhealthy, stale and growing errors each raise their own alert, a disabled integration none")
    func integrations() async throws {
        let server = try server()
        defer { server.stop() }
        let receiver = try HTTPReceiver(port: 0) { _ in .init() }
        defer { receiver.stop() }
        try server.psql(
            """
            INSERT INTO parlant_tool_integration (parlant_tool_id, integration_type, target_id, health_status, last_health_check, enabled)
            SELECT id, 'http', target, 'healthy', now() AT TIME ZONE 'UTC', target <> 'off' FROM parlant_tool,
                   unnest(ARRAY['sick', 'old', 'errors', 'off']) AS target WHERE name = 'tickets'
            """, database: "parlant")
        let agent = try await AgentProcess(settings(server, receiver))
        defer { agent.remove() }
        try await Task.sleep(for: .seconds(3))
        #expect(Told.all(in: receiver).isEmpty, "\(Told.all(in: receiver))")
        try server.psql(
            """
            UPDATE parlant_tool_integration SET health_status = 'unhealthy' WHERE target_id IN ('sick', 'off');
            UPDATE parlant_tool_integration SET last_health_check = now() AT TIME ZONE 'UTC' - interval '2 hours' WHERE target_id = 'old';
            UPDATE parlant_tool_integration SET error_count = error_count + 40 WHERE target_id = 'errors';
            """, database: "parlant")
        func fired() -> Set<String> {
            Set(
                Told.all(in: receiver).filter { $0.change == "fired" }.map {
                    "\($0.alert) \($0.labels["target"] ?? "")"
                })
        }
        let wanted: Set = ["IntegrationUnhealthy sick", "IntegrationStale old", "IntegrationErrorsGrowing errors"]
        #expect(await eventually(within: 20) { fired() == wanted }, "\(fired())\n\(agent.program.logText)")
        try await Task.sleep(for: .seconds(2))
        #expect(fired() == wanted)
    }

    @Test("a process that really grows raises memory")
    func memory() async throws {
        let receiver = try HTTPReceiver(port: 0) { _ in .init() }
        defer { receiver.stop() }
        let folder = FileManager.default.temporaryDirectory
        let grower = try RunningProgram(
            "python3",
            [
                "-c",
                "import time\nkept = []\nfor _ in range(60):\n    kept.append(bytearray(4 << 20))\n    time.sleep(0.1)\ntime.sleep(600)",
            ],
            log: folder.appendingPathComponent("grower-\(UUID().uuidString)"))
        defer { grower.stop(SIGKILL) }
        let agent = try await AgentProcess(
            """
            processes: [{ name: worker, interval: 500ms, pid: \(grower.processIdentifier) }]
            overrides:
              - alert: ProcessMemoryHigh
                levels:
                  warning: { raise: "> 100000000", clear: "< 80000000", for: 1s, clear_for: 2s }
                  critical: { raise: "> 900000000", clear: "< 800000000" }
            route: { receiver: ops, group_wait: 200ms, group_interval: 500ms }
            receivers: [{ name: ops, webhook_configs: [{ url: "\(receiver.url)" }] }]
            """)
        defer { agent.remove() }
        func told() -> [String] { Told.all(in: receiver).map { "\($0.alert) \($0.change)" } }
        #expect(await eventually(within: 30) { told() == ["ProcessMemoryHigh fired"] }, "\(told())")
    }

    @Test("the shipped role suffices, and without a grant the message names the missing one")
    func grants() async throws {
        let server = try server()
        defer { server.stop() }
        let settings = FileManager.default.temporaryDirectory.appendingPathComponent("grants-\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: settings) }
        func probe(user: String) throws -> Subprocess.Outcome {
            try """
            databases:
              - name: parlant
                dsn: "\(server.dsn(user: user, database: "parlant"))"
                integrations: { enabled: true }
            route: { receiver: none }
            receivers: [{ name: none }]
            """.write(to: settings, atomically: true, encoding: .utf8)
            return try Subprocess.run(
                AgentProcess.binary, ["probe", "--config", settings.path],
                environment: ["TOCSIN_ALERTS": AgentProcess.alerts])
        }
        let good = try probe(user: "tocsin")
        #expect(good.status == 0, "\(good.output)\(good.errors)")
        try server.psql("CREATE ROLE poor LOGIN", database: "parlant")
        let poor = try probe(user: "poor")
        #expect(poor.status == 1)
        #expect(poor.output.contains("GRANT pg_monitor TO poor"), "\(poor.output)")
        #expect(
            poor.output.contains(
                "GRANT SELECT ON \"public\".parlant_tool, \"public\".parlant_tool_integration TO poor"),
            "\(poor.output)")
        try server.psql("DROP EXTENSION pg_stat_statements", database: "parlant")
        let without = try probe(user: "tocsin")
        #expect(without.output.contains("CREATE EXTENSION pg_stat_statements"), "\(without.output)")
    }
}
