import Drivers
package import PromQL

/// Runs the two queries that users of the application wait for, as the guide writes them: the listing of a workspace's
/// agents and the last page of a session's events. For the workspace and session that were used last.
///
/// The plan is looked at first, without running it: a query that would read a large table whole is not run.
package struct CanaryProbe: Probe {
    package let id: String
    package let kind = ProbeKind.canaries
    package let targetLabels: Labels
    package let interval: Duration
    package let deadline: Duration
    private let source: ParlantSource

    package init(
        name: String, source: ParlantSource, interval: Duration = .seconds(60), deadline: Duration = .seconds(10)
    ) {
        id = kind.id(of: name)
        targetLabels = kind.targetLabels(of: name)
        self.source = source
        self.interval = interval
        self.deadline = deadline
    }

    /// One query, and what gives its parameter.
    private struct Canary {
        let name: String
        let needs: [String: [String]]
        let choice: ParlantQuestion
        let sql: String
    }

    private static let canaries = [
        Canary(
            name: "agent_listing",
            needs: [
                "parlant_agent": ["id", "workspace_id", "deleted_at", "last_active_at"],
                "parlant_session": ["id", "agent_id", "status"],
            ],
            choice: ParlantQuestion(
                name: "canary workspace", needs: [:], found: [("parlant_agent", "last_active_at")],
                sql: """
                    SELECT workspace_id AS chosen FROM parlant_agent
                     WHERE deleted_at IS NULL AND last_active_at IS NOT NULL ORDER BY last_active_at DESC LIMIT 1
                    """),
            sql: """
                SELECT pa.*, count(ps.id) AS active_sessions
                  FROM parlant_agent pa
                  LEFT JOIN parlant_session ps ON ps.agent_id = pa.id AND ps.status = 'active'
                 WHERE pa.workspace_id = $1 AND pa.deleted_at IS NULL
                 GROUP BY pa.id ORDER BY pa.last_active_at DESC LIMIT 20
                """),
        Canary(
            name: "event_page",
            needs: [
                "parlant_event": ["session_id", "offset"], "parlant_session": ["id", "last_activity_at"],
            ],
            choice: ParlantQuestion(
                name: "canary session", needs: [:], found: [("parlant_session", "last_activity_at")],
                sql: "SELECT id::text AS chosen FROM parlant_session ORDER BY last_activity_at DESC LIMIT 1"),
            sql: """
                SELECT * FROM parlant_event WHERE session_id = $1 ORDER BY "offset" DESC LIMIT 50
                """),
    ]

    package func sample(at: Timestamp) async -> ProbeResult {
        var list = SampleList(at: at)
        do throws(PostgresError) {
            let catalog = try await source.catalog(at: at, deadline: deadline)
            guard catalog.isInstalled else { return ProbeResult() }
            for canary in Self.canaries {
                let whole = ParlantQuestion(
                    name: canary.name, needs: canary.needs, found: canary.choice.found, sql: "")
                // What keeps it from being asked, the other probes say.
                guard whole.obstacle(in: catalog) == nil else { continue }
                try await run(canary, catalog: catalog, into: &list)
            }
            return ProbeResult(samples: list.samples)
        } catch {
            return ProbeResult(
                samples: list.samples,
                failure: ProbeFailure(error, probe: id, user: source.connection.settings.keyword("user")))
        }
    }

    private func run(
        _ canary: Canary, catalog: ParlantCatalog, into list: inout SampleList
    ) async throws(PostgresError) {
        let chosen = try await source.connection.batch([canary.choice.statement], deadline: deadline)[0]
        guard let parameter = try chosen.first?.text("chosen") else { return }
        let plan = try await source.connection.batch(
            [
                PostgresStatement(
                    name: "plan of \(canary.name)", sql: "EXPLAIN (FORMAT JSON) \(canary.sql)",
                    parameters: [.text(parameter)])
            ], deadline: deadline)[0]
        let scanned = QueryPlan.tablesReadWhole(try plan.first?.text(at: 0) ?? "")
        let isBad = scanned.contains { catalog.isLarge($0) }
        let labels = [("query", canary.name)]
        list.add("parlant_canary_uses_index", isBad ? 0 : 1, labels)
        guard !isBad else { return }
        let statement = PostgresStatement(name: canary.name, sql: canary.sql, parameters: [.text(parameter)])
        let began = ContinuousClock.now
        let rows = try await source.connection.query(statement, deadline: deadline)
        list.add("parlant_canary_seconds", (ContinuousClock.now - began) / .seconds(1), labels)
        list.add("parlant_canary_rows", Double(rows.count), labels)
    }
}
