import Drivers
import Foundation
import Support
import Testing

/// The dead man's switch, both ways, with the real program.
@Suite("Scenario: heartbeats", .serialized)
struct HeartbeatScenarioTests {
    private func settings(_ receiver: HTTPReceiver) -> String {
        """
        processes: [{ name: tests, pid: \(ProcessInfo.processInfo.processIdentifier) }]
        rule_files: []
        heartbeat: { url: "\(receiver.url)/alive/PLANTED", interval: 1s, method: POST }
        heartbeats:
          - { name: backup, timeout: 4s, severity: error, labels: { team: db } }
          - { name: never, interval: 12h }
        route: { receiver: ops, group_by: [heartbeat], group_wait: 200ms, group_interval: 500ms }
        receivers: [{ name: ops, webhook_configs: [{ url: "\(receiver.url)/hook" }] }]
        """
    }

    private func beat(_ name: String, _ agent: AgentProcess, method: String = "POST") async throws -> Int {
        let transport = CurlTransport()
        let response = try await transport.send(
            HTTPRequest(method: method, url: "http://127.0.0.1:\(agent.port)/api/v1/heartbeat/\(name)"))
        await transport.shutdown()
        return response.status
    }

    private func told(_ receiver: HTTPReceiver) -> [String] {
        Told.all(in: receiver.requests.filter { $0.path == "/hook" }).map { "\($0.change) \($0.level)" }
    }

    @Test("the agent says that it lives; what stops saying so is an alert, also over a kill; and ends when it comes")
    func both() async throws {
        let receiver = try HTTPReceiver(port: 0) { _ in .init() }
        defer { receiver.stop() }
        var agent = try await AgentProcess(settings(receiver))
        defer { agent.remove() }
        #expect(await eventually(within: 20) { receiver.requests.filter { $0.path == "/alive/PLANTED" }.count > 2 })
        #expect(receiver.requests.first { $0.path == "/alive/PLANTED" }?.method == "POST")

        #expect(try await beat("backup", agent) == 200)
        #expect(try await beat("nobody", agent) == 404)
        #expect(try await beat("backup", agent, method: "GET") != 200)
        agent.stop(SIGKILL)
        agent = try await AgentProcess(settings(receiver), folder: agent.folder)
        let shown = try await agent.get("/api/v1/heartbeats")
        #expect(shown.contains(#""state":"alive""#) && shown.contains(#""state":"pending""#), "\(shown)")
        #expect(await eventually(within: 20) { told(receiver) == ["fired error"] }, "\(agent.program.logText)")
        #expect(try await agent.get("/metrics").contains(#"tocsin_heartbeat_missing{heartbeat="backup"} 1"#))
        #expect(try await beat("backup", agent) == 200)
        #expect(
            await eventually(within: 20) { told(receiver).prefix(2) == ["fired error", "resolved error"] },
            "\(told(receiver))")
        #expect(!agent.program.logText.contains("PLANTED"))
    }
}
