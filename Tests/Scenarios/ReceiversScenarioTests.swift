import Drivers
import Foundation
import Support
import Synchronization
import Testing

/// The real agent before a Slack that it speaks to as a bot and before PagerDuty, with routes that divide by level.
@Suite("Scenario: one message and one incident", .serialized)
struct ReceiversScenarioTests {
    /// What a request said, for those that have no more to look at.
    private struct Call: Hashable {
        let path: String
        let action: String
        let id: String
    }

    private static func calls(_ receiver: HTTPReceiver) -> [Call] {
        receiver.requests.compactMap { request in
            guard let body = try? JSONSerialization.jsonObject(with: Data(request.body)) as? [String: Any] else {
                return nil
            }
            let severity = (body["payload"] as? [String: Any])?["severity"] as? String
            let action = [body["event_action"] as? String, severity].compactMap { $0 }.joined(separator: " ")
            let id = body["dedup_key"] ?? body["ts"] ?? body["thread_ts"] ?? ""
            return Call(path: request.path, action: action, id: "\(id)")
        }
    }

    private func settings(_ value: HTTPReceiver, _ services: HTTPReceiver) -> String {
        """
        endpoints:
          - { name: demo, url: "\(value.url)/metrics", interval: 300ms }
        rule_files: [demo.yml]
        route:
          receiver: none
          routes:
            - { receiver: ops, matchers: ['severity="warning"'], group_by: [alertname, severity], group_wait: 300ms, group_interval: 500ms }
            - { receiver: ops, matchers: ['severity="critical"'], group_by: [alertname, severity], group_wait: 300ms, group_interval: 500ms }
        receivers:
          - name: none
          - name: ops
            slack_configs:
              - api_url: "\(services.url)/api/chat.postMessage"
                channel: '#ops'
                http_config: { authorization: { credentials: xoxb-secret } }
            pagerduty_configs: [{ routing_key: 0123456789abcdef0123456789abcdef, url: "\(services.url)/v2/enqueue" }]
        """
    }

    private static let rules = """
        groups:
          - name: demo
            interval: 300ms
            rules:
              - alert: DemoHigh
                expr: demo_used
                levels:
                  warning:  { raise: "> 0.8", clear: "< 0.7", for: 0s, clear_for: 500ms }
                  critical: { raise: "> 0.95", clear: "< 0.9", for: 0s, clear_for: 500ms }
        """

    @Test(
        "a rise into another route and two kills change the same message and the same incident; the test message ends itself"
    )
    func oneStory() async throws {
        let level = Mutex("0.85")
        let value = try HTTPReceiver { _ in
            HTTPReceiver.Answer(body: "# TYPE demo_used gauge\ndemo_used \(level.withLock { $0 })\n")
        }
        defer { value.stop() }
        let services = try HTTPReceiver { request in
            request.path == "/v2/enqueue"
                ? HTTPReceiver.Answer(status: 202, body: #"{"status":"success"}"#)
                : HTTPReceiver.Answer(body: #"{"ok":true,"channel":"C0OPS","ts":"1795428314.001"}"#)
        }
        defer { services.stop() }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tocsin-agent-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Self.rules.write(to: folder.appendingPathComponent("demo.yml"), atomically: true, encoding: .utf8)
        var agent = try await AgentProcess(settings(value, services), folder: folder)
        defer { agent.remove() }
        func events() -> [Call] { Self.calls(services).filter { $0.path == "/v2/enqueue" } }
        func settled(_ count: Int) async throws -> Bool {
            try await eventually(within: 10) {
                try await agent.get("/api/v1/notifications?limit=100").components(separatedBy: #""delivered""#).count
                    == count + 1
            }
        }
        #expect(
            await eventually(within: 20) { events().map(\.action) == ["trigger warning"] }, "\(agent.program.logText)")
        #expect(try await settled(2))
        agent.stop(SIGKILL)
        agent = try await AgentProcess(settings(value, services), folder: folder)
        level.withLock { $0 = "0.99" }
        #expect(
            await eventually(within: 20) { events().map(\.action) == ["trigger warning", "trigger critical"] },
            "\(events())")
        #expect(try await settled(4))
        agent.stop(SIGKILL)
        agent = try await AgentProcess(settings(value, services), folder: folder)
        level.withLock { $0 = "0.1" }
        #expect(await eventually(within: 20) { events().last?.action == "resolve" }, "\(events())")
        #expect(try await settled(6))
        #expect(events().count == 3 && Set(events().map(\.id)).count == 1, "\(events())")
        let slack = Self.calls(services).filter { $0.path.hasPrefix("/api/chat.") }
        #expect(
            slack.map { "\($0.path.dropFirst("/api/chat.".count)) \($0.id)" } == [
                "postMessage ", "update 1795428314.001", "postMessage 1795428314.001", "update 1795428314.001",
                "postMessage 1795428314.001",
            ], "\(slack)")
        #expect(agent.stop() == 0)

        services.forget()
        let file = folder.appendingPathComponent("tocsin.yaml").path
        let said = try Subprocess.output(AgentProcess.binary, ["notify-test", "ops", "--config", file])
        #expect(said.contains("ops/slack/0: delivered") && said.contains("ops/pagerduty/0: delivered"))
        #expect(events().map(\.action) == ["trigger info", "resolve"])
        #expect(!said.contains("xoxb"))
    }
}
