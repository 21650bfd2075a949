import PromQL
import Synchronization
import Templates
import Testing

@testable import Alerting

/// What rules make of values that are there though their inputs are unknown, and what their texts see.
@Suite("Rule book")
struct RuleBookTests {
    private static let start = Timestamp(milliseconds: 1_000_000_000)
    private static let place = SourceLocation(file: "test.yml", line: 1, column: 1)

    /// An engine's bench whose only rules are these, over the gauge `pool_used` of the pool `web`.
    private static func bench(_ rules: [RuleGroup.Entry]) throws -> EngineBench {
        var bench = try EngineBench()
        bench.reload {
            $0.groups = [RuleGroup(name: "g", file: "test.yml", interval: .seconds(1), rules: rules)]
        }
        return bench
    }

    @Test(
        "after a restart an alert over what a recording rule makes of a range is held until the range is filled again")
    func restartThroughRecording() throws {
        let record = RecordingRule(
            record: "pool:max", location: Self.place, expression: try Expression("max_over_time(pool_used[1m])"),
            labels: [:])
        let again = RecordingRule(
            record: "pool:max:again", location: Self.place, expression: try Expression("{__name__=~\"pool:max\"} * 1"),
            labels: [:])
        let alert = AlertRule(
            name: "High", location: Self.place, expression: try Expression("pool:max:again > 0.8"),
            condition: .presence(holdFor: .zero, keepFiringFor: .zero))
        var bench = try Self.bench([.record(record), .record(again), .alert(alert)])
        bench.seconds(5, 0.9)
        bench.seconds(5, 0.5)
        bench.restart()
        bench.seconds(55, 0.5)
        #expect(bench.engine.rules.alerts.values.map(\.phase) == [.firing])
        #expect(bench.engine.rules.alerts.values.first?.isStale == true)
        #expect(bench.told == ["fired(-)"])
        bench.seconds(20, 0.5)
        #expect(bench.told == ["fired(-)", "resolved(-)"])
    }

    @Test("a pending alert over a range keeps its time through a restart, and is dropped once the range says otherwise")
    func pendingOverARange() throws {
        let alert = AlertRule(
            name: "High", location: Self.place, expression: try Expression("max_over_time(pool_used[1m])"),
            condition: .levels([try MachineTable.level(.warning, "> 0.8", "< 0.7", 20, 0)]), noData: .alert)
        var bench = try Self.bench([.alert(alert)])
        bench.seconds(5, 0.9)
        bench.seconds(5, 0.5)
        bench.restart()
        bench.seconds(10, 0.5)
        #expect(bench.engine.rules.alerts.values.map(\.phase) == [.pending])
        // Ten seconds were counted before the restart, so that fifteen more are enough.
        bench.seconds(15, 0.9)
        #expect(bench.engine.rules.alerts.values.map(\.phase) == [.firing])

        var other = try Self.bench([.alert(alert)])
        other.seconds(10, 0.9)
        other.restart()
        other.seconds(70, 0.5)
        #expect(other.engine.rules.alerts.values.map(\.phase) == [.inactive] && other.told.isEmpty)
    }

    @Test("recording rules in a circle end, and one without a range adds its group's interval")
    func pasts() throws {
        func record(_ name: String, _ text: String) throws -> RuleGroup.Entry {
            .record(
                RecordingRule(record: name, location: Self.place, expression: try Expression(text), labels: [:]))
        }
        func alert(_ name: String, _ text: String) throws -> AlertRule {
            AlertRule(
                name: name, location: Self.place, expression: try Expression(text),
                condition: .presence(holdFor: .zero, keepFiringFor: .zero))
        }
        let (round, plain, direct) = (
            try alert("Round", "a > 5"), try alert("Plain", "delta(c[1m]) > 5"), try alert("Direct", "x > 5")
        )
        let pasts = RulePasts([
            RuleGroup(
                name: "g", file: "f", interval: .seconds(15),
                rules: [
                    try record("a", "b + rate(x[5m])"), try record("b", "a offset 1m"), try record("c", "sum(x)"),
                    .alert(round), .alert(plain), .alert(direct),
                ])
        ])
        let furthest = [round, plain, direct].map { pasts[$0].map(\.range).max() ?? .zero }
        #expect(furthest[0] >= .seconds(315) && furthest[0] < .seconds(600))
        #expect(furthest[1] == .seconds(75))
        #expect(furthest[2] == .zero)
    }

    /// Moves on by ten milliseconds each time that it is looked at.
    private static func stepping() -> @Sendable () -> Duration {
        let looks = Mutex(0)
        return {
            looks.withLock { looks in
                looks += 1
                return .milliseconds(10 * looks)
            }
        }
    }

    @Test("a rule that takes too long, or reads too much, fails alone and says so")
    func bounded() throws {
        let endless = AlertRule(
            name: "Endless", location: Self.place, expression: try Expression("count_over_time(vector(1)[1d:1ms]) > 0"),
            condition: .presence(holdFor: .zero, keepFiringFor: .zero))
        let plain = AlertRule(
            name: "Plain", location: Self.place, expression: try Expression("vector(1)"),
            condition: .presence(holdFor: .zero, keepFiringFor: .zero))
        var window = SampleWindow(retention: .seconds(300))
        func book(interval: Duration) -> RuleBook {
            RuleBook(
                groups: [RuleGroup(name: "g", file: "f", interval: interval, rules: [.alert(endless), .alert(plain)])],
                alerts: [], startedAt: Self.start)
        }
        for (interval, said) in [(Duration.seconds(15), "longer than 5s"), (.milliseconds(50), "longer than 1s")] {
            var book = book(interval: interval)
            book.stopwatch = Self.stepping()
            _ = book.evaluateDue(at: Self.start + interval, probes: ProbeBook(), window: &window)
            #expect(book.health(ofGroup: 0)[0].last?.error?.contains(said) == true)
            #expect(book.health(ofGroup: 0)[1].last?.error == nil && book.alerts.count == 1)
            // What others evaluate with the book's limits has no deadline.
            #expect(book.limits.isCancelled == nil)
        }
        // One that overruns again and again rests: the others lose a tenth of their time at most.
        var tired = book(interval: .seconds(15))
        tired.stopwatch = Self.stepping()
        func evaluations(after seconds: Int) -> [Int] {
            _ = tired.evaluateDue(at: Self.start + .seconds(seconds), probes: ProbeBook(), window: &window)
            return tired.health(ofGroup: 0).map(\.recent.count)
        }
        #expect(evaluations(after: 15) == [1, 1])
        #expect(evaluations(after: 30) == [2, 2])
        #expect(evaluations(after: 45) == [2, 3])
        #expect(evaluations(after: 60) == [2, 4])
        #expect(tired.failing == 1)
        #expect(evaluations(after: 80) == [3, 5])

        var greedy = book(interval: .seconds(15))
        greedy.limits.maxSamples = 1_000
        _ = greedy.evaluateDue(at: Self.start + .seconds(15), probes: ProbeBook(), window: &window)
        #expect(greedy.health(ofGroup: 0)[0].last?.error?.contains("more than 1000 samples") == true)
        #expect(greedy.alerts.count == 1)
    }

    private static func engine(_ rule: AlertRule) -> Engine {
        Engine(
            Engine.Configuration(
                groups: [RuleGroup(name: "g", file: "test.yml", interval: .seconds(15), rules: [.alert(rule)])],
                route: Route(id: "{}", receiver: "ops"), policies: [], probes: []), startedAt: start)
    }

    private static func round(
        _ engine: inout Engine, _ seconds: Int, _ samples: [(labels: Labels, value: Double)], fails: Bool = false
    ) {
        let now = start + .seconds(seconds)
        engine.ingest(
            ProbeBatch(
                probe: "p", targetLabels: [:], at: now, duration: .zero,
                outcome: fails ? .failure(reason: "dns", message: "no such host") : .success,
                samples: samples.map { Sample(labels: $0.labels, value: $0.value, at: now) }), at: now)
        _ = engine.advance(to: now, sending: 0)
    }

    @Test("a range that empties while its probe fails clears nothing")
    func rangeWithoutRounds() throws {
        var engine = Self.engine(
            AlertRule(
                name: "Errors", location: Self.place, expression: try Expression("increase(errors_total[5m])"),
                condition: .levels([try MachineTable.level(.warning, "> 0", "<= 0", 0, 15)])))
        let series: Labels = [Labels.metricName: "errors_total"]
        for step in 0..<10 { Self.round(&engine, step * 15, [(series, step < 5 ? 0 : 1)]) }
        for step in 10..<60 { Self.round(&engine, step * 15, [], fails: true) }
        let held = try #require(engine.rules.alerts.values.first)
        #expect(held.phase == .firing)
        #expect(held.isStale)
        for step in 60..<90 { Self.round(&engine, step * 15, [(series, 1)]) }
        let isOver = engine.rules.alerts.values.allSatisfy { !$0.isOn }
        #expect(isOver)
    }

    @Test("a sum that lacks an unknown part clears nothing, and raises all the same")
    func sumWithoutAPart() throws {
        var engine = Self.engine(
            AlertRule(
                name: "Full", location: Self.place, expression: try Expression("sum(used)"),
                condition: .levels([try MachineTable.level(.warning, "> 10", "<= 10", 0, 0)])))
        let (one, other): (Labels, Labels) = (
            [Labels.metricName: "used", "pool": "a"], [Labels.metricName: "used", "pool": "b"]
        )
        Self.round(&engine, 0, [(one, 6), (other, 6)])
        Self.round(&engine, 15, [(one, 6)], fails: true)
        #expect(engine.rules.alerts.values.first?.phase == .firing)
        #expect(engine.rules.alerts.values.first?.isStale == true)
        Self.round(&engine, 30, [(one, 20)], fails: true)
        #expect(engine.rules.alerts.values.first?.isStale == false)
        Self.round(&engine, 45, [(one, 6)])
        #expect(engine.rules.alerts.values.first?.isOn != true)
    }

    @Test("in Prometheus's form texts see the labels of the result, and NaN is active")
    func prometheusForm() throws {
        var engine = Self.engine(
            AlertRule(
                name: "Up", location: Self.place, expression: try Expression("up"),
                condition: .presence(holdFor: .zero, keepFiringFor: .zero),
                labels: ["team": try Template("{{ $labels.job }}-team")],
                annotations: ["text": try Template("{{ $labels.__name__ }} {{ $labels.team }}|{{ $value }}")]))
        Self.round(&engine, 0, [([Labels.metricName: "up", "job": "db"], .nan)])
        let alert = try #require(engine.rules.alerts.values.first)
        #expect(alert.phase == .firing)
        #expect(alert.labels == ["alertname": "Up", "job": "db", "team": "db-team"])
        #expect(alert.annotations == ["text": "up |NaN"])
    }
}
