import Alerting
import Drivers
import PromQL
import Support
import Testing

@testable import Delivery

@Suite("PagerDuty", .timeLimit(.minutes(1)))
struct PagerDutyTests {
    private struct Bench {
        let stand = PagerDutyStandIn()
        let receiver: HTTPReceiver
        let transport = CurlTransport()
        let channel: PagerDutyChannel

        init(key: String = PagerDutyStandIn.key) throws {
            receiver = try HTTPReceiver { [stand] in stand.answer($0) }
            channel = PagerDutyChannel(
                routingKey: Secret(key), url: "\(receiver.url)/v2/enqueue", options: HTTPOptions(proxy: Secret("")),
                context: Samples.context(), transport: transport)
        }

        func deliver(_ notification: Notification, key: String = "k", reference: String? = nil) async -> DeliveryOutcome
        {
            var message = notification
            message.reference = reference
            return await channel.deliver(message, key: key, attempt: 1, now: Samples.now)
        }

        func end() async {
            receiver.stop()
            await transport.shutdown()
        }
    }

    @Test("one incident from the first message to the resolve, whatever the level and the message's key")
    func incident() async throws {
        let bench = try Bench()
        let first = await bench.deliver(Samples.firedWarning, key: "k-1")
        #expect(first == .delivered(answer: first.answer, reference: "k-1"))
        #expect(bench.stand.now.open == ["k-1": "warning"])
        // The answer was lost: the same message again.
        _ = await bench.deliver(Samples.firedWarning, key: "k-1")
        _ = await bench.deliver(Samples.raised, key: "k-2", reference: "k-1")
        #expect(bench.stand.now.open == ["k-1": "critical"])
        _ = await bench.deliver(Samples.lowered, key: "k-3", reference: "k-1")
        #expect(bench.stand.now.open == ["k-1": "warning"])
        _ = await bench.deliver(Samples.resolved, key: "k-4", reference: "k-1")
        #expect(bench.stand.now.open.isEmpty && bench.stand.now.opened == 1)
        await bench.end()
    }

    @Test("the incident of a group that went up in this one ends, and so does a test's")
    func joined() async throws {
        let bench = try Bench()
        _ = await bench.deliver(Samples.firedWarning, key: "old")
        let outcome = await bench.deliver(Samples.raised, key: "new", reference: "own\nold")
        #expect(outcome == .delivered(answer: outcome.answer, reference: "own"))
        #expect(bench.stand.now.open == ["own": "critical"])
        let test = Samples.message([Samples.alert(.fired, level: .info)], occasion: .test)
        _ = await bench.deliver(test, key: "test")
        #expect(bench.stand.now.open == ["own": "critical"] && bench.stand.now.opened == 3)
        await bench.end()
    }

    @Test("an acknowledgement acknowledges the incident, and nothing else")
    func acknowledged() async throws {
        let bench = try Bench()
        _ = await bench.deliver(Samples.firedWarning, key: "own")
        let outcome = await bench.deliver(Samples.acknowledged, key: "k2", reference: "own")
        #expect(outcome == .delivered(answer: outcome.answer, reference: "own"))
        #expect(bench.stand.now.acknowledged == ["own"] && bench.stand.now.opened == 1)
        #expect(bench.receiver.requests.count == 2)
        // One that was acknowledged before it could be told is opened and acknowledged.
        var early = Samples.acknowledged
        early.occasion = .change
        _ = await bench.deliver(early, key: "other")
        #expect(bench.stand.now.acknowledged == ["own", "other"] && bench.stand.now.opened == 2)
        await bench.end()
    }

    @Test("an event says what, where, how bad and since when, with evidence and links")
    func event() async throws {
        let bench = try Bench()
        _ = await bench.deliver(Samples.firedWarning)
        let walk = try JSONWalk(try #require(bench.receiver.requests.first).body)
        let payload = try #require(walk.root["payload"] as? [String: Any])
        #expect(payload["summary"] as? String == "WARNING: Pool web is 97% used")
        #expect(payload["source"] as? String == "web" && payload["class"] as? String == "PoolUtilizationHigh")
        #expect(payload["timestamp"] as? String == "2026-11-23T10:02:11.000Z")
        #expect(walk.root["client_url"] as? String == "https://tocsin.example")
        let details = try #require(payload["custom_details"] as? [String: Any])
        let alert = try #require((details["alerts"] as? [[String: Any]])?.first)
        #expect((alert["evidence"] as? String)?.hasPrefix("Who holds the connections\npid   state") == true)
        let links = try #require(walk.root["links"] as? [[String: String]])
        #expect(
            links.first == [
                "href": "https://tocsin.example/runbooks/pool-exhaustion", "text": "Runbook pool-exhaustion",
            ])
        await bench.end()
    }

    @Test("an alert without a level is an error, as with Alertmanager")
    func noLevel() async throws {
        let bench = try Bench()
        _ = await bench.deliver(Samples.message([Samples.alert(.fired, level: nil)]))
        #expect(bench.stand.now.open == ["k": "error"])
        await bench.end()
    }

    @Test("too many is tried again a minute later, a wrong key is final and says what to do")
    func refusals() async throws {
        let bench = try Bench()
        bench.stand.throttle(1)
        guard case .retry(_, .seconds(60), false) = await bench.deliver(Samples.raised) else {
            Issue.record("429 is not tried again")
            return
        }
        await bench.end()
        let wrong = try Bench(key: "short")
        guard case .rejected(let reason) = await wrong.deliver(Samples.raised) else {
            Issue.record("a wrong key is not final")
            return
        }
        #expect(reason.contains("'routing_key' is invalid") && reason.contains("Events API v2"))
        await wrong.end()
    }
}

extension DeliveryOutcome {
    /// What a delivery's answer was; empty for anything else.
    var answer: String {
        if case .delivered(let answer, _) = self { return answer }
        return ""
    }
}
