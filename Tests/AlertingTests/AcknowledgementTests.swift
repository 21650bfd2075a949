import Alerting
import PromQL
import Testing

/// What an acknowledgement holds back, what ends it, and what is said of it; on a virtual clock.
@Suite("Acknowledgements")
struct AcknowledgementTests {
    static func bench(repeats: Duration = .seconds(60)) throws -> EngineBench {
        try EngineBench(route: HoldTests.route(repeats: repeats))
    }

    /// What happened to acknowledgements.
    static func ends(_ bench: EngineBench) -> [String] {
        bench.events.filter { [.acknowledged, .acknowledgementEnded].contains($0.kind) }
            .map { "\($0.kind.rawValue): \($0.reason ?? "")" }
    }

    @Test("it is not repeated, the ledger says why once, and the resolve comes and names it", arguments: [false, true])
    func holdsBackRepeats(restarts: Bool) throws {
        var bench = try Self.bench()
        bench.seconds(10, 0.85)
        #expect(bench.told == ["fired(warning)"])
        let made = try bench.acknowledge([HoldTests.pool("web")], for: .seconds(3600))
        #expect(made.count == 1 && bench.store.acknowledgements == made)
        bench.seconds(100, 0.85)
        if restarts { bench.restart() }
        bench.seconds(200, 0.85)
        #expect(bench.told == ["fired(warning)"])
        let reasons = bench.reasons(.withheld)
        #expect(reasons.count == 1 && reasons[0].contains("not repeated: acknowledged until"), "\(reasons)")
        #expect(reasons[0].contains("by ann: on it"))
        bench.seconds(10, 0.5)
        #expect(bench.told == ["fired(warning)", "resolved(warning)"])
        let resolve = try #require(bench.attempts.last?.message.alerts.first)
        #expect(resolve.acknowledgement?.by == "ann" && resolve.acknowledgement?.comment == "on it")
        #expect(Self.ends(bench).count == 2 && Self.ends(bench)[1] == "acknowledgement_ended: resolved; by ann: on it")
        #expect(bench.store.acknowledgements.isEmpty && bench.store.alerts.isEmpty)
    }

    @Test("a service that escalates by itself is told, once, that all of a group is acknowledged", arguments: [0, 1])
    func told(restart: Int) throws {
        let restarts = restart > 0
        var bench = try Self.bench(repeats: .seconds(3600))
        bench.reload { configuration in
            configuration.route = Route(
                id: "{}", receiver: "ops", groupWait: .seconds(2), groupInterval: .seconds(10),
                repeatInterval: .seconds(3600))
            configuration.policies = configuration.policies.map {
                DestinationPolicy(destination: $0.destination, tellsAcknowledgements: true)
            }
        }
        func occasions() -> [Notification.Occasion] {
            bench.attempts.filter { $0.message.destination == EngineBench.ops }.map(\.message.occasion)
        }
        let both = ["web": 0.85, "api": 0.85]
        for _ in 0..<10 { bench.second(both) }
        let first = occasions()
        try bench.acknowledge([HoldTests.pool("web")], for: .seconds(600))
        for _ in 0..<10 { bench.second(both) }
        #expect(occasions() == first, "nobody looks after the other one")
        try bench.acknowledge([HoldTests.pool("api")], for: .seconds(600))
        if restarts { bench.restart() }
        for _ in 0..<10 { bench.second(both) }
        #expect(occasions() == first + [.acknowledgement])
        #expect(bench.attempts.last?.message.isAcknowledged == true)
        if restarts { bench.restart() }
        for _ in 0..<100 { bench.second(both) }
        #expect(occasions() == first + [.acknowledgement], "once")
        // It rises: that ends the acknowledgement, and a new one is told again.
        for _ in 0..<10 { bench.second(["web": 0.97, "api": 0.85]) }
        try bench.acknowledge([HoldTests.pool("web")], for: .seconds(600))
        for _ in 0..<10 { bench.second(["web": 0.97, "api": 0.85]) }
        #expect(occasions() == first + [.acknowledgement, .change, .acknowledgement])
        #expect(bench.ledger.contains { $0.reason.contains("that it is acknowledged: 2 unchanged") })
    }

    @Test("a silence that ends while somebody looks after it says nothing, and has no other alert repeated")
    func silenceEnds() throws {
        var bench = try Self.bench(repeats: .seconds(3600))
        let both = ["web": 0.85, "api": 0.85]
        for _ in 0..<10 { bench.second(both) }
        let first = bench.attempts.count
        try bench.silence([HoldTests.pool("web")], for: .seconds(20))
        for _ in 0..<5 { bench.second(both) }
        try bench.acknowledge([HoldTests.pool("web")], for: .seconds(600))
        for _ in 0..<60 { bench.second(both) }
        #expect(bench.attempts.count == first, "\(bench.attempts.map(\.message.note))")
        // Without the acknowledgement it is told.
        try bench.unacknowledge([HoldTests.pool("web")])
        for _ in 0..<10 { bench.second(both) }
        let count = bench.attempts.count
        try bench.silence([HoldTests.pool("web")], for: .seconds(20))
        for _ in 0..<60 { bench.second(both) }
        #expect(bench.attempts.count == count + 1)
        #expect(bench.attempts.last?.message.note?.contains("has ended, and this still fires") == true)
    }

    @Test("it ends in the second in which its time is over, and that is told", arguments: [false, true])
    func expires(restarts: Bool) throws {
        var bench = try Self.bench(repeats: .seconds(3600))
        bench.seconds(10, 0.85)
        try bench.acknowledge([HoldTests.pool("web")], for: .seconds(100))
        let end = bench.now + .seconds(100)
        bench.seconds(50, 0.85)
        if restarts { bench.restart() }
        bench.seconds(60, 0.85)
        #expect(bench.told == ["fired(warning)", "unchanged(warning)"])
        #expect(bench.attempts[1].at == end)
        #expect(
            bench.attempts[1].message.note == "The acknowledgement by ann: on it has ended, and this still fires.")
        #expect(bench.attempts[1].message.alerts[0].acknowledgement == nil)
        #expect(Self.ends(bench).last == "acknowledgement_ended: expired; by ann: on it")
        // One that ended while nothing ran is told at the start.
        try bench.acknowledge([HoldTests.pool("web")], for: .seconds(100))
        bench.restart(after: .seconds(300))
        bench.seconds(5, 0.85)
        #expect(bench.told.count == 3 && bench.store.acknowledgements.isEmpty)
    }

    @Test("a rise ends it and pages; after a fall the same level ends it again")
    func rises() throws {
        var bench = try Self.bench()
        bench.seconds(10, 0.85)
        try bench.acknowledge([HoldTests.pool("web")], for: .seconds(3600))
        bench.seconds(10, 0.97)
        #expect(bench.told == ["fired(warning)", "raised(critical)"])
        #expect(Self.ends(bench).last == "acknowledgement_ended: its level rose to critical; by ann: on it")
        try bench.acknowledge([HoldTests.pool("web")], for: .seconds(3600))
        bench.seconds(30, 0.85)
        #expect(bench.told.last == "lowered(warning)" && bench.store.acknowledgements.first?.level == .warning)
        #expect(bench.attempts.last?.message.alerts.first?.acknowledgement?.by == "ann")
        bench.seconds(10, 0.97)
        #expect(bench.told.last == "raised(critical)" && bench.store.acknowledgements.isEmpty)
    }

    @Test("taken back: told at once, and repeated as before")
    func withdrawn() throws {
        var bench = try Self.bench(repeats: .seconds(100))
        bench.seconds(10, 0.85)
        try bench.acknowledge([HoldTests.pool("web")], for: .seconds(3600))
        bench.seconds(300, 0.85)
        try bench.unacknowledge([HoldTests.pool("web")])
        bench.seconds(1, 0.85)
        #expect(bench.told == ["fired(warning)", "unchanged(warning)"])
        #expect(Self.ends(bench).last == "acknowledgement_ended: withdrawn by bob; by ann: on it")
        bench.seconds(100, 0.85)
        #expect(bench.told.count == 3)
        #expect(throws: AcknowledgementProblem.self) { try bench.unacknowledge([HoldTests.pool("web")]) }
    }

    @Test("of a group only what is acknowledged is left out of the repeat; a new alert is not acknowledged")
    func groups() throws {
        var bench = try EngineBench(
            route: Route(
                id: "{}", receiver: "ops", groupWait: .seconds(2), groupInterval: .seconds(10),
                repeatInterval: .seconds(60)))
        HoldTests.seconds(&bench, 10, ["a": 0.85, "b": 0.85])
        try bench.acknowledge([HoldTests.pool("a")], for: .seconds(3600))
        HoldTests.seconds(&bench, 60, ["a": 0.85, "b": 0.85])
        #expect(HoldTests.told(bench, "a") == ["fired"] && HoldTests.told(bench, "b") == ["fired", "unchanged"])
        try bench.acknowledge(group: "{}:{}", for: .seconds(3600))
        HoldTests.seconds(&bench, 200, ["a": 0.85, "b": 0.85])
        #expect(HoldTests.told(bench, "b") == ["fired", "unchanged"])
        // With the news of another the message shows them too, and who looks after them.
        HoldTests.seconds(&bench, 20, ["a": 0.85, "b": 0.85, "c": 0.85])
        let last = try #require(bench.attempts.last?.message)
        #expect(last.alerts.count == 3)
        #expect(Set(last.alerts.filter { $0.acknowledgement != nil }.map(\.labels["pool"])) == ["a", "b"])
        HoldTests.seconds(&bench, 60, ["a": 0.85, "b": 0.85, "c": 0.85])
        #expect(HoldTests.told(bench, "c") == ["fired", "unchanged"])
    }

    @Test("another episode is not acknowledged")
    func nextEpisode() throws {
        var bench = try Self.bench()
        bench.answer = { _ in .retry(reason: "down", retryAfter: nil, mayHaveArrived: false) }
        bench.seconds(10, 0.85)
        try bench.acknowledge([HoldTests.pool("web")], for: .seconds(3600))
        bench.seconds(10, 0.5)
        bench.seconds(10, 0.85)
        #expect(bench.store.acknowledgements.isEmpty)
        #expect(Self.ends(bench).map { $0.prefix(12) }.count == 2)
    }

    @Test("what fires not, or is asked for wrongly, is refused")
    func refused() throws {
        var bench = try Self.bench()
        #expect(throws: AcknowledgementProblem.self) {
            try bench.acknowledge([HoldTests.pool("web")], for: .seconds(10))
        }
        bench.seconds(5, 0.85)
        #expect(throws: AcknowledgementProblem.self) { try bench.acknowledge(for: .seconds(10)) }
        #expect(throws: AcknowledgementProblem.self) {
            try bench.acknowledge([HoldTests.pool("web")], for: .seconds(-10))
        }
        #expect(throws: AcknowledgementProblem.self) { try bench.acknowledge(group: "none", for: .seconds(10)) }
        #expect(Self.ends(bench).isEmpty && bench.store.acknowledgements.isEmpty)
    }
}
