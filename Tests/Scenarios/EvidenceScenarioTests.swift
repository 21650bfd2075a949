import Foundation
import Support
import Testing

/// The real agent before a real PostgreSQL: the cause of an alert is in its first message, in the history and on the
/// command line, and a diagnosis that fails holds nothing up.
@Suite("Scenario: evidence", .serialized)
struct EvidenceScenarioTests {
    private struct Told: Decodable {
        struct Table: Decodable {
            let title: String
            let columns: [String]
            let rows: [[String]]
            let omittedRows: Int
            let failure: String?
        }
        struct Alert: Decodable {
            let change: String
            let evidence: Table?
        }
        struct Ours: Decodable {
            let createdAt: String
            let alerts: [Alert]
        }
        struct Listed: Decodable {
            let labels: [String: String]
            let startsAt: String
        }
        let alerts: [Listed]
        let tocsin: Ours
    }

    /// What the first message about an alert told, and how long after the alert's beginning it was made; nil before
    /// there is one.
    private func first(_ alert: String, in receiver: HTTPReceiver) -> (alert: Told.Alert, waited: TimeInterval)? {
        let dates = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        for request in receiver.requests where request.path == "/hook" {
            guard let told = try? JSONDecoder().decode(Told.self, from: Data(request.body)),
                let made = try? dates.parse(told.tocsin.createdAt)
            else { continue }
            for (listed, ours) in zip(told.alerts, told.tocsin.alerts) where listed.labels["alertname"] == alert {
                guard let began = try? dates.parse(listed.startsAt) else { continue }
                return (ours, made.timeIntervalSince(began))
            }
        }
        return nil
    }

    private static let ownRules = """
        groups:
          - name: own
            interval: 1s
            rules:
              - { alert: Denied, expr: pg_up > 0, runbook: own, evidence: denied }
              - { alert: Sleeps, expr: pg_up > 0, for: 5s, runbook: own, evidence: own/sleep }
              - { alert: Masked, expr: pg_up > 0, runbook: own, evidence: masked }
        """

    private static let ownBook = """
        # Our own

        ```sql diagnose name=denied
        SELECT id, name, email FROM "user";
        ```

        ```sql diagnose name=sleep
        SELECT pg_sleep(600);
        ```

        ```sql diagnose name=masked sensitive=token
        SELECT n, 'hunter2' AS token FROM generate_series(1, 25) n;
        ```
        """

    private func settings(_ database: ParlantDatabase, _ receiver: HTTPReceiver) -> String {
        """
        databases:
          - name: main
            dsn: "\(database.dsn(user: "tocsin"))"
            interval: 500ms
            integrations: { interval: 500ms }
        rule_files: [shipped, ./rules/*.yml]
        overrides:
          - { alert: SessionsBlocked, levels: { warning: { for: 6s }, critical: { for: 6s } } }
        route: { receiver: ops, group_by: [alertname, tool, target], group_wait: 1s }
        receivers:
          - name: ops
            webhook_configs: [{ url: "\(receiver.url)/hook" }]
            slack_configs: [{ api_url: "\(receiver.url)/slack" }]
        """
    }

    @Test("an unhealthy integration's row, a blocking chain, a missing grant, a query that sleeps for ever")
    func evidence() async throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let database = try ParlantDatabase(on: server, data: .small)
        try server.psql(Repository.text("Deploy/role.sql"), database: database.name)
        let receiver = try HTTPReceiver(port: 0) { _ in .init() }
        defer { receiver.stop() }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "tocsin-evidence-\(UUID().uuidString)")
        let books = folder.appendingPathComponent("rules/runbooks")
        try FileManager.default.createDirectory(at: books, withIntermediateDirectories: true)
        try Self.ownRules.write(to: folder.appendingPathComponent("rules/own.yml"), atomically: true, encoding: .utf8)
        try Self.ownBook.write(to: books.appendingPathComponent("own.md"), atomically: true, encoding: .utf8)
        var agent = try await AgentProcess(settings(database, receiver), folder: folder)
        defer { agent.remove() }

        try await ownDiagnoses(agent, receiver, database)
        try await unhealthyIntegration(agent, receiver, database)
        let sessions = try await database.blockingChain()
        defer { for session in sessions { session.end() } }
        #expect(await eventually(within: 30) { first("SessionsBlocked", in: receiver) != nil })
        let blocked = try #require(first("SessionsBlocked", in: receiver))
        let chain = try #require(blocked.alert.evidence)
        #expect(chain.title == "blocking/tree on main" && chain.failure == nil)
        #expect(
            chain.rows.map { $0[0] } == sessions.enumerated().map { "\(String(repeating: "· ", count: $0))\($1.pid)" })
        let command = try #require(chain.columns.firstIndex(of: "command"))
        #expect(chain.rows.map { $0[command] } == ["UPDATE", "UPDATE", "UPDATE"])
        // Never what a query was called with.
        #expect(!receiver.requests.contains { $0.text.contains("'held'") })

        // Killed and started again, it still knows what it found, and asks nothing anew.
        agent.stop(SIGKILL)
        agent = try await AgentProcess(settings(database, receiver), folder: folder)
        #expect(try await agent.get("/api/tocsin/v1/alerts").contains("blocking/tree on main"))
        try await Task.sleep(for: .seconds(3))
        for rule in ["Denied", "Masked", "SessionsBlocked"] {
            let history = try await agent.get("/api/v1/history?kind=diagnosed&rule=\(rule)")
            #expect(history.components(separatedBy: #""event":"diagnosed""#).count == 2, "\(rule): \(history)")
        }
    }

    /// Those that fail, and one that hides a column; none holds up its message.
    private func ownDiagnoses(_ agent: AgentProcess, _ receiver: HTTPReceiver, _ database: ParlantDatabase) async throws
    {
        for name in ["Denied", "Sleeps", "Masked"] {
            #expect(await eventually(within: 20) { first(name, in: receiver) != nil }, "\(name)")
        }
        let denied = try #require(first("Denied", in: receiver)?.alert.evidence)
        #expect(
            denied.failure?.hasSuffix(#"; mend it with: GRANT SELECT (email) ON public."user" TO tocsin"#) == true,
            "\(denied)")
        // It waited for `group_wait` alone: with the diagnosis it would have been 2.5 s.
        let sleeps = try #require(first("Sleeps", in: receiver))
        #expect(sleeps.alert.evidence == nil && sleeps.waited < 2)
        let isWritten = try await eventually(within: 10) {
            try await agent.get("/api/v1/history?rule=Sleeps&kind=diagnosed").contains("it did not end within 2s")
        }
        #expect(isWritten)
        let running = try database.sql(
            "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(600)%'")
        #expect(running == "1", "only the question itself")

        let isKnown = try await eventually(within: 10) {
            try await agent.get("/api/tocsin/v1/alerts").contains("own/masked on main")
        }
        #expect(isKnown)
        let alerts = try await agent.get("/api/tocsin/v1/alerts")
        #expect(alerts.contains("<hidden>") && alerts.contains("\"omittedRows\":15") && !alerts.contains("hunter2"))
        // The links in messages lead to the shipped runbooks and to one's own.
        #expect(try await agent.get("/runbooks/own").contains("<h1>Our own</h1>"))
        #expect(try await agent.get("/runbooks/blocking").contains("<h1>Long transactions and blocked sessions</h1>"))
        #expect(try await agent.get("/metrics").contains("tocsin_diagnoses_failed_total 2"))
    }

    private func unhealthyIntegration(
        _ agent: AgentProcess, _ receiver: HTTPReceiver, _ database: ParlantDatabase
    ) async throws {
        try database.sql(
            """
            UPDATE parlant_tool_integration SET health_status = 'unhealthy', error_count = 9,
                last_error = E'<!channel> refused &\\n*now*'
             WHERE id = (SELECT i.id FROM parlant_tool_integration i JOIN parlant_tool t ON t.id = i.parlant_tool_id
                          WHERE i.enabled AND t.enabled AND i.health_status = 'healthy' ORDER BY i.id LIMIT 1)
            """)
        #expect(await eventually(within: 15) { first("IntegrationUnhealthy", in: receiver) != nil })
        let told = try #require(first("IntegrationUnhealthy", in: receiver)?.alert)
        let table = try #require(told.evidence)
        #expect(table.title == "tool-integrations/integrations on main" && table.rows.count == 1)
        let error = try #require(table.columns.firstIndex(of: "last_error"))
        #expect(table.rows.first?[error] == "<!channel> refused & *now*")
        let isTold = await eventually(within: 10) {
            receiver.requests.contains {
                $0.path == "/slack" && $0.text.contains("&lt;!channel&gt; refused &amp; *now*")
            }
        }
        #expect(isTold)
        #expect(!receiver.requests.contains { $0.path == "/slack" && $0.text.contains("<!channel>") })

        let url = "http://\(agent.host):\(agent.port)"
        let listed = try Subprocess.output(AgentProcess.binary, ["alerts", "--url", url])
        #expect(listed.contains("tool-integrations/integrations on main at "), "\(listed)")
        #expect(listed.contains("<!channel> refused & *now*") && listed.contains("no evidence: "))
        let history = try Subprocess.output(
            AgentProcess.binary, ["history", "--url", url, "--kind", "diagnosed", "--rule", "IntegrationUnhealthy"])
        #expect(history.contains("diagnosed") && history.contains("<!channel> refused & *now*"), "\(history)")
    }

    @Test("what a rule names as evidence must be there, and the check says where it is not and what was meant")
    func check() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tocsin-check-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let rules = """
            groups:
              - name: own
                rules:
                  - alert: A
                    expr: pg_up > 0
                    runbook: blocking
                    evidence: tre
                  - { alert: B, expr: pg_up > 0, evidence: blockin/tree }
                  - { alert: C, expr: pg_up > 0, evidence: tree }
                  - { alert: D, expr: pg_up > 0, evidence: blocking/tree }
            """
        try rules.write(to: folder.appendingPathComponent("own.yml"), atomically: true, encoding: .utf8)
        let file = folder.appendingPathComponent("tocsin.yaml")
        try """
        history: { path: "\(folder.path)/history.sqlite" }
        databases: [{ name: main, dsn: "host=127.0.0.1" }]
        rule_files: [shipped, ./own.yml]
        route: { receiver: none }
        receivers: [{ name: none }]
        """.write(to: file, atomically: true, encoding: .utf8)
        let outcome = try Subprocess.run(
            AgentProcess.binary, ["check", file.path], environment: ["TOCSIN_ALERTS": AgentProcess.alerts])
        let path = folder.appendingPathComponent("own.yml").path
        #expect(outcome.status == 0)
        for line in [
            "\(path):7:19: warning: the runbook `blocking` has no block `diagnose name=tre`\n  did you mean `tree`?",
            "\(path):8:48: warning: there is no runbook `blockin` to take the evidence from\n  did you mean `blocking`?",
            "\(path):9:48: warning: the evidence `tree` is looked for in the rule's own runbook, and it has none",
        ] {
            #expect(outcome.output.contains(line), "\(line)\n\n\(outcome.output)")
        }
        // Every shipped rule's evidence is there.
        #expect(outcome.output.components(separatedBy: "warning:").count == 4, "\(outcome.output)")
    }
}
