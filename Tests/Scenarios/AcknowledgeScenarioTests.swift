import Foundation
import Support
import Testing

/// What people do with alerts, with the agent's own commands against a running agent.
@Suite("Scenario: acknowledgement, escalation and maintenance", .serialized)
struct AcknowledgeScenarioTests {
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
        route:
          receiver: none
          routes:
            - matchers: ['alertname="IntegrationUnhealthy"']
              receiver: ops
              group_by: [target]
              group_wait: 300ms
              group_interval: 1s
              repeat_interval: 2s
              escalation: [{ after: 12s, receiver: lead }]
        receivers:
          - name: none
          - name: ops
            webhook_configs: [{ url: "\(receiver.url)/ops" }]
          - name: lead
            webhook_configs: [{ url: "\(receiver.url)/lead" }]
        """
    }

    private func told(_ receiver: HTTPReceiver, _ path: String) -> [String] {
        receiver.requests.filter { $0.path == path }.compactMap { request in
            request.text.contains(#""status":"firing""#) ? "firing" : "resolved"
        }
    }

    @Test("acknowledged: no repeat and no escalation, also after a kill; taken back: both; the resolve goes to both")
    func acknowledge() async throws {
        let server = try PostgresServer()
        defer { server.stop() }
        try server.makeParlant()
        try server.setIntegrations(["canary"], unhealthy: ["canary"])
        let receiver = try HTTPReceiver(port: 0) { _ in .init() }
        defer { receiver.stop() }
        var agent = try await AgentProcess(settings(server, receiver))
        defer { agent.remove() }
        func tocsin(_ arguments: String...) throws -> Subprocess.Outcome {
            try Subprocess.run(
                AgentProcess.binary, arguments + ["--url", "http://127.0.0.1:\(agent.port)"],
                environment: ["TOCSIN_ALERTS": AgentProcess.alerts, "USER": "ann"])
        }
        #expect(await eventually(within: 20) { told(receiver, "/ops") == ["firing"] }, "\(agent.program.logText)")
        let nothing = try tocsin("ack", "Nothing", "--comment", "x")
        #expect(nothing.status == 1 && nothing.errors.contains("no alert that fires"), "\(nothing)")
        #expect(try tocsin("ack", "--comment", "x").status == 64)
        let made = try tocsin("ack", "IntegrationUnhealthy", "target=canary", "--for", "1h", "--comment", "on it")
        #expect(made.status == 0 && made.output.contains("on it") && made.output.contains("ann"), "\(made)")
        let alerts = try tocsin("alerts").output
        #expect(alerts.contains("firing, acknowledged") && alerts.contains("acknowledged by ann until"), "\(alerts)")
        let before = told(receiver, "/ops").count

        agent.stop(SIGKILL)
        agent = try await AgentProcess(settings(server, receiver), folder: agent.folder)
        #expect(try tocsin("ack", "--list").output.contains("target=canary"))
        try await Task.sleep(for: .seconds(14))
        #expect(told(receiver, "/ops").count == before && told(receiver, "/lead").isEmpty)
        let ledger = try tocsin("history", "--notifications", "--kind", "withheld").output
        #expect(ledger.contains("not repeated: acknowledged until"), "\(ledger)")

        let ended = try tocsin("unack", "IntegrationUnhealthy", "--author", "bob")
        #expect(ended.status == 0 && ended.output.contains("no longer acknowledged"), "\(ended)")
        #expect(await eventually(within: 40) { told(receiver, "/lead") == ["firing"] }, "\(agent.program.logText)")
        #expect(told(receiver, "/ops").count > before)
        #expect(receiver.requests.contains { $0.path == "/lead" && $0.text.contains(#""occasion":"escalation""#) })
        try server.setHealth(of: "canary", "healthy")
        #expect(
            await eventually(within: 60) {
                told(receiver, "/lead") == ["firing", "resolved"] && told(receiver, "/ops").last == "resolved"
            })
        let history = try tocsin("history", "--rule", "IntegrationUnhealthy").output
        #expect(history.contains("acknowledged") && history.contains("withdrawn by bob"), "\(history)")

        let muted = try tocsin("maintenance", "parlant", "--for", "2h", "--comment", "upgrade")
        #expect(muted.errors.isEmpty, "\(muted)")
        let mistyped = try tocsin("maintenance", "parlnt", "--comment", "upgrade")
        #expect(mistyped.errors.contains("nothing that the agent watches is called `parlnt`; it watches `parlant`"))
        #expect(try tocsin("maintenance", "parlnt", "--end").status == 0)
        #expect(muted.status == 0 && muted.output.contains("parlant is muted until"), "\(muted)")
        #expect(try tocsin("maintenance").output.contains("upgrade"))
        #expect(try tocsin("silence", "list").output.contains("maintenance: upgrade"))
        #expect(try tocsin("maintenance", "parlant", "--end").status == 0)
        #expect(try tocsin("maintenance").output.contains("No database is under maintenance"))
        #expect(try tocsin("maintenance", "parlant", "--end").status == 1)
        #expect(try tocsin("maintenance", "parlant").status == 64)
    }
}
