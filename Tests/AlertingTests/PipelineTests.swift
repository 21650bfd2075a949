import Alerting
import PromQL
import Support
import Testing

/// What the model of the pipeline found first, each as a case of its own.
@Suite("Pipeline")
struct PipelineTests {
    private static let timesOut: @Sendable (Notification) -> DeliveryOutcome = { _ in
        .retry(reason: "timed out", retryAfter: .seconds(2), mayHaveArrived: true)
    }
    private static let refuses: @Sendable (Notification) -> DeliveryOutcome = { _ in
        .retry(reason: "refused", retryAfter: .seconds(2), mayHaveArrived: false)
    }
    private static let takes: @Sendable (Notification) -> DeliveryOutcome = { _ in .delivered(answer: "ok") }

    /// Critical goes to another group: of the same receiver, or of another one.
    private static func bench(critical receiver: String) throws -> EngineBench {
        let critical = Route(
            id: "{}/critical", receiver: receiver, matchers: [try Matcher("severity", .equal, "critical")],
            groupWait: .seconds(1), groupInterval: .seconds(5))
        return try EngineBench(
            route: Route(
                id: "{}", receiver: "ops", groupWait: .seconds(1), groupInterval: .seconds(5), routes: [critical]))
    }

    private static func withFallback() throws -> EngineBench {
        try EngineBench(
            route: Route(
                id: "{}", receiver: "ops", groupWait: .seconds(1), groupInterval: .seconds(5), fallback: "spare"))
    }

    private static func told(_ bench: EngineBench, _ destination: Destination) -> [String] {
        bench.attempts.filter { $0.message.destination == destination }.map { attempt in
            attempt.message.alerts.map { "\($0.labels["pool"] ?? ""):\($0.change.rawValue)" }.joined(separator: "+")
        }
    }

    @Test("a message on its way from the alert's former group is not overtaken", arguments: [false, true])
    func overtaking(mayHaveArrived: Bool) throws {
        var bench = try Self.bench(critical: "ops")
        bench.answers = false
        bench.seconds(5, 0.85)
        bench.seconds(5, 0.97)
        #expect(bench.told == ["fired(warning)"])
        bench.answer = mayHaveArrived ? Self.timesOut : Self.refuses
        bench.settleAll()
        bench.answers = true
        bench.answer = Self.takes
        bench.seconds(20, 0.97)
        bench.seconds(20, 0.5)
        #expect(
            bench.told == [
                "fired(warning)", mayHaveArrived ? "fired(warning)" : "fired(critical)",
            ] + (mayHaveArrived ? ["raised(critical)"] : []) + ["resolved(critical)"])
    }

    @Test("an alert that awaits a message and moves back leaves nobody behind in the group that waited with it")
    func movedBack() throws {
        var bench = try Self.bench(critical: "ops")
        bench.answers = false
        for _ in 0..<5 { bench.second(["web": 0.97]) }
        #expect(Self.told(bench, EngineBench.ops) == ["web:fired"])
        // Its level falls, so that it waits in the other group for the message on its way, and another alert with it.
        for _ in 0..<5 { bench.second(["web": 0.85]) }
        for _ in 0..<3 { bench.second(["web": 0.85, "api": 0.85]) }
        #expect(Self.told(bench, EngineBench.ops) == ["web:fired"])
        for _ in 0..<5 { bench.second(["web": 0.97, "api": 0.85]) }
        bench.settleAll()
        bench.answers = true
        for _ in 0..<20 { bench.second(["web": 0.97, "api": 0.85]) }
        #expect(Self.told(bench, EngineBench.ops).contains("api:fired"), "\(Self.told(bench, EngineBench.ops))")
        for _ in 0..<20 { bench.second(["web": 0.5, "api": 0.5]) }
        let told = Self.told(bench, EngineBench.ops)
        #expect(told.filter { $0 == "web:resolved" }.count == 1 && told.filter { $0 == "api:resolved" }.count == 1)
        #expect(bench.store.groups.isEmpty && bench.store.outbox.isEmpty)
    }

    @Test("who was told hears of the end, also where it fired anew and went elsewhere before that could be told")
    func elsewhere() throws {
        var bench = try Self.bench(critical: "spare")
        bench.seconds(5, 0.85)
        bench.answer = Self.refuses
        bench.seconds(4, 0.5)
        bench.seconds(4, 0.97)
        bench.answer = Self.takes
        bench.seconds(20, 0.97)
        bench.seconds(20, 0.5)
        #expect(Self.told(bench, EngineBench.ops).last == "web:resolved")
        #expect(bench.store.groups.isEmpty && bench.store.outbox.isEmpty)
    }

    @Test("a level that falls and rises again before that could be told", arguments: [false, true])
    func levelAndBack(mayHaveArrived: Bool) throws {
        var bench = try EngineBench()
        bench.seconds(8, 0.97)
        bench.answer = mayHaveArrived ? Self.timesOut : Self.refuses
        bench.seconds(20, 0.85)
        let count = bench.told.count
        bench.seconds(10, 0.97)
        bench.answer = Self.takes
        bench.seconds(30, 0.97)
        #expect(bench.told[count - 1] == "lowered(warning)")
        #expect(bench.told.last == (mayHaveArrived ? "raised(critical)" : "lowered(warning)"))
        #expect(bench.store.outbox.isEmpty)
        bench.seconds(20, 0.5)
        #expect(bench.told.last == "resolved(critical)")
    }

    @Test("routes that change twice while the first message is on its way: the end is told all the same")
    func twiceElsewhere() throws {
        var bench = try EngineBench()
        bench.answers = false
        bench.seconds(5, 0.85)
        #expect(bench.told == ["fired(warning)"])
        let times = (wait: Duration.seconds(1), interval: Duration.seconds(5))
        for (id, receiver) in [("{}/second", "ops"), ("{}/third", "spare")] {
            let route = Route(id: id, receiver: receiver, groupWait: times.wait, groupInterval: times.interval)
            bench.reload { $0.route = route }
        }
        bench.answer = Self.takes
        bench.settleAll()
        bench.answers = true
        bench.seconds(10, 0.85)
        bench.seconds(20, 0.5)
        #expect(Self.told(bench, EngineBench.ops) == ["web:fired", "web:resolved"])
        #expect(Self.told(bench, EngineBench.spare) == ["web:fired", "web:resolved"])
    }

    @Test("what is rejected while the fallback has a message on its way is told there after it")
    func fallbackBusy() throws {
        var bench = try Self.withFallback()
        bench.answer = { message in
            message.destination == EngineBench.ops ? .rejected(reason: "404") : Self.timesOut(message)
        }
        for _ in 0..<4 { bench.second(["a": 0.85]) }
        for _ in 0..<10 { bench.second(["a": 0.85, "b": 0.85]) }
        bench.answer = { message in
            message.destination == EngineBench.ops ? .rejected(reason: "404") : .delivered(answer: "ok")
        }
        for _ in 0..<20 { bench.second(["a": 0.85, "b": 0.85]) }
        #expect(Self.told(bench, EngineBench.spare).last?.contains("b:fired") == true)
    }

    @Test("what cleared while the message that is rejected was on its way does not stay on at the fallback")
    func fallbackCleared() throws {
        var bench = try Self.withFallback()
        bench.answers = false
        bench.seconds(4, 0.85)
        bench.seconds(4, 0.5)
        bench.answer = { message in
            message.destination == EngineBench.ops ? .rejected(reason: "404") : .delivered(answer: "ok")
        }
        bench.settleAll()
        bench.answers = true
        bench.seconds(30, 0.5)
        #expect(Self.told(bench, EngineBench.spare) == ["web:passed"])
        #expect(bench.store.groups.isEmpty && bench.store.alerts.isEmpty)
    }

    @Test("what is rejected anew while the fallback has the end of the time before on its way is told there")
    func fallbackAnew() throws {
        var bench = try Self.withFallback()
        bench.answer = { message in
            message.destination == EngineBench.ops ? .rejected(reason: "404") : .delivered(answer: "ok")
        }
        bench.seconds(6, 0.85)
        bench.answer = { message in
            message.destination == EngineBench.ops ? .rejected(reason: "404") : Self.timesOut(message)
        }
        bench.seconds(10, 0.5)
        bench.seconds(20, 0.85)
        bench.answer = { message in
            message.destination == EngineBench.ops ? .rejected(reason: "404") : .delivered(answer: "ok")
        }
        bench.seconds(20, 0.85)
        #expect(Self.told(bench, EngineBench.spare).last == "web:fired")
        bench.seconds(20, 0.5)
        #expect(Self.told(bench, EngineBench.spare).last == "web:resolved")
    }

    @Test("the fallback says nothing while it is silenced, and then with the reason")
    func fallbackSilenced() throws {
        var bench = try Self.withFallback()
        bench.answers = false
        bench.seconds(4, 0.85)
        try bench.silence([try Matcher("pool", .equal, "web")], for: .seconds(20))
        bench.answer = { message in
            message.destination == EngineBench.ops ? .rejected(reason: "404") : .delivered(answer: "ok")
        }
        bench.settleAll()
        bench.answers = true
        bench.seconds(15, 0.85)
        #expect(Self.told(bench, EngineBench.spare).isEmpty)
        bench.seconds(15, 0.85)
        #expect(Self.told(bench, EngineBench.spare) == ["web:fired"])
        #expect(bench.attempts.last?.message.note?.contains("404") == true)
    }

    @Test("rejected after it may have arrived: its end is told")
    func rejectedAfterTimeout() throws {
        var bench = try EngineBench()
        bench.answer = Self.timesOut
        bench.seconds(5, 0.85)
        bench.answer = { _ in .rejected(reason: "410") }
        bench.seconds(5, 0.85)
        bench.answer = Self.takes
        bench.seconds(20, 0.5)
        #expect(bench.told.last == "resolved(warning)")
    }

    @Test("held back from its beginning to its end between two messages of the group: not told")
    func heldForAllOfIt() throws {
        var bench = try EngineBench()
        let rule = InhibitRule(
            sources: [try Matcher("pool", .equal, "c")], targets: [try Matcher("pool", .equal, "b")])
        bench.reload { $0.inhibitRules = [rule] }
        for _ in 0..<5 { bench.second(["a": 0.85, "b": 0.5, "c": 0.5]) }
        for _ in 0..<2 { bench.second(["a": 0.85, "b": 0.85, "c": 0.85]) }
        for _ in 0..<40 { bench.second(["a": 0.85, "b": 0.5, "c": 0.5]) }
        let told = bench.told.count
        #expect(told == 2 && Self.told(bench, EngineBench.ops).allSatisfy { !$0.contains("b:") })
        #expect(bench.reasons(.withheld).contains { $0.contains("fired and cleared while it was held back") })
    }

    @Test("told, moved to a group that has said nothing yet, and over at once: the end is told")
    func movedAndOver() throws {
        var bench = try EngineBench()
        bench.seconds(8, 0.85)
        bench.seconds(1, 0.5)
        bench.reload {
            $0.route = Route(
                id: "{}/other", receiver: "ops", groupWait: .seconds(5), groupInterval: .seconds(10))
        }
        bench.seconds(1, 0.85)
        bench.seconds(1, 0.5)
        bench.seconds(1, 0.85)
        bench.seconds(30, 0.5)
        #expect(bench.store.groups.isEmpty)
        #expect(["passed(warning)", "resolved(warning)"].contains(bench.told.last ?? ""))
    }

    @Test("what began elsewhere and came here while it was silenced is not told here when it is over")
    func cameSilenced() throws {
        var bench = try EngineBench()
        bench.seconds(5, 0.85)
        bench.answer = Self.timesOut
        bench.seconds(12, 0.5)
        let home = bench.configuration.route
        let elsewhere = Route(id: "{}/else", receiver: "spare", groupWait: .seconds(1), groupInterval: .seconds(5))
        bench.reload { $0.route = elsewhere }
        bench.seconds(4, 0.85)
        try bench.silence([HoldTests.pool("web")], for: .seconds(600))
        bench.reload { $0.route = home }
        bench.seconds(4, 0.85)
        bench.seconds(4, 0.5)
        bench.answer = Self.takes
        bench.seconds(60, 0.5)
        #expect(!Self.told(bench, EngineBench.ops).contains { $0.contains("passed") })
        #expect(Self.told(bench, EngineBench.ops).last == "web:resolved")
    }

    @Test("a silence that began after its end does not hold back what was never told")
    func silencedAfterwards() throws {
        var bench = try EngineBench()
        bench.answer = Self.timesOut
        for _ in 0..<5 { bench.second(["a": 0.85, "b": 0.5]) }
        for _ in 0..<5 { bench.second(["a": 0.85, "b": 0.85]) }
        for _ in 0..<5 { bench.second(["a": 0.85, "b": 0.5]) }
        try bench.silence([try Matcher("pool", .equal, "b")], for: .seconds(3600))
        bench.answer = Self.takes
        for _ in 0..<20 { bench.second(["a": 0.85, "b": 0.5]) }
        #expect(Self.told(bench, EngineBench.ops).contains { $0.contains("b:passed") })
    }

    @Test("a rule that comes back before its end was told begins anew")
    func ruleComesBack() throws {
        var bench = try EngineBench()
        bench.seconds(5, 0.97)
        bench.answer = Self.refuses
        let groups = bench.configuration.groups
        bench.reload { $0.groups = [] }
        bench.seconds(5, 0.75)
        bench.reload { $0.groups = groups }
        bench.seconds(5, 0.75)
        bench.answer = Self.takes
        bench.seconds(30, 0.75)
        #expect(bench.told.last == "resolved(critical)")
        #expect(bench.store.alerts.isEmpty)
    }

    @Test("what was moved back and stored is not moved once more by the next start")
    func movedOnce() throws {
        var bench = try EngineBench()
        bench.seconds(5, 0.97)
        let now = bench.now - .seconds(3600)
        var stored = bench.store
        stored.heartbeats = [HeartbeatMark(name: "backup", since: bench.now, lastAt: bench.now)]
        var state = stored
        #expect(state.moveBack(to: now, lastEntry: bench.now) == .seconds(3600))
        stored.apply(state.timed)
        #expect(stored == state)
        #expect(stored.moveBack(to: now, lastEntry: now) == nil)
    }
}
