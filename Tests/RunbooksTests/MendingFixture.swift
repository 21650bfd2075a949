import Diagnoses
import Drivers
import Foundation
import Mending
import Runbooks
import Support
import Testing

/// The tests on PostgreSQL, one after the other: `psql` blocks a thread, of which there may be only two.
@Suite(.serialized) enum OnPostgres {}

/// A PostgreSQL of the Parlant extension's shape, with a little in it, and a mender for one of its databases.
final class MendingFixture: Sendable {
    let mender: Mender
    private let server: PostgresServer
    private let poller: PostgresPoller
    private let database: String

    /// One server for all tests of the process; each test has a database of its own.
    private static let shared = Result {
        let server = try PostgresServer()
        try server.psql("CREATE DATABASE healthy")
        try server.psql("CREATE EXTENSION pg_stat_statements;\n" + ParlantSchema.sql + content, database: "healthy")
        for role in ["Deploy/role.sql", "Deploy/mend-role.sql"] {
            try server.psql(
                String(contentsOf: ShippedRunbooks.root.appendingPathComponent(role), encoding: .utf8),
                database: "healthy")
        }
        return server
    }

    /// A mender whose write connection goes through a pooler.
    func pooled() async throws -> (mender: Mender, bouncer: PgBouncerServer) {
        let bouncer = try await PgBouncerServer(for: server, poolMode: "transaction")
        let target = MendingTarget(
            database: "main", dsn: server.dsn(database: database),
            writeDSN: "host=127.0.0.1 port=\(bouncer.port) user=postgres dbname=\(database)", schema: "public")
        return (Mender(target, poller: poller), bouncer)
    }

    /// - Parameters:
    ///   - reader: the role of the connection that looks.
    ///   - writer: the role of the write connection; nil for none.
    init(
        reader: String = "postgres", writer: String? = "postgres", limits: MendingLimits = MendingLimits()
    ) throws {
        server = try Self.shared.get()
        database = "t\(UUID().uuidString.filter { $0 != "-" }.lowercased())"
        poller = PostgresPoller()
        try server.psql("CREATE DATABASE \(database) TEMPLATE healthy")
        let write = writer.map { [server, database] in server.dsn(user: $0, database: database) }
        mender = Mender(
            MendingTarget(
                database: "main", dsn: server.dsn(user: reader, database: database), writeDSN: write, schema: "public",
                limits: limits),
            poller: poller)
    }

    @discardableResult
    func psql(_ sql: String) throws -> String { try server.psql(sql, database: database) }

    func connection() -> PostgresConnection {
        PostgresConnection(
            PostgresSettings(dsn: server.dsn(database: database), name: "other", readOnly: false), poller: poller)
    }

    /// A diagnoser over a connection of a role's own.
    func diagnoser(
        _ user: String = "tocsin", deadline: Duration = .seconds(10)
    ) -> (
        diagnoser: Diagnoser, connection: PostgresConnection
    ) {
        let connection = PostgresConnection(
            PostgresSettings(
                dsn: server.dsn(user: user, database: database), name: "main", statementTimeout: deadline),
            poller: poller)
        return (Diagnoser(connection, schema: "public", deadline: deadline), connection)
    }

    func remedy(_ runbook: String, _ name: String? = nil) throws -> (runbook: Runbook, remedy: Remedy) {
        let runbook = try #require(try ShippedRunbooks.shelf().runbook(runbook))
        return (runbook, try #require(runbook.remedy(name ?? runbook.name)))
    }

    func count(_ runbook: String, _ name: String? = nil, _ values: [String: String] = [:]) async throws -> Int {
        let found = try remedy(runbook, name)
        return try await mender.plan(found.remedy, of: found.runbook, values: values).count
    }

    func apply(
        _ runbook: String, _ name: String? = nil, _ values: [String: String] = [:], planned: Int
    ) async throws -> MendingResult {
        try await mender.apply(try remedy(runbook, name).remedy, values: values, planned: planned)
    }

    static func id(_ number: Int) -> String {
        "00000000-0000-0000-0000-\(String(1_000_000_000_00 + number).suffix(12))"
    }

    /// One of everything, all of it right.
    private static let content = """

        INSERT INTO "user" VALUES ('ada', 'Ada', 'ada@example.org', now(), now());
        INSERT INTO workspace (id, name, owner_id) VALUES ('acme', 'Acme', 'ada'), ('other', 'Other', 'ada');
        INSERT INTO knowledge_base (id, user_id, workspace_id, name) VALUES ('kb', 'ada', 'acme', 'Manual');
        INSERT INTO parlant_agent (id, workspace_id, created_by, name)
            VALUES ('\(id(1))', 'acme', 'ada', 'Helper'), ('\(id(2))', 'other', 'ada', 'Stranger');
        INSERT INTO parlant_agent_knowledge_base (agent_id, knowledge_base_id) VALUES ('\(id(1))', 'kb');
        INSERT INTO parlant_session (id, agent_id, workspace_id) VALUES ('\(id(10))', '\(id(1))', 'acme');
        INSERT INTO parlant_event (session_id, "offset", event_type, content, created_at)
            SELECT '\(id(10))', n, 'customer_message', '{}', now() + n * interval '1 second'
              FROM generate_series(0, 4) n;
        INSERT INTO parlant_journey (id, agent_id, title, conditions) VALUES ('\(id(20))', '\(id(1))', 'Order', '[]');
        INSERT INTO parlant_journey_state (id, journey_id, name, state_type, is_initial, is_final, created_at) VALUES
            ('\(id(30))', '\(id(20))', 'Begin', 'chat', true, false, now() - interval '2 hours'),
            ('\(id(31))', '\(id(20))', 'End', 'final', false, true, now() - interval '1 hour');
        INSERT INTO parlant_journey_transition (journey_id, from_state_id, to_state_id)
            VALUES ('\(id(20))', '\(id(30))', '\(id(31))');
        INSERT INTO parlant_tool (id, workspace_id, name, display_name, description, tool_type, parameters) VALUES
            ('\(id(40))', 'acme', 'weather', 'Weather', 'Tells it', 'http',
             '{"properties": {"city": {}, "unit": {}}, "required": ["city"]}');
        INSERT INTO parlant_tool_integration
            (parlant_tool_id, integration_type, target_id, health_status, parameter_mapping)
            VALUES ('\(id(40))', 'http', 'weather', 'healthy', '{"city": "place"}');
        """
}
