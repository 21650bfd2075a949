import Drivers
import Foundation
import Support
import Testing

/// What hostile clients send, and what must not come out, with the real program.
@Suite("Scenario: security", .serialized)
struct SecurityScenarioTests {
    private static let plain = """
        processes: [{ name: tests, pid: \(ProcessInfo.processInfo.processIdentifier) }]
        rule_files: []
        route: { receiver: ops, group_wait: 100ms }
        """

    private func send(
        _ method: String, _ path: String, _ body: String? = nil, to agent: AgentProcess, token: String? = nil
    ) async throws -> HTTPResponse {
        let transport = CurlTransport()
        var headers = [("Content-Type", "application/json")]
        if let token { headers.append(("Authorization", "Bearer \(token)")) }
        let response = try await transport.send(
            HTTPRequest(
                method: method, url: "http://127.0.0.1:\(agent.port)\(path)", headers: headers,
                body: body.map { Array($0.utf8) }, totalTimeout: .seconds(30), bodyLimit: 32 << 20))
        await transport.shutdown()
        return response
    }

    private func isWell(_ agent: AgentProcess) async throws -> Bool {
        try await agent.get("/-/healthy").contains("is healthy")
    }

    // MARK: Requests that no client sends

    @Test("slow, endless and broken requests end, and the agent goes on")
    func requests() async throws {
        let agent = try await AgentProcess(
            Self.plain + "\nreceivers: [{ name: ops }]", server: "request_timeout: 2s")
        defer { agent.remove() }
        let post = "POST /api/v2/alerts HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        // Nothing at all; half a head; a body that does not come, and one that comes by the byte.
        for start in ["", "GET /-/healthy HTTP/1.1\r\nHost: a\r\nX-", post + "Content-Length: 1000\r\n\r\n["] {
            let connection = try RawConnection(port: agent.port)
            connection.send(start)
            #expect(connection.readToEnd(within: 15) != nil, "\(start.prefix(40))")
        }
        let dripping = try RawConnection(port: agent.port)
        dripping.send(post + "Content-Length: 1000000\r\n\r\n")
        var isOpen = true
        for _ in 0..<100 where isOpen {
            isOpen = dripping.send("[") && dripping.readToEnd(within: 0.1) == nil
        }
        #expect(!isOpen)
        // A head by the byte.
        let head = try RawConnection(port: agent.port)
        head.send("GET / HTTP/1.1\r\n")
        isOpen = true
        for number in 0..<100 where isOpen {
            isOpen = head.send("X-\(number): a\r\n") && head.readToEnd(within: 0.1) == nil
        }
        #expect(!isOpen)
        let broken = [
            "\r\n\r\n\r\n", "HELLO\r\n\r\n", "GET /\0 HTTP/1.1\r\n\r\n", "GET / HTTP/9.9\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "a", count: 200_000))\r\n\r\n",
            "GET /\(String(repeating: "a", count: 200_000)) HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\n" + (0..<5_000).map { "X-\($0): a\r\n" }.joined() + "\r\n",
            post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", post + "Content-Length: -1\r\n\r\n",
            post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n[]",
            post + "Content-Length: 99999999999\r\n\r\n[]",
            "\u{16}\u{3}\u{1}\u{2}\0", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        ]
        for request in broken {
            let connection = try RawConnection(port: agent.port)
            connection.send(request)
            let answer = connection.readToEnd(within: 15)
            let isRefused = answer.map { !$0.hasPrefix("HTTP/1.1 200") } ?? false
            #expect(isRefused, "\(request.prefix(60)) \(answer ?? "")")
        }
        #expect(try await isWell(agent))
        #expect(try await send("POST", "/api/v2/alerts", "[]", to: agent).status == 200)
    }

    @Test("bodies past their bounds are refused, deep and large JSON too")
    func bodies() async throws {
        let agent = try await AgentProcess(Self.plain + "\nreceivers: [{ name: ops }]")
        defer { agent.remove() }
        let long = String(repeating: " ", count: (16 << 20) + 1)
        #expect(try await send("POST", "/api/v2/alerts", "[" + long + "]", to: agent).status == 413)
        let blank = String(repeating: " ", count: 70_000)
        #expect(try await send("POST", "/api/v2/silences", blank, to: agent).status == 413)
        let deep = String(repeating: "[", count: 100_000)
        #expect(try await send("POST", "/api/v2/alerts", deep, to: agent).status == 400)
        let nested =
            #"[{"labels":{"a":"b"},"x":"# + String(repeating: #"{"x":"#, count: 10_000) + "1"
            + String(repeating: "}", count: 10_000) + "}]"
        #expect([200, 400].contains(try await send("POST", "/api/v2/alerts", nested, to: agent).status))
        for body in [#"[{"labels":{"a":"\ud800"}}]"#, "[{\"labels\":{\"a\":\"\u{0}\"}}]", "\u{FEFF}[]", "[1e999]"] {
            #expect(try await send("POST", "/api/v2/alerts", body, to: agent).status < 500, "\(body)")
        }
        #expect(try await isWell(agent))
    }

    // MARK: Injection

    @Test("labels, annotations, comments and paths begin no line of the log, no header, and no row of a terminal")
    func injection() async throws {
        let receiver = try HTTPReceiver(port: 0) { _ in .init() }
        defer { receiver.stop() }
        let agent = try await AgentProcess(
            Self.plain + "\nreceivers: [{ name: ops, webhook_configs: [{ url: '\(receiver.url)/hook' }] }]",
            server: "external_url: 'http://127.0.0.1'")
        defer { agent.remove() }
        let evil = #"x\r\nINJECTED: yes\r\n\r\nINJECTED\u001b[31m\u2028INJECTED\u0085\u202e"#
        let alert = #"[{"labels":{"alertname":"\#(evil)","a":"\#(evil)"},"annotations":{"summary":"\#(evil)"}}]"#
        #expect(try await send("POST", "/api/v2/alerts", alert, to: agent).status == 200)
        #expect(await eventually(within: 20) { !receiver.requests.isEmpty })
        let silence =
            #"{"matchers":[{"name":"a","value":"\#(evil)","isRegex":false}],"startsAt":"2026-01-01T00:00:00Z","#
            + #""endsAt":"2999-01-01T00:00:00Z","createdBy":"ann","comment":"fine"}"#
        let made = try await send("POST", "/api/v2/silences", silence, to: agent)
        #expect([200, 400].contains(made.status))
        let comment = silence.replacingOccurrences(of: "fine", with: evil)
        #expect(try await send("POST", "/api/v2/silences", comment, to: agent).status == 400)
        for path in [
            "/api/v1/heartbeat/x%0d%0aINJECTED:%20yes", "/api/v2/silence/x%0d%0aINJECTED:%20yes",
            "/runbooks/x%0d%0aINJECTED:%20yes", "/api/v2/alerts?receiver=%0d%0aINJECTED:%20yes",
            "/runbooks/..%2f..%2f..%2fetc%2fpasswd", "/runbooks/%2e%2e/%2e%2e/etc/passwd",
        ] {
            for method in ["GET", "POST", "DELETE"] {
                let answer = try await send(method, path, to: agent)
                #expect(answer.header("injected") == nil, "\(method) \(path)")
                #expect(!String(decoding: answer.body, as: UTF8.self).contains("root:"), "\(path)")
            }
        }
        for request in receiver.requests { #expect(request.header("injected") == nil) }
        let log = agent.program.logText
        #expect(log.contains("INJECTED"), "the log tells of it")
        for line in log.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            #expect(!line.hasPrefix("INJECTED"), "\(line)")
        }
        #expect(!log.unicodeScalars.contains { $0.value == 0x1B || $0.value == 0x2028 || $0.value == 0x202E })
        let story = try Subprocess.run(
            AgentProcess.binary, ["history", "--url", "http://127.0.0.1:\(agent.port)"],
            environment: ["TOCSIN_ALERTS": AgentProcess.alerts])
        #expect(story.status == 0 && story.output.contains("INJECTED"), "\(story)")
        #expect(!story.output.unicodeScalars.contains { $0.value == 0x1B || $0.value == 0x202E })
        #expect(!story.output.split(whereSeparator: \.isNewline).contains { $0.hasPrefix("INJECTED") })
    }

    // MARK: Secrets

    @Test("a secret in every place of the settings comes out nowhere: log, API, metrics, messages, errors")
    func secrets() async throws {
        let receiver = try HTTPReceiver(port: 0) { request in
            // Says back all that it was sent, and refuses.
            .init(status: 400, body: "\(request.path) \(request.headers) \(request.text)")
        }
        defer { receiver.stop() }
        let base = receiver.url
        let settings = """
            databases:
              - { name: down, dsn: "postgresql://u:PLANTED1xxxx@127.0.0.1:1/x", interval: 500ms, statements: { enabled: false } }
            pools:
              - name: web
                interval: 500ms
                http: { url: "\(base)/pool?key=PLANTED2xxxx", headers: { X-Key: PLANTED3xxxx }, fields: { total: a, idle: b } }
            endpoints:
              - { name: app, url: "\(base)/metrics?key=PLANTED4xxxx", headers: { Authorization: "Bearer PLANTED5xxxx" }, interval: 500ms }
            rule_files: []
            heartbeat: { url: "\(base)/beat/PLANTED6xxxx", interval: 1s }
            global:
              smtp_smarthost: 127.0.0.1:1
              smtp_from: a@example.org
              smtp_auth_username: u
              smtp_auth_password: PLANTED7xxxx
              slack_api_url: "\(base)/services/PLANTED8xxxx"
            route: { receiver: ops, group_by: [alertname], group_wait: 100ms }
            receivers:
              - name: ops
                slack_configs: [{ channel: '#a' }]
                email_configs: [{ to: b@example.org }]
                webhook_configs:
                  - url: "\(base)/hook/PLANTED9xxxx"
                    signing_secret: PLANTEDAxxxx
                    headers: { X-Own: PLANTEDBxxxx }
                    http_config: { authorization: { type: Token, credentials: PLANTEDCxxxx } }
                  - { url: "\(base)/two", http_config: { basic_auth: { username: u, password: PLANTEDDxxxx } } }
                opsgenie_configs: [{ api_key: PLANTEDGxxxx, api_url: "\(base)/opsgenie" }]
                pushover_configs: [{ token: PLANTEDHxxxx, user_key: PLANTEDIxxxx, api_url: "\(base)/pushover" }]
                mattermost_configs: [{ webhook_url: "\(base)/hooks/PLANTEDJxxxx" }]
            """
        let agent = try await AgentProcess(settings, server: "token: PLANTEDExxxx, link_secret: PLANTEDFxxxxxxxxxxx")
        defer { agent.remove() }
        let sent = try await send(
            "POST", "/api/v2/alerts", #"[{"labels":{"alertname":"A"}}]"#, to: agent, token: "PLANTEDExxxx")
        #expect(sent.status == 200)
        #expect(await eventually(within: 20) { receiver.requests.filter { $0.method == "POST" }.count >= 3 })
        #expect(await eventually(within: 20) { receiver.requests.contains { $0.path.hasPrefix("/beat/") } })
        agent.program.signal(SIGHUP)
        try await Task.sleep(for: .seconds(3))
        var outputs: [(name: String, text: String)] = []
        for path in [
            "/", "/metrics", "/api/v1/alerts", "/api/tocsin/v1/alerts", "/api/v1/history?limit=1000",
            "/api/v1/notifications?limit=1000", "/api/v1/rules", "/api/v1/health", "/api/v1/heartbeats",
            "/api/v1/targets",
            "/api/v1/status/config", "/api/v1/status/flags", "/api/v1/status/buildinfo", "/api/v2/status",
            "/api/v2/receivers", "/api/v2/alerts", "/api/v2/silences", "/-/healthy", "/-/ready", "/runbooks",
            "/api/v1/label/__name__/values", "/api/v1/metadata",
        ] { outputs.append((path, try await agent.get(path))) }
        #expect(outputs.contains { $0.text.contains("rejected") }, "the receivers' refusals are told")
        func run(_ words: [String]) throws {
            let outcome = try Subprocess.run(
                AgentProcess.binary, words, environment: ["TOCSIN_ALERTS": AgentProcess.alerts])
            outputs.append((words.joined(separator: " "), outcome.output + outcome.errors))
        }
        let file = agent.folder.appendingPathComponent("tocsin.yaml")
        let url = ["--url", "http://127.0.0.1:\(agent.port)"]
        try run(["check", file.path])
        try run(["doctor", "--config", file.path])
        try run(["notify-test", "ops", "--config", file.path])
        try run(["history", "--notifications"] + url)
        try run(["explain", "A"] + url)
        try run(["routes", "show", "--config", file.path])
        // And with a mistake in every line that holds one.
        let wrong = agent.folder.appendingPathComponent("wrong.yaml")
        for (from, to) in [("dsn:", "dns:"), (": PLANTED", ": [PLANTED"), ("url:", "ulr:"), ("key=", "ke y=")] {
            try String(contentsOf: file, encoding: .utf8).replacingOccurrences(of: from, with: to)
                .write(to: wrong, atomically: true, encoding: .utf8)
            try run(["check", wrong.path])
        }
        agent.stop()
        outputs.append(("the log", agent.program.logText))
        for (name, text) in outputs {
            let found = text.range(of: "PLANTED").map { text[$0.lowerBound...].prefix(60) }
            #expect(found == nil, "\(name): \(found ?? "")")
        }
        let planted = receiver.requests.map { "\($0.path) \($0.headers)" }.joined()
        for secret in ["PLANTED2", "PLANTED3", "PLANTED4", "PLANTED5", "PLANTED6", "PLANTED8", "PLANTED9", "PLANTEDB"] {
            #expect(planted.contains(secret), "\(secret) was not used, so nothing is shown by its absence")
        }
    }
}
