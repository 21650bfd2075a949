import Foundation
import Support
import Testing

/// Alertmanager's own client against a running agent, and the agent's own commands.
@Suite("Scenario: silences", .serialized)
struct SilenceScenarioTests {
    private static let amtool = Programs.find("amtool")

    private func settings(_ server: PostgresServer, _ receiver: HTTPReceiver) -> String {
        """
        databases:
          - name: parlant
            dsn: "\(server.dsn(user: "tocsin", database: "parlant"))"
            interval: 500ms
            statements: { enabled: false }
            parlant: { enabled: false }
            integrations: { enabled: true, interval: 300ms }
        rule_files: [shipped]
        overrides:
          - { alert: IntegrationNeverChecked, enabled: false }
        inhibit_rules:
          - { source_matchers: ['target="calm"'], target_matchers: ['target="later"'], equal: [alertname] }
        route:
          receiver: none
          routes:
            - { receiver: ops, matchers: ['alertname="IntegrationUnhealthy"'], group_by: [target], group_wait: 300ms, group_interval: 1s }
        receivers:
          - name: none
          - name: ops
            webhook_configs: [{ url: "\(receiver.url)/hook" }]
        """
    }

    private func told(_ receiver: HTTPReceiver, _ target: String) -> [String] {
        Told.all(in: receiver).filter { $0.labels["target"] == target }.map(\.change)
    }

    @Test(
        "amtool looks at alerts, silences them, changes and ends silences; a kill in between loses nothing",
        .enabled(
            if: SilenceScenarioTests.amtool != nil, "amtool (Debian's package prometheus-alertmanager) is not here"))
    func client() async throws {
        let program = Self.amtool ?? ""
        let server = try PostgresServer()
        defer { server.stop() }
        try server.makeParlant()
        try server.setIntegrations(["canary", "calm", "later"], unhealthy: ["canary"])
        let receiver = try HTTPReceiver(port: 0) { _ in .init() }
        defer { receiver.stop() }
        var agent = try await AgentProcess(settings(server, receiver))
        defer { agent.remove() }
        func amtool(_ arguments: String...) throws -> String {
            try Subprocess.output(
                program, arguments + ["--alertmanager.url=http://127.0.0.1:\(agent.port)", "--no-version-check"])
        }
        #expect(await eventually(within: 20) { told(receiver, "canary") == ["fired"] }, "\(agent.program.logText)")

        let story = try Subprocess.run(
            AgentProcess.binary, ["explain", "IntegrationUnhealthy", "--url", "http://127.0.0.1:\(agent.port)"],
            environment: ["TOCSIN_ALERTS": AgentProcess.alerts]
        ).output
        #expect(
            story.contains("parlant_tool_integration_state") && story.contains("  min 1  max 1  last 1"), "\(story)")

        #expect(try amtool("alert", "query").contains("IntegrationUnhealthy"))
        #expect(try amtool("alert", "query", "target=canary", "-o", "extended").contains("canary"))
        #expect(!(try amtool("alert", "query", "target=nobody").contains("IntegrationUnhealthy")))
        #expect(try amtool("alert", "query", "--receiver=op.*").contains("IntegrationUnhealthy"))
        #expect(!(try amtool("alert", "query", "--receiver=none").contains("IntegrationUnhealthy")))
        #expect(try amtool("config", "routes", "test", "alertname=IntegrationUnhealthy").contains("ops"))
        #expect(try amtool("config", "routes", "test", "alertname=Other").contains("none"))

        let id = try amtool("silence", "add", "target=~\"canary|calm\"", "-d", "1h", "-a", "ann", "-c", "planned work")
            .trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(
            try amtool("silence", "query").contains(id) && amtool("silence", "query", "target=x").contains(id) == false)
        #expect(try amtool("silence", "query", "-q", "--within", "2h").contains(id))
        #expect(!(try amtool("alert", "query").contains("canary")))
        #expect(try amtool("alert", "query", "-s").contains("IntegrationUnhealthy"))
        #expect(try await agent.get("/api/v2/alerts/groups?silenced=false") == "[]")
        #expect(try await agent.get("/api/v2/alerts/groups").contains(#""silencedBy":["\#(id)"]"#))

        try server.setHealth(of: "calm", "unhealthy")
        let isWithheld = try await eventually(within: 20) {
            try await agent.get("/api/v1/notifications").contains("by ann: planned work")
        }
        #expect(isWithheld)
        try server.setHealth(of: "later", "unhealthy")
        let isInhibited = try await eventually(within: 20) {
            try amtool("alert", "query", "-i").contains("Integration")
        }
        #expect(isInhibited)

        agent.stop(SIGKILL)
        agent = try await AgentProcess(settings(server, receiver), folder: agent.folder)
        #expect(try amtool("silence", "query").contains(id))
        let updated = try amtool("silence", "update", "-d", "2h", "-c", "still planned", id)
        #expect(updated.contains("still planned"), "\(updated)")
        #expect(told(receiver, "calm") == [] && told(receiver, "later") == [] && told(receiver, "canary") == ["fired"])

        // It is over: what was never told is told, with a note, and the other is said again.
        let open = try amtool("silence", "query", "-q").split(separator: "\n").map(String.init)
        for one in open { _ = try amtool("silence", "expire", one) }
        #expect(await eventually(within: 20) { told(receiver, "calm") == ["fired"] }, "\(agent.program.logText)")
        #expect(receiver.requests.contains { $0.text.contains("still planned has ended, and this still fires") })
        #expect(try amtool("silence", "query").contains(id) == false)
        #expect(try amtool("silence", "query", "--expired").contains("planned"))
        let wrong = try Subprocess.run(
            program, ["silence", "expire", "nothing", "--alertmanager.url=http://127.0.0.1:\(agent.port)"])
        #expect(wrong.status != 0)

        // What the one that inhibits held back is told once that is over.
        #expect(told(receiver, "later") == [])
        try server.setHealth(of: "calm", "healthy")
        #expect(await eventually(within: 60) { told(receiver, "later") == ["fired"] })
        #expect(told(receiver, "calm") == ["fired", "resolved"])
    }

    @Test("the agent's own commands, with a token")
    func commands() async throws {
        let server = try PostgresServer()
        defer { server.stop() }
        try server.makeParlant()
        try server.setIntegrations(["canary"], unhealthy: [])
        let receiver = try HTTPReceiver(port: 0) { _ in .init() }
        defer { receiver.stop() }
        let agent = try await AgentProcess(settings(server, receiver), server: "token: T0KEN-PLANTED")
        defer { agent.remove() }
        let url = "http://127.0.0.1:\(agent.port)"
        let token = agent.folder.appendingPathComponent("token")
        try "T0KEN-PLANTED\n".write(to: token, atomically: true, encoding: .utf8)
        func tocsin(_ arguments: String...) throws -> Subprocess.Outcome {
            try Subprocess.run(
                AgentProcess.binary, arguments + ["--url", url], environment: ["TOCSIN_ALERTS": AgentProcess.alerts])
        }
        let refused = try tocsin("silence", "add", "IntegrationUnhealthy", "--comment", "x")
        #expect(refused.status == 1 && refused.errors.contains("a token is needed"), "\(refused)")
        let made = try tocsin(
            "silence", "add", "IntegrationUnhealthy", "target=~can.*", "--for", "30m", "--comment", "it's odd",
            "--author", "ann", "--token-file", token.path)
        let id = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(made.status == 0 && id.count == 36, "\(made)")
        let list = try tocsin("silence", "list")
        #expect(list.output.contains(id) && list.output.contains("target=~\"can.*\""), "\(list)")
        let wrong = try tocsin("silence", "add", "a=~(", "--comment", "x", "--token-file", token.path)
        #expect(wrong.status != 0)
        #expect(try tocsin("silence", "expire", id, "--token-file", token.path).status == 0)
        #expect(try tocsin("silence", "list").output.contains("Nothing is silenced"))
        #expect(try tocsin("silence", "list", "--expired", "--json").output.contains("it's odd"))
        let history = try tocsin("history", "--rule", "silence")
        #expect(history.output.contains("silence_began") && history.output.contains("silence_ended"), "\(history)")
        #expect(try await agent.get("/metrics").contains("tocsin_silences{state=\"active\"} 0"))
        #expect(!agent.program.logText.contains("T0KEN-PLANTED"))
    }

    @Test("tocsin routes shows the tree and where an alert goes")
    func routes() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("routes-\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        try """
        time_intervals:
          - name: nights
            time_intervals: [{ times: [{ start_time: '22:00', end_time: '24:00' }], location: Europe/Berlin }]
        route:
          receiver: office
          group_by: [alertname]
          routes:
            - { receiver: pager, matchers: ['severity="critical"'], continue: true }
            - { receiver: team, matchers: ['team=~"db|web"'], mute_time_intervals: [nights], fallback: office }
        receivers: [{ name: office }, { name: pager }, { name: team }]
        """.write(to: file, atomically: true, encoding: .utf8)
        func tocsin(_ arguments: String...) throws -> Subprocess.Outcome {
            try Subprocess.run(
                AgentProcess.binary, ["routes"] + arguments + ["--config", file.path],
                environment: ["TOCSIN_ALERTS": AgentProcess.alerts])
        }
        let tree = try tocsin("show").output
        #expect(tree.contains("└── default-route  receiver: office"), "\(tree)")
        #expect(tree.contains("    ├── {severity=\"critical\"}  continue: true  receiver: pager"), "\(tree)")
        #expect(tree.contains("mute: nights"), "\(tree)")
        let both = try tocsin("test", "severity=critical", "team=db").output
        #expect(both.hasPrefix("pager,team\n"), "\(both)")
        #expect(both.contains("{team=~\"db|web\"} match") && both.contains("muted in  nights"), "\(both)")
        #expect(both.contains("nobody: the receiver has no channel here"), "\(both)")
        let none = try tocsin("test").output
        #expect(none.hasPrefix("office\n") && none.contains("no other route matches"), "\(none)")
        #expect(try tocsin("test", "team=web", "--json").output.contains("\"receiver\" : \"team\""))
        #expect(try tocsin("test", "nonsense").status != 0)
    }
}
