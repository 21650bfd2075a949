import Drivers
import Foundation
import Probes
import PromQL
import Support
import Testing

/// The SQL probes on a real server.
@Suite("PostgreSQL probes", .serialized)
struct PostgresProbeTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private let now = Timestamp(milliseconds: 1_795_420_800_000)

    private func value(_ result: ProbeResult, _ metric: String, _ labels: [String: String] = [:]) -> Double? {
        result.samples.first { sample in
            sample.labels.metric == metric && labels.allSatisfy { sample.labels[$0.key] == $0.value }
        }?.value
    }

    @Test("database, statements, integrations and activity give what the server holds")
    func samples() async throws {
        let server = try PostgresServer()
        defer { server.stop() }
        try server.psql(
            String(contentsOf: Self.root.appendingPathComponent("Deploy/demo/schema.sql"), encoding: .utf8))
        try server.psql("CREATE ROLE app LOGIN")
        let poller = PostgresPoller()
        let connection = PostgresConnection(PostgresSettings(dsn: server.dsn(), name: "main"), poller: poller)

        let database = await DatabaseProbe(name: "main", connection: connection).sample(at: now)
        #expect(database.failure == nil)
        #expect(value(database, "pg_up") == 1)
        #expect(value(database, "pg_settings_max_connections") == 100)
        #expect(value(database, "tocsin_blocked_sessions", ["datname": "postgres"]) == 0)
        #expect(value(database, "pg_stat_database_xact_commit", ["datname": "postgres"]) ?? 0 > 0)

        let statements = StatementsProbe(name: "main", connection: connection)
        #expect(await statements.sample(at: now).failure == nil)
        let slow = "host=127.0.0.1 port=\(server.port) user=app dbname=postgres"
        try Subprocess.output("psql", ["-X", "-q", "-d", slow, "-c", "SELECT pg_sleep(0.15), 'a literal'"])
        let second = await statements.sample(at: now + .seconds(1))
        let mean = second.samples.first {
            $0.labels["query"]?.contains("pg_sleep") == true && $0.labels.metric == "tocsin_statement_mean_seconds"
        }
        #expect(mean?.value ?? 0 > 0.1)
        #expect(mean?.labels["query"]?.contains("literal") == false)

        try server.psql(
            "UPDATE parlant_tool_integration SET health_status = 'unhealthy', error_count = 9 WHERE target_id = 'weather'"
        )
        let integrations = await IntegrationsProbe(name: "main", connection: connection, isOptional: false).sample(
            at: now)
        #expect(
            value(integrations, "parlant_tool_integration_state", ["target": "weather", "state": "unhealthy"]) == 1)
        #expect(value(integrations, "parlant_tool_integration_state", ["target": "tickets", "state": "healthy"]) == 1)
        #expect(value(integrations, "parlant_tool_integration_errors", ["target": "weather"]) == 9)

        let pool = await ActivityPoolProbe(
            name: "web", connection: connection, applicationName: "tocsin", maximum: 4
        ).sample(at: now)
        #expect(value(pool, "pool_connections_active") == 1)
        #expect(value(pool, "pool_connections_max") == 4)
        await connection.close()
        poller.shutdown()
    }

    @Test("what is missing is named with what mends it")
    func failures() async throws {
        let server = try PostgresServer(settings: ["shared_preload_libraries": "''"])
        defer { server.stop() }
        let poller = PostgresPoller()
        let connection = PostgresConnection(PostgresSettings(dsn: server.dsn(), name: "main"), poller: poller)
        let statements = StatementsProbe(name: "main", connection: connection)
        #expect(await statements.sample(at: now).failure?.reason == .missingExtension)
        try server.psql("CREATE EXTENSION pg_stat_statements")
        let unloaded = await statements.sample(at: now).failure
        #expect(unloaded?.reason == .notPreloaded)
        #expect(unloaded?.message.contains("shared_preload_libraries") == true)
        let optional = await IntegrationsProbe(name: "main", connection: connection).sample(at: now)
        #expect(optional.failure == nil && optional.samples.isEmpty)
        let wanted = await IntegrationsProbe(name: "main", connection: connection, isOptional: false).sample(at: now)
        #expect(wanted.failure?.reason == .missingTable)
        try server.psql("CREATE TABLE parlant_tool (id int); CREATE TABLE parlant_tool_integration (id int)")
        let columns = await IntegrationsProbe(name: "main", connection: connection).sample(at: now)
        #expect(columns.failure?.reason == .missingColumn)
        await connection.close()
        server.stopServer()
        let down = await DatabaseProbe(
            name: "main",
            connection: PostgresConnection(PostgresSettings(dsn: server.dsn(), name: "main"), poller: poller)
        ).sample(at: now)
        #expect(value(down, "pg_up") == 0)
        #expect(down.failure?.reason == .connectionRefused)
        poller.shutdown()
    }
}
