import Drivers
import Foundation
import Support
import Testing

/// The real agent before a real PgBouncer whose pool runs dry, told through Slack's form, a webhook and a real mail
/// server with STARTTLS and a login.
@Suite("Scenario: the pool", .serialized)
struct PoolScenarioTests {
    /// Connections through PgBouncer that each hold one of its server connections.
    private func hold(_ count: Int, through bouncer: PgBouncerServer, folder: URL) throws -> [RunningProgram] {
        try (0..<count).map { index in
            try RunningProgram(
                "psql", ["-X", "-q", "-d", bouncer.dsn(), "-c", "SELECT pg_sleep(600)"],
                log: folder.appendingPathComponent("client-\(index)-\(UUID().uuidString)"))
        }
    }

    @Test(
        "one warning, one critical, nothing in the dead band, one resolve; the same by every channel, and over a kill")
    func exhausted() async throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let bouncer = try await PgBouncerServer(for: server, poolSize: 20)
        defer { bouncer.stop() }
        let certificates = try await TestCertificates.make()
        defer { certificates.remove() }
        let mail = try await SMTPServer(
            .init(security: .startTLS, certificate: certificates.server, login: (user: "tocsin", password: "geheim")))
        defer { mail.stop() }
        let receiver = try HTTPReceiver(port: 0) { _ in .init() }
        defer { receiver.stop() }
        let settings = """
            pools:
              - name: bouncer
                interval: 500ms
                pgbouncer: { dsn: "\(bouncer.adminDSN)" }
            overrides:
              - alert: PoolUtilizationHigh
                levels: { warning: { for: 1s, clear_for: 2s }, critical: { for: 1s, clear_for: 2s } }
              - { alert: PoolClientsWaiting, enabled: false }
              - { alert: PoolWaitLong, enabled: false }
            route: { receiver: ops, group_by: [alertname], group_wait: 500ms, group_interval: 1s }
            receivers:
              - name: ops
                webhook_configs: [{ url: "\(receiver.url)/hook", signing_secret: s3cret }]
                slack_configs: [{ api_url: "\(receiver.url)/slack" }]
                email_configs:
                  - to: oncall@example.org
                    from: tocsin@example.org
                    smarthost: "localhost:\(mail.port)"
                    auth_username: tocsin
                    auth_password: geheim
                    tls_config: { ca_file: "\(certificates.caFile)" }
            """
        var agent = try await AgentProcess(settings)
        defer { agent.remove() }
        func told() -> [String] { Told.all(in: receiver).map { "\($0.change) \($0.level)" } }

        var clients = try hold(17, through: bouncer, folder: agent.folder)
        defer { for client in clients { client.stop(SIGKILL) } }
        #expect(await eventually(within: 20) { told() == ["fired warning"] }, "\(told())\n\(agent.program.logText)")
        clients += try hold(3, through: bouncer, folder: agent.folder)
        #expect(await eventually(within: 20) { told() == ["fired warning", "raised critical"] }, "\(told())")

        // A message whose delivery is not written down at a kill comes again under its key. Here each is, to three
        // destinations, so nothing may come twice.
        let isSettled = try await eventually(within: 10) {
            try await agent.get("/api/v1/notifications?limit=100").components(separatedBy: #""delivered""#).count == 7
        }
        #expect(isSettled)
        // Killed without a word and started again, with nothing to announce anew.
        agent.stop(SIGKILL)
        agent = try await AgentProcess(settings, folder: agent.folder)

        // 15 of 20 lies between warning's clear (0.70) and raise (0.80); critical's clear holds, so it falls, once.
        for client in clients.suffix(5) { client.stop(SIGKILL) }
        clients.removeLast(5)
        #expect(await eventually(within: 20) { told().last == "lowered warning" }, "\(told())")
        for _ in 0..<2 {
            clients += try hold(1, through: bouncer, folder: agent.folder)
            try await Task.sleep(for: .milliseconds(1_500))
            clients.removeLast().stop(SIGKILL)
            try await Task.sleep(for: .milliseconds(1_500))
        }
        #expect(told() == ["fired warning", "raised critical", "lowered warning"])
        for client in clients { client.stop(SIGKILL) }
        #expect(await eventually(within: 30) { told().last == "resolved warning" }, "\(told())")
        let all = ["fired warning", "raised critical", "lowered warning", "resolved warning"]
        #expect(told() == all)

        #expect(await eventually(within: 20) { mail.messages.count == 4 }, "\(mail.messages.count) mails")
        #expect(mail.messages.allSatisfy { $0.tls && $0.user == "tocsin" })
        #expect(mail.messages.last?.text.contains("In-Reply-To") == true)
        let slack = receiver.requests.filter { $0.path == "/slack" }
        #expect(slack.count == 4)
        let hooks = receiver.requests.filter { $0.path == "/hook" }
        let signed = hooks.allSatisfy { request in
            request.headers.contains { $0.0.lowercased() == "x-tocsin-signature" && $0.1.hasPrefix("v1=") }
        }
        #expect(hooks.count == 4 && signed)
        #expect(agent.stop() == 0)
    }
}
