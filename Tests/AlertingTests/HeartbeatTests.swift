import Alerting
import PromQL
import Support
import Testing

/// What must report that it lives, on a virtual clock.
@Suite("Heartbeats that are waited for")
struct HeartbeatTests {
    static let backup = Heartbeat(name: "backup", timeout: .seconds(60), severity: .error, labels: ["team": "db"])

    static func bench(_ heartbeats: [Heartbeat] = [backup]) throws -> EngineBench {
        var bench = try EngineBench(
            route: Route(
                id: "{}", receiver: "ops", groupBy: .labels(["alertname"]), groupWait: .seconds(2),
                groupInterval: .seconds(5), repeatInterval: .seconds(3600)))
        bench.reload { $0.heartbeats = heartbeats }
        return bench
    }

    static func pass(_ bench: inout EngineBench, _ seconds: Int) {
        for _ in 0..<seconds { bench.second([:]) }
    }

    private func state(_ bench: EngineBench) -> HeartbeatStanding.State? {
        bench.engine.heartbeats.standings(at: bench.now).first?.state
    }

    @Test("it comes in time: nothing; it stops: an alert with its level; it comes again: resolved")
    func life() throws {
        var bench = try Self.bench()
        #expect(state(bench) == .pending)
        for _ in 0..<5 {
            Self.pass(&bench, 50)
            let isKnown = bench.beat("backup")
            #expect(isKnown)
            #expect(state(bench) == .alive)
        }
        Self.pass(&bench, 59)
        #expect(bench.events.isEmpty)
        let last = bench.now - .seconds(59)
        Self.pass(&bench, 11)
        #expect(state(bench) == .missing)
        #expect(bench.told == ["fired(error)"])
        let told = try #require(bench.attempts.first?.message.alerts.first)
        #expect(told.labels == ["alertname": "HeartbeatMissing", "heartbeat": "backup", "team": "db"])
        #expect(told.annotations["summary"] == "The heartbeat backup has not come for 1m")
        #expect(bench.events.first?.reason == "it came last at \(last)")
        bench.beat("backup")
        Self.pass(&bench, 10)
        #expect(bench.told == ["fired(error)", "resolved(error)"])
        #expect(bench.store.alerts.isEmpty && bench.store.heartbeats.map(\.name) == ["backup"])
        let isKnown = bench.beat("other")
        #expect(!isKnown)
    }

    @Test("one that has never come is waited for from the first start, also over restarts and reloads")
    func never() throws {
        var bench = try Self.bench()
        Self.pass(&bench, 30)
        bench.restart()
        bench.reload { $0.groups = [] }
        Self.pass(&bench, 25)
        #expect(bench.events.isEmpty)
        // Its 60 seconds are over, and it had as long since the restart.
        Self.pass(&bench, 40)
        #expect(bench.told == ["fired(error)"])
        #expect(bench.events.first?.reason == "it has never come")
        bench.restart()
        Self.pass(&bench, 120)
        #expect(bench.told == ["fired(error)"])
        #expect(state(bench) == .missing)
    }

    @Test("when it came survives a restart; one that is long away waits a little for what could not come meanwhile")
    func restarts() throws {
        let daily = Heartbeat(name: "daily", timeout: .seconds(1_000))
        var bench = try Self.bench([daily])
        bench.beat("daily")
        let start = bench.now
        Self.pass(&bench, 300)
        bench.restart(after: .seconds(100))
        #expect(bench.engine.heartbeats.standings(at: bench.now).first?.lastAt == start)
        Self.pass(&bench, 598)
        #expect(bench.events.isEmpty)
        Self.pass(&bench, 4)
        #expect(bench.events.map(\.kind) == [.fired] && bench.events.first?.at == start + .seconds(1_000))

        var other = try Self.bench([daily])
        other.beat("daily")
        other.restart(after: .seconds(5_000))
        Self.pass(&other, 88)
        #expect(other.events.isEmpty)
        Self.pass(&other, 4)
        #expect(other.events.map(\.kind) == [.fired])
        other.standStill(.seconds(60))
        #expect(other.events.map(\.kind) == [.fired])
    }

    @Test("one that is taken out of the settings resolves and is forgotten")
    func removed() throws {
        var bench = try Self.bench()
        Self.pass(&bench, 70)
        #expect(bench.told == ["fired(error)"])
        bench.reload { $0.heartbeats = [] }
        Self.pass(&bench, 10)
        #expect(bench.told == ["fired(error)", "resolved(error)"])
        #expect(bench.events.last?.reason == "the settings no longer have it")
        let isKnown = bench.beat("backup")
        #expect(bench.store == StoredState() && !isKnown)
        // Under other labels it is another alert; when it came is kept.
        bench.reload { $0.heartbeats = [Self.backup] }
        bench.beat("backup")
        bench.reload { $0.heartbeats = [Heartbeat(name: "backup", timeout: .seconds(20))] }
        Self.pass(&bench, 22)
        let labels = Heartbeat(name: "backup", timeout: .zero).alertLabels
        #expect(bench.engine.rules.alerts.values.map(\.labels) == [labels])
    }
}
