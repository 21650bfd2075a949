import Alerting
import PromQL
import Testing

/// What rules over ranges know after a restart, with and without the samples of before.
@Suite("Samples over a restart")
struct RecordingTests {
    /// Fires above 0.8 on average over five minutes, at once and until at once.
    private func group(expression: String = "avg_over_time(pool_used[5m])", record: String? = nil) throws -> RuleGroup {
        let location = SourceLocation(file: "test.yml", line: 1, column: 1)
        let rule = AlertRule(
            name: "PoolBusy", location: location, expression: try Expression(expression),
            condition: .levels([try MachineTable.level(.warning, "> 0.8", "< 0.7", 0, 0)]))
        var rules: [RuleGroup.Entry] = []
        if let record {
            rules.append(
                .record(
                    RecordingRule(
                        record: record, location: location, expression: try Expression("sum(pool_used)"), labels: [:])))
        }
        return RuleGroup(
            name: "pool", file: "test.yml", interval: .seconds(1), rules: rules + [.alert(rule)])
    }

    @Test("kept samples fill the range at once: what is over by then resolves, and nothing resolves too early")
    func filled() throws {
        var bench = try EngineBench(groups: [try group()])
        bench.seconds(400, 0.9)
        bench.restart(after: .seconds(20))
        // The mean of the range falls below 0.7 after about a minute and a half of these.
        bench.seconds(60, 0.1)
        #expect(bench.told == ["fired(warning)"])
        bench.seconds(60, 0.1)
        #expect(bench.told == ["fired(warning)", "resolved(warning)"])
    }

    @Test("without them it is held until the range is filled anew")
    func held() throws {
        var bench = try EngineBench(groups: [try group()])
        bench.seconds(400, 0.9)
        bench.restart()
        bench.seconds(298, 0.1)
        #expect(bench.told == ["fired(warning)"])
        bench.seconds(20, 0.1)
        #expect(bench.told == ["fired(warning)", "resolved(warning)"])
    }

    @Test("a gap of more than a quarter of the range holds it until the gap has passed by")
    func longGap() throws {
        var bench = try EngineBench(groups: [try group()])
        bench.seconds(400, 0.9)
        bench.restart(after: .seconds(100))
        bench.seconds(200, 0.1)
        #expect(bench.told == ["fired(warning)"])
        bench.seconds(60, 0.1)
        #expect(bench.told == ["fired(warning)", "resolved(warning)"])
    }

    @Test("after a time in which the probe failed it is held as well, while that is more than a quarter of the range")
    func failedProbe() throws {
        var bench = try EngineBench(groups: [try group()])
        bench.seconds(400, 0.9)
        for _ in 0..<280 { bench.second([:], fails: true) }
        bench.seconds(200, 0.1)
        #expect(bench.told == ["fired(warning)"])
        bench.seconds(60, 0.1)
        #expect(bench.told == ["fired(warning)", "resolved(warning)"])
    }

    @Test("a rule that reads a recording rule over a range is held as if it read the range, with and without samples")
    func throughRecordingRule() throws {
        let location = SourceLocation(file: "test.yml", line: 1, column: 1)
        let record = RecordingRule(
            record: "busy", location: location, expression: try Expression("avg_over_time(pool_used[5m])"), labels: [:])
        let rule = AlertRule(
            name: "PoolBusy", location: location, expression: try Expression("busy"),
            condition: .levels([try MachineTable.level(.warning, "> 0.8", "< 0.7", 0, 0)]))
        let group = RuleGroup(
            name: "pool", file: "test.yml", interval: .seconds(1), rules: [.record(record), .alert(rule)])
        for keeps in [true, false] {
            var bench = try EngineBench(groups: [group])
            bench.seconds(400, 0.9)
            if keeps { bench.restart(after: .seconds(1)) } else { bench.restart() }
            bench.seconds(60, 0.1)
            #expect(bench.told == ["fired(warning)"])
            bench.seconds(60, 0.1)
            #expect(bench.told == (keeps ? ["fired(warning)", "resolved(warning)"] : ["fired(warning)"]))
            bench.seconds(190, 0.1)
            #expect(bench.told == ["fired(warning)", "resolved(warning)"])
        }
    }

    @Test("an old value is never taken for a present one")
    func unknownAtFirst() throws {
        var bench = try EngineBench(groups: [
            try EngineBench.poolGroup(), try group(expression: "max_over_time(pool_used[1m]) * 0"),
        ])
        bench.seconds(1, 0.99)
        bench.seconds(5, 0.5)
        bench.seconds(1, 0.99)
        bench.restart(after: .seconds(5))
        // No answer yet: the instant rule must not fire on what was true before.
        for _ in 0..<5 { bench.second([:], fails: true) }
        #expect(bench.engine.rules.alerts.values.allSatisfy { $0.phase != .firing || $0.isStale })
        bench.second(["other": 0.1])
        let now = bench.engine.window.latest(at: bench.now).filter { $0.labels.metric == "pool_used" }
        #expect(now.map { $0.labels["pool"] } == ["other"])
    }

    @Test("what a recording rule gave is kept too")
    func recordingRule() throws {
        var bench = try EngineBench(groups: [
            try group(expression: "avg_over_time(pools:used[5m])", record: "pools:used")
        ])
        bench.seconds(400, 0.9)
        bench.restart(after: .seconds(10))
        bench.seconds(60, 0.1)
        #expect(bench.told == ["fired(warning)"])
        bench.seconds(60, 0.1)
        #expect(bench.told == ["fired(warning)", "resolved(warning)"])
    }

    @Test("samples of a probe that is no more, and of the future, are left out")
    func leftOut() throws {
        let bench = try EngineBench(groups: [try group()])
        var engine = Engine(bench.configuration, startedAt: bench.now)
        func sample(_ at: Timestamp) -> Sample {
            Sample(labels: [Labels.metricName: "pool_used", "pool": "web"], value: 1, at: at)
        }
        let future = bench.now + .seconds(60)
        engine.restore([
            RecordedRound(probe: "pool:gone", at: bench.now, samples: [sample(bench.now - .seconds(9))]),
            RecordedRound(probe: "pool:web", at: future, samples: [sample(future)]),
        ])
        #expect(engine.window.seriesCount == 0)
    }
}
