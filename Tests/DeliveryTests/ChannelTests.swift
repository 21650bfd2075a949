import Alerting
import Drivers
import PromQL
import Support
import Testing

@testable import Delivery

@Suite("Channels against real servers", .timeLimit(.minutes(1)))
struct ChannelTests {
    private static let key = "0123456789abcdef-7-1795428314000"

    private func deliver(
        _ channel: any Channel, _ notification: Notification = Samples.firedWarning, attempt: Int = 1
    ) async -> DeliveryOutcome {
        await channel.deliver(notification, key: Self.key, attempt: attempt, now: Samples.now + .seconds(attempt))
    }

    @Test("Slack gets one JSON message and its ok is a delivery")
    func slack() async throws {
        let receiver = try HTTPReceiver()
        defer { receiver.stop() }
        let transport = CurlTransport()
        let channel = SlackChannel(
            webhookURL: Secret("\(receiver.url)/services/T0/B0/secret"), channel: "#ops", username: nil,
            options: HTTPOptions(proxy: Secret("")), context: Samples.context(), transport: transport)
        #expect(await deliver(channel) == .delivered(answer: "200 ok"))
        let request = try #require(receiver.requests.first)
        #expect(request.method == "POST")
        #expect(request.path == "/services/T0/B0/secret")
        #expect(request.header("Content-Type") == "application/json; charset=utf-8")
        #expect(request.header("User-Agent") == "tocsin/0.1.0")
        let walk = try JSONWalk(request.body)
        #expect(walk.root["channel"] as? String == "#ops")
        #expect(walk.root["text"] as? String == "🟡 WARNING: Pool web is 97% used")
        await transport.shutdown()
    }

    @Test("a webhook gets the same body and key on each attempt, signed anew, with its headers and login")
    func webhook() async throws {
        let receiver = try HTTPReceiver { request in
            request.header("X-Tocsin-Attempt") == "1"
                ? HTTPReceiver.Answer(status: 503, headers: [("Retry-After", "7")], body: "later")
                : HTTPReceiver.Answer(status: 202, body: "")
        }
        defer { receiver.stop() }
        let transport = CurlTransport()
        let channel = WebhookChannel(
            url: Secret("\(receiver.url)/hook?token=1"), signingSecret: Secret("s3cret"), maxAlerts: 0,
            options: HTTPOptions(
                headers: ["X-Team": Secret("db"), "idempotency-key": Secret("forged")],
                authorization: .init(credentials: Secret("tok")), proxy: Secret("")),
            context: Samples.context(), transport: transport)
        let first = await deliver(channel, attempt: 1)
        #expect(first == .retry(reason: "answered 503 later", retryAfter: .seconds(7), mayHaveArrived: false))
        #expect(await deliver(channel, attempt: 2) == .delivered(answer: "202"))
        let requests = receiver.requests
        try #require(requests.count == 2)
        #expect(requests[0].body == requests[1].body)
        for request in requests {
            #expect(request.header("Content-Type") == "application/json")
            #expect(request.header("Authorization") == "Bearer tok")
            #expect(request.header("X-Team") == "db")
            #expect(request.headers.filter { $0.0.lowercased() == "idempotency-key" }.map(\.1) == [Self.key])
            let timestamp = try #require(request.header("X-Tocsin-Timestamp"))
            let hex = try Tool.run(
                "/usr/bin/python3",
                [
                    "-c",
                    "import hmac, sys\nprint(hmac.new(b's3cret', sys.stdin.buffer.read(), 'sha256').hexdigest())",
                ], input: Array("\(timestamp).".utf8) + request.body)
            #expect(request.header("X-Tocsin-Signature") == "v1=\(hex.trimmed)")
        }
        #expect(requests[0].header("X-Tocsin-Timestamp") != requests[1].header("X-Tocsin-Timestamp"))
        await transport.shutdown()
    }

    @Test("a receiver that is gone, hangs or hangs up is tried again; a hanging one may have got it")
    func failures() async throws {
        let receiver = try HTTPReceiver { request in
            HTTPReceiver.Answer(manner: request.path == "/hang" ? .hang : .hangUp)
        }
        let gone = try HTTPReceiver()
        gone.stop()
        defer { receiver.stop() }
        let transport = CurlTransport()
        func outcome(_ url: String) async -> DeliveryOutcome {
            let channel = WebhookChannel(
                url: Secret(url), signingSecret: nil, maxAlerts: 0,
                options: HTTPOptions(proxy: Secret(""), timeout: .milliseconds(400)), context: Samples.context(),
                transport: transport)
            return await deliver(channel)
        }
        for (url, arrived) in [("\(receiver.url)/hang", true), ("\(receiver.url)/up", true), (gone.url, false)] {
            guard case .retry(_, nil, let mayHaveArrived) = await outcome(url) else {
                Issue.record("\(url) is not tried again")
                continue
            }
            #expect(mayHaveArrived == arrived, "\(url)")
        }
        guard case .rejected = await outcome("ftp://x") else {
            Issue.record("an address that can't be sent to is not final")
            return
        }
        await transport.shutdown()
    }

    @Test("mail goes out under STARTTLS with a login, and the resolve joins its alert's thread")
    func mail() async throws {
        let certificates = try await TestCertificates.make()
        defer { certificates.remove() }
        let server = try await SMTPServer(
            .init(security: .startTLS, certificate: certificates.server, login: ("ops", "pass word")))
        defer { server.stop() }
        let transport = CurlTransport()
        func channel(password: String) -> EmailChannel {
            EmailChannel(
                server: MailServer(
                    host: "localhost", port: server.port, username: "ops", password: Secret(password),
                    hello: "agent.example.org", tls: TLSOptions(caFile: certificates.caFile)),
                from: MailAddress(name: "Tocsin", address: "tocsin@example.org"),
                to: [MailAddress(address: "a@example.org"), MailAddress(name: "B", address: "b@example.org")],
                headers: ["Reply-To": "team@example.org"], context: Samples.context(), transport: transport)
        }
        let good = channel(password: "pass word")
        #expect(await deliver(good) == .delivered(answer: "250 2.0.0 accepted"))
        #expect(await deliver(good) == .delivered(answer: "250 2.0.0 accepted"))
        let resolve = await good.deliver(Samples.resolved, key: "k-9", attempt: 1, now: Samples.now)
        #expect(resolve == .delivered(answer: "250 2.0.0 accepted"))
        let messages = await server.wait(for: 3)
        try #require(messages.count == 3)
        #expect(messages[0].text == messages[1].text)
        #expect(messages.allSatisfy { $0.tls && $0.user == "ops" && $0.to == ["a@example.org", "b@example.org"] })
        let first = try MailMessageTests.parse(messages[0].text)
        let last = try MailMessageTests.parse(messages[2].text)
        #expect(first.defects.isEmpty && last.defects.isEmpty)
        #expect(first.header("Reply-To") == "team@example.org")
        #expect(first.header("In-Reply-To") == nil)
        #expect(last.header("In-Reply-To") == first.header("Message-ID"))
        #expect(last.header("References") == first.header("Message-ID"))
        #expect(last.header("Subject") == "[RESOLVED] PoolUtilizationHigh (web)")

        guard case .retry(let reason, .seconds(120), false) = await deliver(channel(password: "wr0ng")) else {
            Issue.record("a refused login is not tried again later")
            return
        }
        #expect(reason.contains("auth_password"))
        #expect(!reason.contains("wr0ng"))
        await transport.shutdown()
    }

    @Test(
        "a mail server's refusals are told apart",
        arguments: [("RCPT", "550 5.1.1 who?", false), ("MAIL", "451 4.3.0 later", true)])
    func mailRefusals(command: String, reply: String, comesBack: Bool) async throws {
        let server = try await SMTPServer(.init(replies: [command: reply]))
        defer { server.stop() }
        let transport = CurlTransport()
        let channel = EmailChannel(
            server: MailServer(host: "127.0.0.1", port: server.port, security: .none),
            from: MailAddress(address: "tocsin@example.org"), to: [MailAddress(address: "a@example.org")], headers: [:],
            context: Samples.context(), transport: transport)
        switch await deliver(channel) {
        case .retry(_, let after, let mayHaveArrived):
            #expect(comesBack)
            #expect(after == nil)
            #expect(!mayHaveArrived)
        case .rejected(let reason):
            #expect(!comesBack)
            #expect(reason.contains("who?"))
        case .delivered:
            Issue.record("delivered in spite of \(reply)")
        }
        await transport.shutdown()
    }
}
