import Alerting
import PromQL
import Testing

/// Who is told what nobody acknowledges, and when; on a virtual clock.
@Suite("Escalation")
struct EscalationTests {
    static let lead = Destination(receiver: "lead", channel: "webhook", index: 0)
    static let boss = Destination(receiver: "boss", channel: "webhook", index: 0)
    static let second = Destination(receiver: "ops", channel: "webhook", index: 1)

    static func bench(
        groupBy: [String] = ["pool"], repeats: Duration = .seconds(3600), more: [Destination] = []
    ) throws -> EngineBench {
        try EngineBench(
            route: Route(
                id: "{}", receiver: "ops", groupBy: .labels(groupBy), groupWait: .seconds(2),
                groupInterval: .seconds(10), repeatInterval: repeats,
                escalation: [
                    .init(after: .seconds(60), receiver: "lead"), .init(after: .seconds(180), receiver: "boss"),
                ]),
            policies: ([EngineBench.ops, lead, boss] + more).map { DestinationPolicy(destination: $0) })
    }

    /// What a receiver was told.
    static func told(_ bench: EngineBench, _ receiver: String) -> [String] {
        bench.attempts.filter { $0.message.destination.receiver == receiver }.map { attempt in
            attempt.message.alerts.map(\.change.rawValue).joined(separator: "+")
        }
    }

    static func at(_ bench: EngineBench, _ receiver: String) -> Timestamp? {
        bench.attempts.first { $0.message.destination.receiver == receiver }?.at
    }

    @Test("unacknowledged: each step in its second, once, and the resolve goes to all", arguments: [false, true])
    func steps(restarts: Bool) throws {
        var bench = try Self.bench()
        bench.seconds(30, 0.85)
        let announced = try #require(Self.at(bench, "ops"))
        if restarts { bench.restart() }
        bench.seconds(300, 0.85)
        if restarts { bench.restart() }
        #expect(Self.at(bench, "lead") == announced + .seconds(60))
        #expect(Self.at(bench, "boss") == announced + .seconds(180))
        let message = try #require(bench.attempts.first { $0.message.destination == Self.lead }?.message)
        #expect(message.occasion == .escalation)
        #expect(message.note == "Escalated: not acknowledged for 1m since ops was told.")
        #expect(bench.ledger.filter { $0.kind == .escalated }.map(\.destination) == [Self.lead, Self.boss])
        bench.seconds(300, 0.85)
        bench.seconds(20, 0.5)
        for receiver in ["ops", "lead", "boss"] {
            #expect(Self.told(bench, receiver) == ["fired", "resolved"], "\(receiver)")
        }
        #expect(bench.store.groups.isEmpty && bench.store.alerts.isEmpty && bench.store.outbox.isEmpty)
    }

    @Test("acknowledged: nobody else is told, also not over a restart; when it expires the time begins anew")
    func acknowledged() throws {
        var bench = try Self.bench()
        bench.seconds(30, 0.85)
        try bench.acknowledge([HoldTests.pool("web")], for: .seconds(200))
        let end = bench.now + .seconds(200)
        bench.seconds(100, 0.85)
        bench.restart()
        bench.seconds(159, 0.85)
        #expect(Self.told(bench, "lead") == [])
        bench.seconds(1, 0.85)
        #expect(Self.at(bench, "lead") == end + .seconds(60))
        // The next step is held back as well.
        try bench.acknowledge([HoldTests.pool("web")], for: .seconds(1_000))
        bench.seconds(500, 0.85)
        #expect(Self.told(bench, "boss") == [])
        bench.seconds(20, 0.5)
        #expect(Self.told(bench, "lead") == ["fired", "resolved"] && Self.told(bench, "boss") == [])
    }

    @Test("over before its time, or resolved and fired again: the time begins with each announcement")
    func over() throws {
        var bench = try Self.bench()
        bench.seconds(50, 0.85)
        bench.seconds(50, 0.5)
        bench.seconds(50, 0.85)
        #expect(Self.told(bench, "lead") == [])
        bench.seconds(20, 0.85)
        #expect(Self.told(bench, "lead") == ["fired"])
    }

    @Test("silenced, inhibited and muted alerts don't escalate; once that ends the time begins anew")
    func held() throws {
        var bench = try Self.bench()
        bench.seconds(30, 0.85)
        try bench.silence([HoldTests.pool("web")], for: .seconds(100))
        let end = bench.now + .seconds(100)
        bench.seconds(50, 0.85)
        bench.restart()
        bench.seconds(100, 0.85)
        #expect(Self.told(bench, "lead") == [])
        bench.seconds(20, 0.85)
        #expect(Self.at(bench, "lead") == end + .seconds(60))

        var other = try Self.bench()
        let rule = InhibitRule(sources: [try HoldTests.pool("a")], targets: [try HoldTests.pool("b")])
        other.reload { $0.inhibitRules = [rule] }
        HoldTests.seconds(&other, 30, ["a": 0.5, "b": 0.85])
        HoldTests.seconds(&other, 300, ["a": 0.85, "b": 0.85])
        let escalated = other.attempts.filter { $0.message.destination == Self.lead }.flatMap(\.message.alerts)
        #expect(escalated.map(\.labels["pool"]) == ["a"])

        let late = RecurringTime(name: "late", spans: [.init(minutes: [13 * 60 + 47..<13 * 60 + 50])])
        var muted = try EngineBench(
            route: Route(
                id: "{}", receiver: "ops",
                routes: [
                    Route(
                        id: "{}/{}", receiver: "ops", groupWait: .seconds(2),
                        escalation: [.init(after: .seconds(60), receiver: "lead")], muteIntervals: ["late"])
                ]), policies: [EngineBench.ops, Self.lead].map { DestinationPolicy(destination: $0) })
        muted.reload { $0.intervals = [late] }
        // It is muted 20 s after the beginning, until 200 s after it.
        muted.seconds(200, 0.85)
        #expect(Self.told(muted, "ops") == ["fired"] && Self.told(muted, "lead") == [])
        #expect(muted.reasons(.withheld).contains { $0.hasPrefix("not escalated to lead: muted") })
        muted.seconds(59, 0.85)
        #expect(Self.told(muted, "lead") == [])
        muted.seconds(2, 0.85)
        #expect(Self.told(muted, "lead") == ["fired"])
    }

    @Test("a receiver that can't be reached does not hold escalation up")
    func unreachable() throws {
        for mayHaveArrived in [false, true] {
            var bench = try Self.bench()
            bench.answer = { message in
                message.destination == EngineBench.ops
                    ? .retry(reason: "down", retryAfter: nil, mayHaveArrived: mayHaveArrived)
                    : .delivered(answer: "ok")
            }
            bench.seconds(70, 0.85)
            #expect(Self.told(bench, "lead") == ["fired"])
        }
    }

    @Test("a rise goes to those who were told by escalation too, and to nobody twice")
    func rises() throws {
        var bench = try Self.bench(more: [Self.second])
        bench.seconds(100, 0.85)
        #expect(Self.told(bench, "lead") == ["fired"])
        bench.seconds(20, 0.97)
        #expect(Self.told(bench, "lead") == ["fired", "raised"])
        let reasons = bench.reasons(.withheld)
        #expect(reasons.contains { $0.contains("this receiver knows of it already") }, "\(reasons)")
    }

    @Test("a group goes along whole, what comes later on its own; nobody repeats to who was told by escalation")
    func groups() throws {
        var bench = try Self.bench(groupBy: [], repeats: .seconds(120))
        HoldTests.seconds(&bench, 30, ["a": 0.85])
        HoldTests.seconds(&bench, 40, ["a": 0.85, "b": 0.85])
        #expect(Self.told(bench, "lead") == ["fired+fired"])
        HoldTests.seconds(&bench, 80, ["a": 0.85, "b": 0.85, "c": 0.85])
        #expect(Self.told(bench, "lead").count == 2 && Self.told(bench, "lead")[1].contains("fired"))
        HoldTests.seconds(&bench, 600, ["a": 0.85, "b": 0.85, "c": 0.85])
        #expect(Self.told(bench, "lead").count == 2)
        #expect(Self.told(bench, "ops").contains("unchanged+unchanged+unchanged"))
    }

    @Test("what was escalated and cleared before the receiver could be told is told with its end, or not at all")
    func passed() throws {
        var bench = try Self.bench()
        bench.answer = { message in
            message.destination == Self.lead
                ? .retry(reason: "down", retryAfter: nil, mayHaveArrived: false) : .delivered(answer: "ok")
        }
        bench.seconds(70, 0.85)
        bench.seconds(10, 0.5)
        bench.answer = { _ in .delivered(answer: "ok") }
        bench.seconds(30, 0.5)
        #expect(Self.told(bench, "lead").last == "passed")
        #expect(bench.store.groups.isEmpty && bench.store.outbox.isEmpty)
    }

    @Test("steps that are taken out of the settings are taken no more")
    func reload() throws {
        var bench = try Self.bench()
        bench.seconds(30, 0.85)
        let plain = HoldTests.route()
        bench.reload { $0.route = plain }
        bench.seconds(300, 0.85)
        #expect(Self.told(bench, "lead") == [])
    }
}
