import Alerting
import PromQL
import Support
import Testing

/// Alerts that others send: on a virtual clock, beside the agent's own.
@Suite("Alerts of others")
struct ReceivedAlertTests {
    static let labels: Labels = ["alertname": "DiskFull", "host": "a", "severity": "warning"]

    /// A bench without a rule that anything comes from.
    static func bench() throws -> EngineBench {
        try EngineBench(
            route: Route(
                id: "{}", receiver: "ops", groupBy: .labels(["alertname"]), groupWait: .seconds(2),
                groupInterval: .seconds(5), repeatInterval: .seconds(86_400)))
    }

    /// An alert as it is sent now.
    static func alert(
        _ bench: EngineBench, _ labels: Labels = labels, since: Duration = .zero, lasts: Duration = .seconds(60),
        isAssumed: Bool = false, summary: String = "full"
    ) -> ReceivedAlert {
        ReceivedAlert(
            labels: labels, annotations: ["summary": summary], startsAt: bench.now - since, endsAt: bench.now + lasts,
            isEndAssumed: isAssumed, generatorURL: "http://sender/graph")
    }

    static func pass(_ bench: inout EngineBench, _ seconds: Int) {
        for _ in 0..<seconds { bench.second([:]) }
    }

    private func only(_ bench: EngineBench) throws -> Alert {
        try #require(bench.engine.rules.alerts.values.first { $0.received != nil })
    }

    @Test("one that is sent is announced once and resolved when its sender says so, with the times it was sent with")
    func life() throws {
        var bench = try Self.bench()
        bench.receive([Self.alert(bench, since: .seconds(30))])
        let begin = bench.now - .seconds(30)
        Self.pass(&bench, 20)
        #expect(bench.told == ["fired(-)"])
        let told = try #require(bench.attempts.first?.message.alerts.first)
        #expect(told.startedAt == begin && told.labels == Self.labels && told.generatorURL == "http://sender/graph")
        #expect(told.annotations["summary"] == "full")
        // Sent again every 20 s: nothing to say.
        for _ in 0..<10 {
            bench.receive([Self.alert(bench, since: .seconds(30))])
            Self.pass(&bench, 20)
        }
        #expect(bench.told == ["fired(-)"])
        let end = bench.now - .seconds(1)
        bench.receive([ReceivedAlert(labels: Self.labels, startsAt: begin, endsAt: end)])
        Self.pass(&bench, 20)
        #expect(bench.told == ["fired(-)", "resolved(-)"])
        #expect(bench.attempts.last?.message.alerts.first?.endedAt == end)
        #expect(bench.events.map(\.kind) == [.fired, .resolved])
        #expect(bench.events.last?.reason == "its sender says that it is over")
        #expect(bench.engine.rules.alerts.isEmpty && bench.store == StoredState())
    }

    @Test(
        "its end passes: resolved at that moment, said why, whether it was named or assumed", arguments: [false, true])
    func endPasses(isAssumed: Bool) throws {
        var bench = try Self.bench()
        bench.receive([Self.alert(bench, lasts: .seconds(30), isAssumed: isAssumed)])
        let end = bench.now + .seconds(30)
        Self.pass(&bench, 29)
        #expect(bench.events.map(\.kind) == [.fired])
        Self.pass(&bench, 11)
        #expect(bench.told == ["fired(-)", "resolved(-)"])
        #expect(bench.events.last?.at == end)
        #expect(bench.events.last?.reason?.contains(isAssumed ? "resolve_timeout" : "named has passed") == true)
    }

    @Test("an end that was named outlasts an earlier one that follows; an assumed one does not; annotations change")
    func merging() throws {
        var bench = try Self.bench()
        bench.receive([Self.alert(bench, lasts: .seconds(100))])
        let (start, named) = (bench.now, bench.now + .seconds(100))
        Self.pass(&bench, 10)
        bench.receive([Self.alert(bench, lasts: .seconds(20), summary: "fuller")])
        #expect(try only(bench).received?.endsAt == named && only(bench).firingSince == start)
        #expect(try only(bench).annotations == ["summary": "fuller"])
        #expect(bench.store.alerts.first?.annotations == ["summary": "fuller"])
        var other = try Self.bench()
        other.receive([Self.alert(other, lasts: .seconds(100), isAssumed: true)])
        Self.pass(&other, 10)
        other.receive([Self.alert(other, lasts: .seconds(20))])
        #expect(try only(other).received?.endsAt == other.now + .seconds(20))
    }

    @Test("the end of what was never sent is no news; a second beginning is told as one")
    func edges() throws {
        var bench = try Self.bench()
        bench.receive([ReceivedAlert(labels: Self.labels, startsAt: bench.now, endsAt: bench.now)])
        Self.pass(&bench, 5)
        #expect(bench.events.isEmpty && bench.store == StoredState())
        for _ in 0..<2 {
            bench.receive([Self.alert(bench, lasts: .seconds(10))])
            Self.pass(&bench, 30)
        }
        #expect(bench.told == ["fired(-)", "resolved(-)", "fired(-)", "resolved(-)"])
    }

    @Test("neither a reload nor a failing probe touches it; a restart waits for its sender, and loses nothing")
    func untouched() throws {
        var bench = try Self.bench()
        bench.receive([Self.alert(bench, lasts: .seconds(600))])
        Self.pass(&bench, 10)
        bench.reload { $0.groups = [] }
        for _ in 0..<20 { bench.second([:], fails: true) }
        bench.standStill(.seconds(60))
        #expect(bench.events.map(\.kind) == [.fired] && bench.told == ["fired(-)"])
        // Away for so long that its end has passed: the sender could not repeat it.
        bench.restart(after: .seconds(3_000))
        Self.pass(&bench, 60)
        #expect(bench.events.map(\.kind) == [.fired])
        bench.receive([Self.alert(bench, lasts: .seconds(120))])
        Self.pass(&bench, 100)
        #expect(bench.events.map(\.kind) == [.fired] && bench.told == ["fired(-)"])
        // And one whose sender is gone ends all the same.
        bench.restart(after: .seconds(3_000))
        Self.pass(&bench, 89)
        #expect(bench.events.map(\.kind) == [.fired])
        Self.pass(&bench, 10)
        #expect(bench.told == ["fired(-)", "resolved(-)"])
        #expect(bench.store == StoredState())
    }

    @Test("held back like the agent's own: silenced, inhibited by one of another sender, and inhibiting")
    func held() throws {
        var bench = try Self.bench()
        bench.reload {
            $0.inhibitRules = [
                InhibitRule(
                    sources: (try? Matcher("alertname", .equal, "HostDown")).map { [$0] } ?? [],
                    targets: (try? Matcher("alertname", .equal, "DiskFull")).map { [$0] } ?? [], equal: ["host"])
            ]
        }
        bench.receive([
            Self.alert(bench, ["alertname": "HostDown", "host": "a"], lasts: .seconds(20)),
            Self.alert(bench, lasts: .seconds(600)), Self.alert(bench, Self.labels.setting("host", "b")),
        ])
        try bench.silence([try Matcher("host", .equal, "b")], for: .seconds(300))
        Self.pass(&bench, 15)
        #expect(bench.attempts.flatMap { $0.message.alerts.map(\.rule) } == ["HostDown"])
        #expect(bench.reasons(.withheld).count == 2)
        Self.pass(&bench, 20)
        #expect(
            Set(bench.attempts.flatMap { $0.message.alerts.map { "\($0.rule) \($0.change)" } })
                == ["HostDown fired", "HostDown resolved", "DiskFull fired"])
        #expect(bench.attempts.count == 3)
    }

    @Test("with the labels of a rule's alert: the rule's stands, whoever came first")
    func ofRules() throws {
        let labels: Labels = ["alertname": "PoolHigh", "pool": "web"]
        var bench = try Self.bench()
        bench.seconds(10, 0.85)
        #expect(bench.receive([Self.alert(bench, labels)]) == 1)
        bench.receive([ReceivedAlert(labels: labels, startsAt: bench.now, endsAt: bench.now)])
        bench.seconds(10, 0.85)
        #expect(bench.told == ["fired(warning)"] && bench.engine.rules.receivedCount == 0)

        var other = try Self.bench()
        other.receive([Self.alert(other, labels)])
        Self.pass(&other, 10)
        #expect(other.told == ["fired(-)"])
        other.seconds(10, 0.97)
        #expect(other.told == ["fired(-)", "raised(critical)"])
        #expect(other.engine.rules.receivedCount == 0)
        other.restart()
        other.seconds(60, 0.5)
        #expect(other.told == ["fired(-)", "raised(critical)", "resolved(critical)"])
        // The rule is done with it: the sender may have it again.
        #expect(other.receive([Self.alert(other, labels)]) == 0)
        #expect(other.engine.rules.receivedCount == 1)
    }

    @Test("a crash in a storm loses nothing, though a large group is not written for each member")
    func storm() throws {
        var bench = try Self.bench()
        for batch in 0..<9 {
            bench.receive(
                (0..<50).map {
                    Self.alert(bench, Self.labels.setting("host", "\(batch * 50 + $0)"), lasts: .seconds(600))
                })
        }
        #expect(bench.store.groups.first.map { $0.members.count < 450 } == true, "or this shows nothing")
        let due = bench.store.groups.first?.dueAt
        bench.restart()
        #expect(bench.engine.planner.groups.values.map(\.members.count) == [450])
        #expect(bench.engine.planner.groups.values.first?.dueAt == due)
        Self.pass(&bench, 10)
        #expect(bench.attempts.map(\.message.alerts.count) == [450])
        // They end in batches; a crash follows before anybody hears of it.
        for batch in 0..<9 {
            bench.receive(
                (0..<50).map {
                    ReceivedAlert(
                        labels: Self.labels.setting("host", "\(batch * 50 + $0)"), startsAt: bench.now,
                        endsAt: bench.now)
                })
        }
        bench.restart()
        Self.pass(&bench, 10)
        #expect(bench.attempts.count == 2)
        #expect(bench.attempts.last?.message.alerts.allSatisfy { $0.change == .resolved } == true)
        #expect(bench.attempts.last?.message.alerts.count == 450)
        #expect(bench.store == StoredState())
    }

    @Test("ten thousand in batches take no more than in proportion")
    func many() throws {
        func take(_ count: Int) throws -> Duration {
            let bench = try Self.bench()
            var engine = Engine(bench.configuration, startedAt: bench.now)
            let began = ContinuousClock.now
            for start in stride(from: 0, to: count, by: 100) {
                let sent = (start..<start + 100).map { Self.alert(bench, Self.labels.setting("host", "\($0)")) }
                #expect(engine.receive(sent, at: bench.now) == 0)
                _ = engine.advance(to: bench.now, sending: 10)
                _ = engine.takeRecords()
            }
            #expect(engine.rules.receivedCount == count)
            return ContinuousClock.now - began
        }
        _ = try take(1_000)
        let (few, many) = (try take(2_000), try take(8_000))
        // Four times as many: sixteen times as long would be quadratic.
        #expect(many < few * 10, "\(few) for 2,000, \(many) for 8,000")
    }
}
