import Alerting
import Delivery
import History
import PromQL
import Testing

@testable import Agent

/// The story of one alert, and what the ledger knows of an answer.
@Suite("An alert's story")
struct AlertStoryTests {
    private let labels: Labels = ["alertname": "DiskFull", "host": "a"]

    private func entry(
        _ kind: LedgerEntry.Kind, at milliseconds: Int64, attempt: Int? = nil, _ reason: String
    ) -> LedgerEntry {
        LedgerEntry(
            at: Timestamp(milliseconds: milliseconds), kind: kind,
            destination: Destination(receiver: "ops", channel: "webhook", index: 0), groupKey: "{}:{}",
            alerts: [AlertID(labels: labels)], message: 7, attempt: attempt,
            latency: attempt.map { _ in .milliseconds(5) },
            reason: reason)
    }

    private func event(_ kind: AlertEvent.Kind, at milliseconds: Int64) -> AlertEvent {
        AlertEvent(
            alert: AlertID(labels: labels), at: Timestamp(milliseconds: milliseconds), kind: kind, rule: "DiskFull",
            labels: labels, level: .warning, previousLevel: nil, value: 0.9, threshold: nil, summary: "full")
    }

    @Test("events, decisions and attempts in the order of time, at one time in the order of cause")
    func order() throws {
        let story = try #require(
            AlertStory(
                events: [event(.fired, at: 1_000), event(.resolved, at: 9_000)].map(EventView.init),
                entries: [
                    entry(.queued, at: 1_000, "1 fired"), entry(.attempt, at: 1_000, attempt: 1, "attempt 1"),
                    entry(.retry, at: 2_000, attempt: 1, "answered 503 busy; next attempt soon"),
                    entry(.delivered, at: 4_000, attempt: 2, "200 ok"), entry(.withheld, at: 9_000, "held"),
                ].map(LedgerView.init)))
        #expect(
            story.steps.map { "\($0.kind) \($0.what) \($0.status ?? 0)" } == [
                "transition fired 0", "decision queued 0", "attempt attempt 0", "attempt retry 503",
                "attempt delivered 200", "transition resolved 0", "decision withheld 0",
            ])
        #expect(story.rule == "DiskFull" && story.labels["host"] == "a" && story.id == "\(AlertID(labels: labels))")
        #expect(story.steps[3].destination == "ops/webhook/0" && story.steps[3].latency == 0.005)
        #expect(story.steps[0].value == 0.9 && story.steps[0].text == "full")
        #expect(AlertStory(events: [], entries: []) == nil)
    }

    @Test("the status is read from what the channels say of an answer, and from nothing else")
    func status() {
        let delivered: [(String, Int?)] = [
            ("200 ok", 200), ("204", 204), ("250 2.0.0 Ok: queued as 12345", 250), ("ok", nil), ("2000 x", nil),
            ("999", nil), ("", nil), ("200ok", nil),
        ]
        for (text, status) in delivered {
            #expect(entry(.delivered, at: 0, attempt: 1, text).status == status, "\(text)")
        }
        #expect(entry(.retry, at: 0, attempt: 1, "answered 429; next attempt x").status == 429)
        #expect(entry(.rejected, at: 0, attempt: 1, "answered 301: redirects are not followed").status == 301)
        #expect(entry(.rejected, at: 0, attempt: 1, "answered 404 gone; check").status == 404)
        #expect(
            entry(.givenUp, at: 0, attempt: 3, "not delivered for as long as …; last: answered 500 no").status == 500)
        #expect(entry(.retry, at: 0, attempt: 1, "can't connect to 127.0.0.1").status == nil)
        #expect(entry(.queued, at: 0, "200 fired").status == nil)
        #expect(entry(.delivered, at: 0, "200 ok").status == nil)
    }

    @Test("the ledger is asked by result and since when")
    func query() throws {
        let query = try QueryReader.ledger([("result", "failed"), ("since", "60"), ("receiver", "ops")])
        #expect(query.kinds == [.retry, .rejected, .givenUp] && query.from == Timestamp(milliseconds: 60_000))
        let both = try QueryReader.ledger([("result", "withheld"), ("result", "delivered")])
        #expect(both.kinds == [.withheld, .delivered])
        #expect(throws: QueryReader.Problem.self) { try QueryReader.ledger([("result", "lost")]) }
    }
}
