package import Drivers
package import PromQL
import Synchronization

/// Samples the health of tool integrations in the Parlant schema: `parlant_tool_integration` with `parlant_tool`.
///
/// Only enabled integrations of enabled tools: nobody calls the others, so nobody should be woken for them. Unhealthy
/// goes before stale (the last check is too old), stale before healthy; unknown is what was never checked.
package struct IntegrationsProbe: Probe {
    package let id: String
    package let kind = ProbeKind.integrations
    package let targetLabels: Labels
    package let interval: Duration
    package let deadline: Duration
    private let connection: PostgresConnection
    private let schema: String
    private let staleAfter: Duration
    private let timeZone: String
    private let isOptional: Bool
    private let tables = Tables()

    /// What the last round knew of the tables.
    private final class Tables: Sendable {
        private let known = Mutex(false)

        var areThere: Bool {
            get { known.withLock { $0 } }
            set { known.withLock { $0 = newValue } }
        }
    }

    /// At most so many integrations have series of their own, the worst first; the others are only counted.
    private static let mostSeries = 200

    /// - Parameters:
    ///   - schema: where the tables are.
    ///   - staleAfter: how old the last check may be.
    ///   - timeZone: the zone in which `last_health_check`, which has none, is written.
    ///   - isOptional: whether a database without these tables is well, and simply gives nothing.
    package init(
        name: String, connection: PostgresConnection, schema: String = "public", staleAfter: Duration = .seconds(900),
        timeZone: String = "UTC", isOptional: Bool = true, interval: Duration = .seconds(5),
        deadline: Duration = .seconds(10)
    ) {
        id = kind.id(of: name)
        targetLabels = kind.targetLabels(of: name)
        self.connection = connection
        self.schema = schema
        self.staleAfter = staleAfter
        self.timeZone = timeZone
        self.isOptional = isOptional
        self.interval = interval
        self.deadline = deadline
    }

    package func sample(at: Timestamp) async -> ProbeResult {
        let wereThere = tables.areThere
        do throws(PostgresError) {
            // Looked up until they are there, and again where one is gone: asking for a missing table every few seconds
            // would fill the server's log.
            let missing = wereThere ? [] : try await missingTables()
            tables.areThere = missing.isEmpty
            if !missing.isEmpty {
                if isOptional && missing.count == 2 { return ProbeResult() }
                return ProbeResult(
                    failure: ProbeFailure(
                        .missingTable,
                        "\(id): \(missing.joined(separator: " and ")) not found; set `integrations.schema`, or `integrations: "
                            + "{ enabled: false }` where the Parlant extension is not installed"))
            }
            let rows = try await connection.batch([statement], deadline: deadline)[0]
            return ProbeResult(samples: try samples(rows, at: at))
        } catch {
            if error.sqlState == "42P01" { tables.areThere = false }
            // Undefined table: look once more, so that the message names it. What is missing though both are there (a
            // function in a view may ask for another) is a failure like any other.
            if wereThere, error.sqlState == "42P01" { return await sample(at: at) }
            let role = connection.settings.keyword("user") ?? "tocsin"
            let grant =
                "GRANT USAGE ON SCHEMA \(quoted) TO \(role); "
                + "GRANT SELECT ON \(quoted).parlant_tool, \(quoted).parlant_tool_integration TO \(role);"
            return ProbeResult(failure: ProbeFailure(error, probe: id, user: role, grant: grant))
        }
    }

    private var quoted: String {
        "\"" + schema.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    /// Reads the catalogue, which needs no grant on the tables themselves.
    private func missingTables() async throws(PostgresError) -> [String] {
        let rows = try await connection.batch(
            [
                PostgresStatement(
                    name: "tables",
                    sql: """
                        SELECT wanted.name FROM unnest(ARRAY['parlant_tool', 'parlant_tool_integration']) AS wanted(name)
                         WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                                            WHERE c.relname = wanted.name AND n.nspname = $1)
                        """, parameters: [.text(schema)])
            ], deadline: deadline)[0]
        var names: [String] = []
        for row in rows { if let name = try row.text("name") { names.append("\(schema).\(name)") } }
        return names
    }

    private var statement: PostgresStatement {
        PostgresStatement(
            name: "integrations",
            sql: """
                SELECT workspace, tool, type, target, error_count, age, state
                  FROM (SELECT t.workspace_id AS workspace, t.name AS tool, i.integration_type AS type, i.target_id AS target,
                               i.error_count, c.age,
                               CASE WHEN i.health_status = 'unhealthy' THEN 'unhealthy'
                                    WHEN c.age IS NULL THEN 'unknown'
                                    WHEN c.age > $1::float8 THEN 'stale'
                                    WHEN i.health_status = 'healthy' THEN 'healthy'
                                    ELSE 'unknown' END AS state
                          FROM \(quoted).parlant_tool_integration i
                          JOIN \(quoted).parlant_tool t ON t.id = i.parlant_tool_id
                         CROSS JOIN LATERAL (SELECT extract(epoch FROM now() - i.last_health_check AT TIME ZONE $2)::float8 AS age) c
                         WHERE i.enabled AND t.enabled) AS judged
                 ORDER BY array_position(ARRAY['unhealthy', 'stale', 'unknown', 'healthy'], state), error_count DESC,
                          workspace COLLATE "C", tool COLLATE "C", type COLLATE "C", target COLLATE "C"
                """,
            parameters: [.double(staleAfter / .seconds(1)), .text(timeZone)])
    }

    private func samples(_ rows: PostgresRows, at: Timestamp) throws(PostgresError) -> [Sample] {
        var list = SampleList(at: at)
        var counts: [[String]: Double] = [:]
        for (place, row) in rows.enumerated() {
            let (workspace, type) = (try row.text("workspace") ?? "", try row.text("type") ?? "")
            let state = try row.text("state") ?? "unknown"
            counts[[workspace, type, state], default: 0] += 1
            guard place < Self.mostSeries else { continue }
            let labels = [
                ("workspace", workspace), ("tool", try row.text("tool") ?? ""), ("type", type),
                ("target", try row.text("target") ?? ""),
            ]
            for known in ["healthy", "unhealthy", "unknown", "stale"] {
                list.add("parlant_tool_integration_state", known == state ? 1 : 0, labels + [("state", known)])
            }
            list.add("parlant_tool_integration_errors", try row.double("error_count"), labels)
            list.add("parlant_tool_integration_last_check_age_seconds", try row.double("age"), labels)
        }
        for (key, count) in counts {
            list.add("parlant_tool_integrations", count, [("workspace", key[0]), ("type", key[1]), ("state", key[2])])
        }
        return list.samples
    }
}
