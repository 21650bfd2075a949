import Alerting
import PromQL
import Support
import Testing

/// What is held back, why, and what is told once the hold ends; on a virtual clock.
@Suite("Holds")
struct HoldTests {
    /// The bench begins on Monday, the 12th of January 1970, at 13:46:40 UTC.
    static let morning = RecurringTime(name: "until-50", spans: [.init(minutes: [13 * 60 + 40..<13 * 60 + 50])])
    static let end = Timestamp(milliseconds: 1_000_000_000 + 200_000)

    static func route(_ below: Route? = nil, repeats: Duration = .seconds(3600)) -> Route {
        Route(
            id: "{}", receiver: "ops", groupBy: .labels(["pool"]), groupWait: .seconds(2),
            groupInterval: .seconds(10), repeatInterval: repeats, routes: below.map { [$0] } ?? [])
    }

    static func bench(repeats: Duration = .seconds(3600)) throws -> EngineBench {
        var bench = try EngineBench(route: route(repeats: repeats))
        let rule = InhibitRule(sources: [try pool("a")], targets: [try pool("b")])
        bench.reload { $0.inhibitRules = [rule] }
        return bench
    }

    static func bench(mute: [String], active: [String], repeats: Duration = .seconds(3600)) throws -> EngineBench {
        let child = Route(
            id: "{}/{}", receiver: "ops", groupBy: .labels(["pool"]), groupWait: .seconds(2),
            groupInterval: .seconds(10), repeatInterval: repeats, muteIntervals: mute, activeIntervals: active)
        var bench = try EngineBench(route: route(child))
        bench.reload { $0.intervals = [morning] }
        return bench
    }

    static func pool(_ name: String) throws -> Matcher { try Matcher("pool", .equal, name) }

    /// What was told of a pool.
    static func told(_ bench: EngineBench, _ pool: String) -> [String] {
        bench.attempts.flatMap { attempt in
            attempt.message.alerts.filter { $0.labels["pool"] == pool }.map(\.change.rawValue)
        }
    }

    static func seconds(_ bench: inout EngineBench, _ count: Int, _ values: [String: Double]) {
        for _ in 0..<count { bench.second(values) }
    }

    // MARK: Inhibited

    @Test("inhibited before it was told: nothing, the reason in the ledger, and told once the other is over")
    func inhibited() throws {
        var bench = try Self.bench()
        Self.seconds(&bench, 30, ["a": 0.85, "b": 0.85])
        #expect(Self.told(bench, "a") == ["fired"] && Self.told(bench, "b") == [])
        let reasons = bench.reasons(.withheld)
        #expect(reasons.count == 1, "\(reasons)")
        #expect(reasons.first?.contains("inhibited by the alert") == true)
        #expect(reasons.first?.contains(#"{pool="a"} inhibits {pool="b"}"#) == true)
        Self.seconds(&bench, 3, ["a": 0.5, "b": 0.85])
        #expect(Self.told(bench, "b") == [])
        Self.seconds(&bench, 4, ["a": 0.5, "b": 0.85])
        #expect(Self.told(bench, "b") == ["fired"])
    }

    @Test("what ends with its cause, within group_wait, is not told")
    func inhibitedAndOver() throws {
        var bench = try Self.bench()
        Self.seconds(&bench, 30, ["a": 0.85, "b": 0.85])
        Self.seconds(&bench, 1, ["a": 0.5, "b": 0.85])
        Self.seconds(&bench, 60, ["a": 0.5, "b": 0.5])
        #expect(Self.told(bench, "a") == ["fired", "resolved"] && Self.told(bench, "b") == [])
        #expect(bench.reasons(.withheld).last?.contains("fired and cleared while it was held back") == true)
        #expect(bench.store.groups.isEmpty && bench.store.alerts.isEmpty)
    }

    @Test("inhibited after it was told: no repeat, and its resolve comes all the same")
    func inhibitedLater() throws {
        var bench = try Self.bench(repeats: .seconds(60))
        Self.seconds(&bench, 20, ["a": 0.5, "b": 0.85])
        #expect(Self.told(bench, "b") == ["fired"])
        Self.seconds(&bench, 200, ["a": 0.85, "b": 0.85])
        #expect(Self.told(bench, "b") == ["fired"])
        Self.seconds(&bench, 30, ["a": 0.85, "b": 0.5])
        #expect(Self.told(bench, "b") == ["fired", "resolved"])
    }

    @Test("a rise while inhibited is told when the hold ends, also over a restart")
    func raisedWhileHeld() throws {
        var bench = try Self.bench()
        Self.seconds(&bench, 20, ["a": 0.5, "b": 0.85])
        Self.seconds(&bench, 20, ["a": 0.85, "b": 0.85])
        Self.seconds(&bench, 20, ["a": 0.85, "b": 0.97])
        bench.restart()
        Self.seconds(&bench, 20, ["a": 0.85, "b": 0.97])
        #expect(Self.told(bench, "b") == ["fired"])
        Self.seconds(&bench, 20, ["a": 0.5, "b": 0.97])
        #expect(Self.told(bench, "b") == ["fired", "raised"])
    }

    @Test("equal labels must be equal, none inhibits itself, and two that match both sides don't inhibit each other")
    func inhibitionRules() throws {
        let any = try Matcher("pool", .matches, ".+")
        var bench = try Self.bench()
        bench.reload { $0.inhibitRules = [InhibitRule(sources: [any], targets: [any])] }
        Self.seconds(&bench, 10, ["a": 0.85, "b": 0.85])
        #expect(Self.told(bench, "a") == ["fired"] && Self.told(bench, "b") == ["fired"])

        var other = try Self.bench()
        let rule = InhibitRule(sources: [try Self.pool("a")], targets: [try Self.pool("b")], equal: ["pool"])
        other.reload { $0.inhibitRules = [rule] }
        Self.seconds(&other, 10, ["a": 0.85, "b": 0.85])
        #expect(Self.told(other, "b") == ["fired"])
        let same = InhibitRule(
            sources: [try Self.pool("a")], targets: [try Self.pool("b")], equal: ["alertname", "nowhere"])
        other.reload { $0.inhibitRules = [same] }
        Self.seconds(&other, 10, ["a": 0.85, "b": 0.5])
        Self.seconds(&other, 30, ["a": 0.85, "b": 0.85])
        #expect(Self.told(other, "b") == ["fired", "resolved"])
    }

    @Test("levels decide: a critical inhibits a warning of another pool, and no longer once it has fallen")
    func inhibitedByLevel() throws {
        var bench = try Self.bench()
        let rule = InhibitRule(
            sources: [try Matcher("severity", .equal, "critical")],
            targets: [try Matcher("severity", .equal, "warning")],
            equal: ["alertname"])
        bench.reload { $0.inhibitRules = [rule] }
        Self.seconds(&bench, 20, ["a": 0.97, "b": 0.85])
        #expect(Self.told(bench, "b") == [])
        Self.seconds(&bench, 20, ["a": 0.85, "b": 0.85])
        #expect(Self.told(bench, "b") == ["fired"])
    }

    // MARK: Muted and not active

    @Test("muted: told in the moment in which the interval ends", arguments: [false, true])
    func muted(restarts: Bool) throws {
        var bench = try Self.bench(mute: ["until-50"], active: [])
        bench.seconds(100, 0.85)
        if restarts { bench.restart() }
        bench.seconds(95, 0.85)
        #expect(bench.told.isEmpty)
        #expect(bench.reasons(.withheld).first?.contains("muted: it is the time of `until-50`") == true)
        #expect(bench.engine.planner.nextDue == Self.end)
        bench.seconds(10, 0.85)
        #expect(bench.told == ["fired(warning)"] && bench.attempts.first?.at == Self.end)
    }

    @Test("fired and cleared while muted: never told; a resolve of what was told is")
    func mutedAndOver() throws {
        var bench = try Self.bench(mute: ["until-50"], active: [])
        bench.seconds(20, 0.85)
        bench.seconds(300, 0.5)
        #expect(bench.told.isEmpty && bench.store.groups.isEmpty)

        var other = try Self.bench(mute: [], active: [])
        other.seconds(20, 0.85)
        other.reload { [old = other.configuration.route] configuration in
            let child = old.routes[0]
            configuration.route = Self.route(
                Route(
                    id: child.id, receiver: "ops", groupBy: child.groupBy, groupWait: .seconds(2),
                    groupInterval: .seconds(10), muteIntervals: ["until-50"]))
        }
        other.seconds(20, 0.97)
        #expect(other.told == ["fired(warning)"])
        other.seconds(20, 0.5)
        #expect(other.told == ["fired(warning)", "resolved(critical)"])
    }

    @Test("a repeat that came due while muted is sent in the moment in which the interval ends, once")
    func mutedRepeat() throws {
        var bench = try Self.bench(mute: [], active: [], repeats: .seconds(60))
        bench.seconds(20, 0.85)
        let child = Route(
            id: "{}/{}", receiver: "ops", groupBy: .labels(["pool"]), groupWait: .seconds(2),
            groupInterval: .seconds(10), repeatInterval: .seconds(60), muteIntervals: ["until-50"])
        bench.reload { $0.route = Self.route(child) }
        bench.seconds(220, 0.85)
        #expect(bench.told == ["fired(warning)", "unchanged(warning)"])
        #expect(bench.attempts.last?.at == Self.end && bench.attempts.last?.message.occasion == .reminder)
        #expect(bench.attempts.last?.message.note == nil)
    }

    @Test("not active: silent outside of the interval, with the reason")
    func notActive() throws {
        let later = RecurringTime(name: "later", spans: [.init(minutes: [13 * 60 + 50..<14 * 60])])
        var bench = try Self.bench(mute: [], active: ["later"])
        bench.reload { $0.intervals = [later] }
        bench.seconds(190, 0.85)
        #expect(bench.told.isEmpty)
        #expect(bench.reasons(.withheld).first?.contains("not active: the route speaks only in `later`") == true)
        bench.seconds(20, 0.85)
        #expect(bench.attempts.first?.at == Self.end)
    }

    // MARK: Silenced

    @Test(
        "silenced before it was told: told with a note in the moment in which the silence ends",
        arguments: [false, true])
    func silenced(restarts: Bool) throws {
        var bench = try Self.bench()
        try bench.silence([try Self.pool("web")], for: .seconds(60))
        let end = bench.now + .seconds(60)
        bench.seconds(20, 0.85)
        if restarts { bench.restart() }
        bench.seconds(39, 0.85)
        #expect(bench.told.isEmpty)
        #expect(bench.reasons(.withheld).first?.contains("by ann: planned work") == true)
        bench.seconds(5, 0.85)
        #expect(bench.told == ["fired(warning)"] && bench.attempts.first?.at == end)
        #expect(bench.attempts.first?.message.note?.contains("The silence by ann: planned work has ended") == true)
        #expect(bench.events.filter { $0.rule == "silence" }.map(\.kind) == [.silenceBegan, .silenceEnded])
    }

    @Test("silenced after it was told: it is said again, with a note, when the silence ends; a resolve is told at once")
    func silencedLater() throws {
        var bench = try Self.bench(repeats: .seconds(60))
        bench.seconds(20, 0.85)
        try bench.silence([try Self.pool("web")], for: .seconds(200))
        bench.seconds(190, 0.85)
        #expect(bench.told == ["fired(warning)"])
        bench.seconds(12, 0.85)
        #expect(bench.told == ["fired(warning)", "unchanged(warning)"])
        #expect(bench.attempts.last?.message.occasion == .reminder)
        #expect(bench.attempts.last?.message.note?.contains("has ended, and this still fires") == true)
        try bench.silence([try Self.pool("web")], for: .seconds(200))
        bench.seconds(30, 0.5)
        #expect(bench.told.last == "resolved(warning)")
    }

    @Test("a silence ends early, is prolonged, begins later, and one follows another")
    func silenceLife() throws {
        var bench = try Self.bench()
        let first = try bench.silence([try Self.pool("web")], for: .seconds(600))
        bench.seconds(20, 0.85)
        #expect(try bench.silence([try Self.pool("web")], for: .seconds(30), changing: first) == first)
        bench.seconds(25, 0.85)
        let second = try bench.silence([try Self.pool("web")], for: .seconds(600), after: .seconds(2))
        bench.seconds(60, 0.85)
        #expect(bench.told.isEmpty, "the second silence took over")
        #expect(throws: SilenceProblem.isOver(first)) { try bench.expire(first) }
        #expect(throws: SilenceProblem.notFound("nothing")) { try bench.expire("nothing") }
        try bench.expire(second)
        bench.seconds(1, 0.85)
        #expect(bench.told == ["fired(warning)"])
        #expect(bench.engine.planner.silences.all[second]?.state(at: bench.now) == .expired)
        let third = try bench.silence([try Self.pool("web")], for: .seconds(30), changing: second)
        #expect(third != second)
        bench.seconds(6, 0.85)
        try bench.silence([try Self.pool("other")], for: .seconds(30), changing: third)
        bench.seconds(2, 0.85)
        #expect(bench.told.last == "unchanged(warning)", "other matchers end the old silence")
    }

    @Test("a silence that ended while nothing ran is noticed at the start")
    func endedWhileDown() throws {
        var bench = try Self.bench()
        try bench.silence([try Self.pool("web")], for: .seconds(60))
        bench.seconds(20, 0.85)
        bench.restart(after: .seconds(120))
        bench.seconds(5, 0.85)
        #expect(bench.told == ["fired(warning)"])
        #expect(bench.attempts.first?.message.note?.contains("has ended") == true)
        #expect(bench.events.filter { $0.kind == .silenceEnded }.count == 1)
        bench.restart(after: SilenceBook.kept)
        bench.seconds(2, 0.5)
        #expect(bench.store.silences.isEmpty && bench.engine.planner.silences.all.isEmpty)
    }

    @Test("a message that has not left when the silence begins is taken back")
    func takenBack() throws {
        var bench = try Self.bench()
        bench.answer = { _ in .retry(reason: "refused", retryAfter: .seconds(15), mayHaveArrived: false) }
        bench.seconds(10, 0.85)
        #expect(bench.store.outbox.count == 1)
        try bench.silence([try Self.pool("web")], for: .seconds(60))
        bench.answer = { _ in .delivered(answer: "ok") }
        bench.seconds(1, 0.85)
        #expect(bench.store.outbox.isEmpty)
        #expect(bench.reasons(.withheld).contains { $0.contains("held back now, and had not left yet") })
        bench.seconds(62, 0.85)
        #expect(bench.reasons(.delivered).count == 1)
    }

    @Test("a message under way when the silence ends does not lose what follows")
    func endsInFlight() throws {
        var bench = try Self.bench()
        bench.seconds(10, 0.85)
        bench.answer = { _ in .retry(reason: "timed out", retryAfter: .seconds(30), mayHaveArrived: true) }
        bench.seconds(10, 0.97)
        try bench.silence([try Self.pool("web")], for: .seconds(10))
        bench.answer = { _ in .delivered(answer: "ok") }
        bench.seconds(60, 0.97)
        #expect(bench.told.last == "raised(critical)" || bench.told.last == "unchanged(critical)", "\(bench.told)")
        bench.seconds(30, 0.5)
        #expect(bench.told.last == "resolved(critical)")
        #expect(bench.store.groups.isEmpty)
    }

    @Test("a silence of one level: the rise above it is told at once, and says why")
    func risesAboveSilence() throws {
        var bench = try EngineBench()
        try bench.silence([try Matcher("severity", .equal, "warning")], for: .seconds(600))
        bench.seconds(20, 0.85)
        #expect(bench.told.isEmpty)
        bench.seconds(5, 0.97)
        #expect(bench.told == ["fired(critical)"])
        #expect(bench.attempts.first?.message.note == "The silence by ann: planned work no longer matches this.")
        bench.seconds(5, 0.85)
        #expect(bench.told == ["fired(critical)"])
        bench.seconds(20, 0.5)
        #expect(bench.told.last == "resolved(critical)" || bench.told.last == "resolved(warning)")
    }

    @Test("what is silenced does not stand in the others' messages")
    func leftOut() throws {
        var bench = try EngineBench()
        try bench.silence([try Self.pool("b")], for: .seconds(600))
        for _ in 0..<20 { bench.second(["a": 0.85, "b": 0.85]) }
        #expect(bench.told == ["fired(warning)"])
    }

    @Test("what can't be silenced, and why")
    func wrongSilences() throws {
        var bench = try Self.bench()
        let empty = try Matcher("pool", .matches, ".*")
        #expect(throws: SilenceProblem.self) { try bench.silence([], for: .seconds(1)) }
        #expect(throws: SilenceProblem.self) { try bench.silence([empty], for: .seconds(1)) }
        #expect(throws: SilenceProblem.self) { try bench.silence([try Self.pool("a")], for: .seconds(-1)) }
        #expect(throws: SilenceProblem.self) {
            try bench.silence([try Self.pool("a")], for: .seconds(10), after: .seconds(-60))
        }
        #expect(throws: SilenceProblem.notFound("x")) {
            try bench.silence([try Self.pool("a")], for: .seconds(10), changing: "x")
        }
        for _ in 0..<SilenceBook.mostOpen { try bench.silence([try Self.pool("a")], for: .seconds(10)) }
        #expect(throws: SilenceProblem.tooMany(SilenceBook.mostOpen)) {
            try bench.silence([try Self.pool("a")], for: .seconds(10))
        }
    }

    // MARK: All together

    @Test("random lives with silences and inhibition: a resolve for exactly what was announced", arguments: 0..<150)
    func random(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        var bench = try Self.bench()
        var silences: [String] = []
        for _ in 0..<100 {
            switch random.next() % 14 {
            case 0: bench.restart()
            case 1: bench.answer = { _ in .retry(reason: "refused", retryAfter: .seconds(1), mayHaveArrived: false) }
            case 2, 3: bench.answer = { _ in .delivered(answer: "ok") }
            case 4:
                silences.append(try bench.silence([try Self.pool("b")], for: .seconds(Int(random.next() % 30) + 1)))
            case 5: if let last = silences.popLast() { try? bench.expire(last) }
            case 6: bench.reload { _ in }
            default:
                let values = [0.5, 0.75, 0.85, 0.97]
                let (a, b) = (values[Int(random.next() % 4)], values[Int(random.next() % 4)])
                Self.seconds(&bench, Int(random.next() % 5) + 1, ["a": a, "b": b])
            }
        }
        bench.answer = { _ in .delivered(answer: "ok") }
        Self.seconds(&bench, 60, ["a": 0.5, "b": 0.85])
        let last = bench.attemptsDelivered.last { $0.alerts.contains { $0.labels["pool"] == "b" } }
        let isTold = last?.alerts.contains { $0.labels["pool"] == "b" && $0.isFiring }
        #expect(isTold == true, "nothing holds it back, and it was not announced")
        Self.seconds(&bench, 120, ["a": 0.5, "b": 0.5])
        for pool in ["a", "b"] {
            var isOn = false
            for alert in bench.attemptsDelivered.flatMap(\.alerts) where alert.labels["pool"] == pool {
                if !alert.meanwhile.isEmpty { isOn = false }
                switch alert.change {
                case .fired:
                    #expect(!isOn, "announced twice")
                    isOn = true
                case .raised, .lowered, .unchanged, .flapping, .steady: #expect(isOn)
                case .resolved:
                    #expect(isOn, "resolved without having been announced")
                    isOn = false
                case .passed: #expect(!isOn, "fired and cleared while it was on")
                }
            }
            #expect(!isOn, "announced and never resolved")
        }
        #expect(bench.store.groups.isEmpty && bench.store.outbox.isEmpty)
    }
}
