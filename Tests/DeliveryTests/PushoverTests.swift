import Alerting
import Drivers
import PromQL
import Support
import Testing

@testable import Delivery

@Suite("Pushover", .timeLimit(.minutes(1)))
struct PushoverTests {
    private func message(
        _ notification: Notification, _ fields: PushoverFields = PushoverFields()
    ) throws -> [String: Any] {
        let message = PushoverMessage(
            notification: notification, token: Secret("t"), user: Secret("u"), fields: fields,
            context: Samples.context())
        return try JSONWalk(message.json.bytes).root
    }

    @Test("a message reads as plain text, with its runbook below")
    func text() throws {
        let read = try message(Samples.firedWarning)
        #expect(read["title"] as? String == "🟡 WARNING: Pool web is 97% used")
        let text = try #require(read["message"] as? String)
        #expect(
            text.hasPrefix(
                """
                Began to fire at level warning.
                Value: 0.83 (raises at > 0.80)
                Since: 10:02:11 UTC, 3 min 3 s ago
                """), "\(text)")
        #expect(text.hasSuffix("\n\nAs of 2026-11-23 10:05:14 UTC"), "\(text)")
        #expect(read["url"] as? String == "https://tocsin.example/runbooks/pool-exhaustion")
        #expect(read["url_title"] as? String == "Runbook" && read["timestamp"] as? Int == 1_795_428_314)
        let linked = try message(
            Samples.raised, PushoverFields(sound: "siren", timeToLive: .seconds(60), link: "https://a/b"))
        #expect(linked["url"] as? String == "https://a/b" && linked["url_title"] == nil)
        #expect(linked["sound"] as? String == "siren" && linked["ttl"] as? Int == 60)
    }

    @Test("the level decides how loud it is, unless the settings do")
    func priority() throws {
        let info = Samples.message([Samples.alert(.fired, level: .info)])
        let all = [Samples.raised, Samples.lowered, info, Samples.resolved]
        #expect(try all.map { try message($0)["priority"] as? Int } == [1, 0, -1, 0])
        let loud = PushoverFields(priority: 2, retry: .seconds(1), expire: .seconds(86_400))
        let emergency = try message(Samples.raised, loud)
        #expect(emergency["priority"] as? Int == 2)
        #expect(emergency["retry"] as? Int == 30 && emergency["expire"] as? Int == 10_800)
        #expect(try message(Samples.resolved, loud)["priority"] as? Int == 0)
        #expect(try message(Samples.resolved, PushoverFields(priority: -2))["priority"] as? Int == -2)
    }

    @Test("a message of any size fits, and says how much is missing")
    func huge() throws {
        for notification in [Samples.huge, Samples.many(500)] {
            let text = try #require(try message(notification)["message"] as? String)
            #expect(text.utf16.count <= 1_024 && text.contains(" more"), "\(text)")
        }
    }

    @Test("what can't go better is final and says what to do, without a secret; trouble comes again, not at once")
    func answers() async throws {
        let stand = PushoverStandIn()
        let receiver = try HTTPReceiver { stand.answer($0) }
        defer { receiver.stop() }
        let transport = CurlTransport()
        func deliver(
            token: String = PushoverStandIn.token, user: String = PushoverStandIn.user
        ) async -> DeliveryOutcome {
            let channel = PushoverChannel(
                token: Secret(token), user: Secret(user), url: "\(receiver.url)/1/messages.json",
                fields: PushoverFields(), options: HTTPOptions(proxy: Secret("")), context: Samples.context(),
                transport: transport)
            return await channel.deliver(Samples.raised, key: "k", attempt: 1, now: Samples.now)
        }
        #expect(await deliver() == .delivered(answer: "200 request 647d2300-702c-4b38-8b2f-d56326ae460b"))
        stand.fail(true)
        guard case .retry(_, .seconds(5), false) = await deliver() else {
            Issue.record("502 is not tried again")
            return
        }
        stand.fail(false)
        stand.useUp()
        let refused = [
            (await deliver(), "used up"), (await deliver(token: "wrong-token"), "check `token`"),
            (await deliver(user: "wrong-user"), "check `user_key`"),
        ]
        for (outcome, hint) in refused {
            guard case .rejected(let reason) = outcome else {
                Issue.record("\(outcome) is not final")
                continue
            }
            #expect(reason.contains(hint) && !reason.contains("wrong-") && !reason.contains(PushoverStandIn.token))
        }
        #expect(stand.now.priorities == [1])
        await transport.shutdown()
    }

    @Test("a page that is not Pushover's is no delivery, and a server that says back a secret is not quoted with it")
    func others() {
        let judge = AnswerJudge(setting: "api_url", secrets: [PushoverStandIn.token])
        func outcome(_ status: Int, _ body: String) -> DeliveryOutcome {
            PushoverChannel.outcome(
                of: HTTPResponse(status: status, headers: [], body: Array(body.utf8)), judge: judge, now: Samples.now)
        }
        guard case .rejected = outcome(200, "<html>"), case .rejected = outcome(200, #"{"status":0}"#),
            case .rejected(let echo) = outcome(403, "no \(PushoverStandIn.token)")
        else {
            Issue.record("the answers are not told apart")
            return
        }
        #expect(!echo.contains(PushoverStandIn.token))
    }
}
