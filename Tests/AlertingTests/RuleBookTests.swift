import Alerting
import PromQL
import Templates
import Testing

/// What rules make of values that are there though their inputs are unknown, and what their texts see.
@Suite("Rule book")
struct RuleBookTests {
    private static let start = Timestamp(milliseconds: 1_000_000_000)
    private static let place = SourceLocation(file: "test.yml", line: 1, column: 1)

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
