import Alerting
import Drivers
import PromQL
import Support
import Testing

@testable import Delivery

@Suite("Discord, Teams and Telegram", .timeLimit(.minutes(1)))
struct ChatServiceTests {
    private let options = HTTPOptions(proxy: Secret(""))

    private func deliver(_ channel: any Channel, _ notification: Notification = Samples.raised) async -> DeliveryOutcome
    {
        await channel.deliver(notification, key: "k", attempt: 1, now: Samples.now)
    }

    private func discord(_ url: String, _ transport: CurlTransport) -> DiscordChannel {
        DiscordChannel(
            webhookURL: Secret(url), username: nil, avatarURL: nil, options: options, context: Samples.context(),
            transport: transport)
    }

    @Test("Discord says that it has kept the message, when to come again, and which webhook is gone")
    func discord() async throws {
        let stand = DiscordStandIn()
        let receiver = try HTTPReceiver { stand.answer($0) }
        defer { receiver.stop() }
        let transport = CurlTransport()
        let good = discord(receiver.url + DiscordStandIn.path, transport)
        #expect(await deliver(good) == .delivered(answer: "200 message 1175612800000000000"))
        stand.throttle(1)
        guard case .retry(_, .some(let wait), false) = await deliver(good) else {
            Issue.record("429 is not tried again")
            return
        }
        #expect(wait == .milliseconds(530))
        for (path, hint) in [
            ("/api/webhooks/7/x", "was deleted"), ("/api/webhooks/1043/other-t0ken", "token in `webhook_url`"),
        ] {
            guard case .rejected(let reason) = await deliver(discord(receiver.url + path, transport)) else {
                Issue.record("\(path) is not final")
                continue
            }
            #expect(reason.contains(hint) && !reason.contains("other-t0ken"))
        }
        await transport.shutdown()
    }

    @Test("a page that is not Discord's is no delivery")
    func notDiscord() async throws {
        let receiver = try HTTPReceiver { _ in HTTPReceiver.Answer(status: 200, body: "<html>login</html>") }
        defer { receiver.stop() }
        let transport = CurlTransport()
        guard case .rejected = await deliver(discord("\(receiver.url)/x", transport)) else {
            Issue.record("taken for a delivery")
            return
        }
        await transport.shutdown()
    }

    @Test("Teams: a workflow's 202, a webhook's 1, and its failures that look like success")
    func teams() async throws {
        let judge = AnswerJudge(setting: "webhook_url", secrets: [])
        func outcome(_ status: Int, _ body: String) -> DeliveryOutcome {
            TeamsChannel.outcome(
                of: HTTPResponse(status: status, headers: [], body: Array(body.utf8)), judge: judge, now: Samples.now)
        }
        let failed = "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error"
        #expect(outcome(202, "") == .delivered(answer: "202"))
        #expect(outcome(200, "1") == .delivered(answer: "200 1"))
        guard case .retry = outcome(200, "\(failed) 429 with ContextId MS-CV=x"),
            case .rejected(let large) = outcome(200, "\(failed) 413 with ContextId x"),
            case .rejected(let login) = outcome(401, #"{"error":{"code":"DirectApiAuthorizationRequired"}}"#),
            case .rejected = outcome(200, "<html>"), case .retry = outcome(503, "")
        else {
            Issue.record("the answers are not told apart")
            return
        }
        #expect(large.contains("too large") && login.contains("let anyone trigger"))
    }

    @Test("Telegram says when to come again, and a group that has moved is found")
    func telegram() async throws {
        let stand = TelegramStandIn()
        let receiver = try HTTPReceiver { stand.answer($0) }
        defer { receiver.stop() }
        let transport = CurlTransport()
        func channel(_ chat: Int, token: String = TelegramStandIn.token) -> TelegramChannel {
            TelegramChannel(
                url: receiver.url, token: Secret(token), chat: "\(chat)", thread: nil, isSilent: false,
                options: options, context: Samples.context(), transport: transport)
        }
        #expect(await deliver(channel(TelegramStandIn.chat)) == .delivered(answer: "200 ok message 99"))
        stand.throttle(1)
        guard case .retry(_, .seconds(17), false) = await deliver(channel(TelegramStandIn.chat)) else {
            Issue.record("429 is not tried again")
            return
        }
        #expect(await deliver(channel(-42)).answer.contains("change `chat_id`"))
        #expect(stand.messages.count == 2)
        for (wrong, hint) in [(channel(7), "check `chat_id`"), (channel(7, token: "9:secretpart"), "bot_token")] {
            guard case .rejected(let reason) = await deliver(wrong) else {
                Issue.record("not final")
                continue
            }
            #expect(reason.contains(hint) && !reason.contains("secretpart"))
        }
        await transport.shutdown()
    }

    @Test("Telegram's text reads as the message")
    func telegramText() throws {
        let html = TelegramMessage(notification: Samples.firedWarning, context: Samples.context()).html
        let text = try #require(TelegramStandIn.read(html))
        #expect(
            text.hasPrefix(
                """
                🟡 WARNING: Pool web is 97% used

                Began to fire at level warning.
                Value: 0.83 (raises at > 0.80)
                Since: 10:02:11 UTC, 3 min 3 s ago
                """), "\(text)")
        #expect(html.contains("<pre>pid   state"))
        #expect(
            html.contains("<a href=\"https://tocsin.example/runbooks/pool-exhaustion\">Runbook pool-exhaustion</a>"))
    }
}
