import Alerting
import Drivers
import PromQL
import Support
import Testing

@testable import Delivery

@Suite("Slack as a bot", .timeLimit(.minutes(1)))
struct SlackBotTests {
    private struct Bench {
        let stand = SlackStandIn()
        let receiver: HTTPReceiver
        let transport = CurlTransport()
        private let token: String

        init(token: String = SlackStandIn.token) throws {
            self.token = token
            receiver = try HTTPReceiver { [stand] in stand.answer($0) }
        }

        func deliver(
            _ notification: Notification, reference: String? = nil, channel: String = "#ops"
        ) async -> DeliveryOutcome {
            let bot = SlackBotChannel(
                url: "\(receiver.url)/api/chat.postMessage", channel: channel, username: nil,
                options: HTTPOptions(authorization: .init(credentials: Secret(token)), proxy: Secret("")),
                context: Samples.context(), transport: transport)
            var message = notification
            message.reference = reference
            return await bot.deliver(message, key: "k", attempt: 1, now: Samples.now)
        }

        func end() async {
            receiver.stop()
            await transport.shutdown()
        }
    }

    @Test("one message that is kept up to date, and a reply for each change; only what is worse goes to all")
    func thread() async throws {
        let bench = try Bench()
        let first = await bench.deliver(Samples.firedWarning)
        let reference = try #require(first.reference)
        #expect(reference == "C0OPS \(bench.stand.posted[0].timestamp) #ops")
        for message in [Samples.raised, Samples.lowered, Samples.resolved] {
            #expect(await bench.deliver(message, reference: reference).reference == reference)
        }
        #expect(bench.stand.posted.count == 1 && bench.stand.posted[0].edits == 3)
        #expect(bench.stand.posted[0].text == "🟢 RESOLVED: Pool web is 97% used")
        let replies = bench.stand.messages.dropFirst()
        #expect(replies.map(\.isBroadcast) == [true, false, false])
        #expect(replies.map(\.text)[0] == "🔴 CRITICAL (was warning): Pool web is 97% used")
        #expect(replies.allSatisfy { $0.thread == bench.stand.posted[0].timestamp })
        await bench.end()
    }

    @Test("a message that is gone is posted anew, and so it is in another channel")
    func anew() async throws {
        let bench = try Bench()
        let old = try #require(await bench.deliver(Samples.firedWarning).reference)
        bench.stand.remove(bench.stand.posted[0].timestamp)
        let second = try #require(await bench.deliver(Samples.raised, reference: old).reference)
        #expect(second != old && bench.stand.posted.count == 1)
        bench.stand.fail("chat.update", "cant_update_message")
        let third = try #require(await bench.deliver(Samples.raised, reference: second).reference)
        #expect(third != second && bench.stand.posted.count == 2)
        // The settings name the channel otherwise: the old message says where it goes on.
        let fourth = try #require(await bench.deliver(Samples.raised, reference: third, channel: "C0OPS").reference)
        #expect(fourth.hasSuffix(" C0OPS") && bench.stand.posted.count == 3)
        #expect(bench.stand.posted[1].text.contains("goes on in another message"))
        await bench.end()
    }

    @Test("an attempt that failed between change and reply is repeated whole, and changes the same message")
    func repeated() async throws {
        let bench = try Bench()
        let reference = try #require(await bench.deliver(Samples.firedWarning).reference)
        bench.stand.fail("chat.postMessage", "internal_error")
        let failed = await bench.deliver(Samples.raised, reference: reference)
        #expect(failed == .retry(reason: "answered internal_error", retryAfter: nil, mayHaveArrived: true))
        #expect(await bench.deliver(Samples.raised, reference: reference).reference == reference)
        #expect(bench.stand.messages.count == 2 && bench.stand.posted[0].edits == 2)
        await bench.end()
    }

    @Test(
        "Slack's words are told apart",
        arguments: [
            ("channel_not_found", "check `channel`"), ("not_in_channel", "invite the app"),
            ("missing_scope", "chat:write"), ("token_revoked", "app_token"), ("is_archived", "archived"),
            ("some_new_word", "some_new_word"),
        ])
    func words(word: String, hint: String) async throws {
        let bench = try Bench()
        bench.stand.fail("chat.postMessage", word)
        guard case .rejected(let reason) = await bench.deliver(Samples.raised) else {
            Issue.record("\(word) is not final")
            return
        }
        #expect(reason.hasPrefix("answered \(word)") && reason.contains(hint))
        await bench.end()
    }

    @Test("too many is tried again when Slack says, a wrong token is final and not shown")
    func limits() async throws {
        let bench = try Bench()
        bench.stand.throttle(1)
        #expect(
            await bench.deliver(Samples.raised)
                == .retry(reason: "answered ratelimited", retryAfter: .seconds(30), mayHaveArrived: false))
        await bench.end()
        let wrong = try Bench(token: "xoxb-wrong-secret")
        guard case .rejected(let reason) = await wrong.deliver(Samples.raised) else {
            Issue.record("a wrong token is not final")
            return
        }
        #expect(reason.contains("invalid_auth") && !reason.contains("xoxb-wrong"))
        await wrong.end()
    }
}

extension DeliveryOutcome {
    /// What a delivery left behind; nil for anything else.
    var reference: String? {
        if case .delivered(_, let reference) = self { return reference }
        return nil
    }
}
