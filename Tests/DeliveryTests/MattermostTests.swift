import Alerting
import Drivers
import PromQL
import Support
import Testing

@testable import Delivery

@Suite("Mattermost", .timeLimit(.minutes(1)))
struct MattermostTests {
    private func message(_ notification: Notification) throws -> JSONWalk {
        let message = MattermostMessage(
            notification: notification, channel: nil, username: "tocsin", iconURL: nil, iconEmoji: ":bell:",
            context: Samples.context())
        return try JSONWalk(message.json.bytes)
    }

    @Test("a message has a headline, and what there is to say of the alert with its colour")
    func text() throws {
        let walk = try message(Samples.firedWarning)
        #expect(walk.root["text"] as? String == "🟡 **WARNING: Pool web is 97% used**")
        #expect(walk.root["username"] as? String == "tocsin" && walk.root["icon_emoji"] as? String == ":bell:")
        let alert = try #require((walk.root["attachments"] as? [[String: Any]])?.first)
        #expect(alert["color"] as? String == AlertWording.Mood.level(.warning).hexColor)
        #expect(alert["fallback"] as? String == "WARNING: Pool web is 97% used")
        let text = try #require(alert["text"] as? String)
        #expect(text.hasPrefix("Began to fire at level warning.\n"), "\(text)")
        #expect(text.contains("**Who holds the connections**\n```\npid   state"))
        #expect(text.contains("[Runbook pool-exhaustion](https://tocsin.example/runbooks/pool-exhaustion)"))
        let fields = try #require(alert["fields"] as? [[String: Any]])
        #expect(fields.first?["title"] as? String == "Value")
        #expect(fields.first?["value"] as? String == "0.83 (raises at \\> 0.80)")
        let over = try message(Samples.resolved)
        let first = try #require((over.root["attachments"] as? [[String: Any]])?.first)
        #expect(first["color"] as? String == AlertWording.Mood.over.hexColor)
    }

    @Test("nothing that a value says calls people or becomes a mark")
    func escapes() {
        #expect(
            MattermostText.escaped("@all a@b.c <!here> *x* & ~y", limit: 200)
                == "@\u{2060}all a@b.c &lt;!here\\> \\*x\\* &amp; \\~y")
        #expect(MattermostText.code("```\n<https://a|b>", limit: 100) == "```\n'''\n‹https://a|b>\n```")
        #expect(MattermostText.link("https://a/(b)", "[x]") == "[\\[x\\]](https://a/%28b%29)")
        #expect(MattermostText.escaped(String(repeating: "<", count: 1_000), limit: 100).utf16.count <= 100)
    }

    @Test("a message of any size fits, and says how much is missing")
    func huge() throws {
        let walk = try message(Samples.huge)
        let texts = walk.strings.reduce(0) { $0 + $1.utf16.count }
        #expect(texts <= 16_383 + 1_000 && walk.strings.contains { $0.contains("more characters)") })
        #expect(try message(Samples.many(500)).strings.contains { $0.contains("… and 477 more") })
    }

    @Test("it says when to come again, and what is wrong with the webhook, without its address")
    func answers() async throws {
        let stand = MattermostStandIn()
        let receiver = try HTTPReceiver { stand.answer($0) }
        defer { receiver.stop() }
        let transport = CurlTransport()
        func deliver(_ path: String = MattermostStandIn.path, channel: String? = nil) async -> DeliveryOutcome {
            let channel = MattermostChannel(
                webhookURL: Secret(receiver.url + path), channel: channel, username: nil, iconURL: nil, iconEmoji: nil,
                options: HTTPOptions(proxy: Secret("")), context: Samples.context(), transport: transport)
            return await channel.deliver(Samples.raised, key: "k", attempt: 1, now: Samples.now)
        }
        #expect(await deliver(channel: "town-square") == .delivered(answer: "200 ok"))
        stand.throttle(1)
        guard case .retry(_, .seconds(7), false) = await deliver() else {
            Issue.record("429 is not tried again")
            return
        }
        var refused = [
            (await deliver("/hooks/other-generated-key"), "was deleted"),
            (await deliver(channel: "x"), "check `channel`"),
        ]
        stand.switchOff()
        refused.append((await deliver(), "System Console"))
        for (outcome, hint) in refused {
            guard case .rejected(let reason) = outcome else {
                Issue.record("\(outcome) is not final")
                continue
            }
            #expect(reason.contains(hint) && !reason.contains("generated"), "\(reason)")
        }
        await transport.shutdown()
    }

    @Test("a page that is not Mattermost's is no delivery")
    func notMattermost() {
        let judge = AnswerJudge(setting: "webhook_url", secrets: [])
        let page = HTTPResponse(status: 200, headers: [], body: Array("<html>login</html>".utf8))
        guard case .rejected(let reason) = MattermostChannel.outcome(of: page, judge: judge, now: Samples.now) else {
            Issue.record("taken for a delivery")
            return
        }
        #expect(reason.contains("no `ok`"))
    }
}
