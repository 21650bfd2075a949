import Alerting
import Drivers
import PromQL
import Support
import Testing

@testable import Delivery

@Suite("Opsgenie", .timeLimit(.minutes(1)))
struct OpsgenieTests {
    private struct Bench {
        let stand = OpsgenieStandIn()
        let receiver: HTTPReceiver
        let transport = CurlTransport()
        let channel: OpsgenieChannel

        init(key: String = OpsgenieStandIn.key, fields: OpsgenieFields = OpsgenieFields()) throws {
            receiver = try HTTPReceiver { [stand] in stand.answer($0) }
            channel = OpsgenieChannel(
                apiKey: Secret(key), url: "\(receiver.url)/", fields: fields, options: HTTPOptions(proxy: Secret("")),
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

    @Test("one alert from the first message to the resolve, whose priority follows the level")
    func life() async throws {
        let bench = try Bench()
        let first = await bench.deliver(Samples.firedWarning, key: "k 1")
        #expect(first == .delivered(answer: first.answer, reference: "k 1"))
        #expect(bench.stand.now.open == ["k 1": "P3"])
        // The answer was lost: the same message again.
        _ = await bench.deliver(Samples.firedWarning, key: "k 1")
        _ = await bench.deliver(Samples.raised, key: "k-2", reference: "k 1")
        #expect(bench.stand.now.open == ["k 1": "P1"])
        #expect(bench.stand.now.messages["k 1"] == "WARNING: Pool web is 97% used")
        _ = await bench.deliver(Samples.lowered, key: "k-3", reference: "k 1")
        #expect(bench.stand.now.open == ["k 1": "P3"])
        _ = await bench.deliver(Samples.resolved, key: "k-4", reference: "k 1")
        #expect(bench.stand.now.open.isEmpty && bench.stand.now.made == 1)
        #expect(bench.stand.now.notes.first?.hasPrefix("RESOLVED: Pool web is 97% used\n") == true)
        await bench.end()
    }

    @Test("an alert that was closed by hand is no failure, and a test's is closed at once")
    func closed() async throws {
        let bench = try Bench()
        let outcome = await bench.deliver(Samples.resolved, key: "new", reference: "own\nold")
        #expect(outcome == .delivered(answer: "404 it was closed already", reference: "own"))
        let test = Samples.message([Samples.alert(.fired, level: .info)], occasion: .test)
        _ = await bench.deliver(test, key: "test")
        #expect(bench.stand.now.open.isEmpty && bench.stand.now.made == 1)
        await bench.end()
    }

    @Test("what the settings say goes with the alert, and message and description follow where they are to")
    func fields() async throws {
        let bench = try Bench(
            fields: OpsgenieFields(
                source: "tocsin", tags: (0..<30).map { "tag \($0) \(String(repeating: "x", count: 80))" }, note: "see",
                priority: "P2", responders: [.init(kind: "team", id: nil, name: "ops", username: nil)],
                updatesAlerts: true))
        _ = await bench.deliver(Samples.firedWarning)
        let walk = try JSONWalk(try #require(bench.receiver.requests.first).body)
        #expect(walk.root["source"] as? String == "tocsin" && walk.root["priority"] as? String == "P2")
        #expect((walk.root["tags"] as? [String])?.count == 20 && walk.root["note"] as? String == "see")
        #expect(walk.root["responders"] as? [[String: String]] == [["name": "ops", "type": "team"]])
        let details = try #require(walk.root["details"] as? [String: String])
        #expect(details["alertname"] == "PoolUtilizationHigh" && details["status"] == "FIRING:1 warning")
        #expect(details["runbook"] == "https://tocsin.example/runbooks/pool-exhaustion")
        let description = try #require(walk.root["description"] as? String)
        #expect(description.hasPrefix("Began to fire at level warning.\nValue: 0.83 (raises at > 0.80)\n"))
        #expect(description.contains("Who holds the connections\npid   state"))
        _ = await bench.deliver(Samples.raised, reference: "k")
        #expect(bench.stand.now.open == ["k": "P2"])
        #expect(bench.stand.now.messages["k"]?.hasPrefix("CRITICAL") == true)
        await bench.end()
    }

    @Test("a message of any size fits, and says how much is missing")
    func huge() throws {
        let alert = OpsgenieAlert(
            notification: Samples.huge, fields: OpsgenieFields(), alias: "k", context: Samples.context())
        let walk = try JSONWalk(alert.create.bytes)
        let message = try #require(walk.root["message"] as? String)
        #expect(message.utf16.count <= 130 && message.contains("more characters)"))
        let description = try #require(walk.root["description"] as? String)
        #expect(description.utf16.count <= 15_000 && description.contains("more characters)"))
        #expect(description.utf16.count > 5_000)
    }

    @Test("an acknowledgement acknowledges the alert and says who looks after it; one that is closed already is fine")
    func acknowledged() async throws {
        let bench = try Bench()
        _ = await bench.deliver(Samples.firedWarning, key: "own")
        let outcome = await bench.deliver(Samples.acknowledged, key: "k2", reference: "own")
        #expect(outcome == .delivered(answer: outcome.answer, reference: "own"))
        #expect(bench.stand.now.acknowledgements == ["ann: on it"] && bench.stand.now.made == 1)
        let gone = await bench.deliver(Samples.acknowledged, key: "k3", reference: "gone")
        #expect(gone == .delivered(answer: gone.answer, reference: "gone") && bench.stand.now.made == 1)
        await bench.end()
    }

    @Test("too many is tried again a minute later, a wrong key is final, says what to do and is not said back")
    func refusals() async throws {
        let bench = try Bench()
        bench.stand.throttle(1)
        guard case .retry(_, .seconds(60), false) = await bench.deliver(Samples.raised) else {
            Issue.record("429 is not tried again")
            return
        }
        await bench.end()
        let wrong = try Bench(key: "not-the-right-key")
        guard case .rejected(let reason) = await wrong.deliver(Samples.raised) else {
            Issue.record("a wrong key is not final")
            return
        }
        #expect(reason.contains("check `api_key`") && !reason.contains("not-the-right-key"))
        await wrong.end()
    }

    @Test("only 202 is success, and 404 only where the alert was there before")
    func answers() {
        let judge = AnswerJudge(setting: "api_url", secrets: ["eb243592-faa2"])
        func outcome(_ status: Int, _ body: String = "", isGoneFine: Bool = false) -> DeliveryOutcome {
            OpsgenieChannel.outcome(
                of: HTTPResponse(status: status, headers: [], body: Array(body.utf8)), judge: judge, now: Samples.now,
                isGoneFine: isGoneFine)
        }
        #expect(outcome(202, "x") == .delivered(answer: "202 x"))
        guard case .rejected(let page) = outcome(200, "<html>"), case .rejected = outcome(404),
            case .delivered = outcome(404, isGoneFine: true), case .retry(_, nil, false) = outcome(503),
            case .rejected(let echo) = outcome(422, "key eb243592-faa2"), case .rejected = outcome(403)
        else {
            Issue.record("the answers are not told apart")
            return
        }
        #expect(page.contains("answers 202") && !echo.contains("eb243592"))
    }
}
