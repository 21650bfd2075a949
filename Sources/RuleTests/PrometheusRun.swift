import Alerting
import PromQL
import Settings

/// Runs one entry of `tests` as promtool does: every rule at every `evaluation_interval` from the start to the last
/// `eval_time`, then the expressions.
struct PrometheusRun {
    private let test: RuleTestGroup
    private let step: Duration
    private let expressions: ExpressionCheck
    private let histograms: Histograms
    private var steps: [RuleStep] = []
    private var cursors: [InputCursor]
    /// Nothing is dropped from it while the test runs.
    private var window = SampleWindow(retention: .seconds(9_000_000_000_000))
    private var result: RuleTestReport.Group

    init(_ test: RuleTestGroup, of file: RuleTestFile, groups: [RuleGroup]) {
        self.test = test
        step = file.evaluationInterval
        expressions = ExpressionCheck(step: step, comparesFuzzily: file.comparesFuzzily)
        histograms = Histograms(test.skippedSeries, groups: groups)
        cursors = test.series.map { InputCursor($0, start: test.start, interval: test.interval) }
        result = RuleTestReport.Group(test)
        for group in groups.map({ $0.every(file.evaluationInterval) }) {
            steps += group.rules.map {
                RuleStep($0, of: group, test: (test.externalLabels, test.externalURL), start: test.start)
            }
        }
    }

    mutating func run() -> RuleTestReport.Group {
        if let excess {
            result.failures.append(excess)
            return result
        }
        var waiting = test.alertTests.sorted { $0.evalTime < $1.evalTime }[...]
        var elapsed = Duration.zero
        while elapsed <= test.end {
            let now = test.start + elapsed
            load(through: now)
            guard evaluate(at: now, elapsed: elapsed) else { return result }
            // What is asked between two evaluations is answered by the earlier one.
            while let next = waiting.first, next.evalTime < elapsed + step {
                check(next)
                waiting.removeFirst()
            }
            elapsed += step
        }
        for expectation in test.expressionTests {
            guard !expectation.expectsHistogram, !histograms.concern(expectation.expression) else {
                result.skips.append(Histograms.reason)
                continue
            }
            result.note(expressions.failure(expectation, start: test.start, in: window))
        }
        return result
    }

    /// Why the test would take too long or too much memory; nil where it would not.
    private var excess: RuleTestReport.Failure? {
        let evaluations = test.end.milliseconds / max(1, step.milliseconds) + 1
        let (total, overflows) = evaluations.multipliedReportingOverflow(by: Int64(max(1, steps.count)))
        if overflows || total > RuleTestRunner.mostEvaluations {
            return RuleTestReport.Failure(
                location: test.location, title: "the test is too long",
                difference: [
                    "\(steps.count) rules every \(step.promQL) until \(test.end.promQL) are more than "
                        + "\(RuleTestRunner.mostEvaluations) evaluations; lengthen `evaluation_interval`"
                ])
        }
        let perSeries = test.end.milliseconds / max(1, test.interval.milliseconds) + 1
        let samples = test.series.reduce(0) { $0 + min($1.values.count, Int(perSeries)) }
        guard samples > RuleTestRunner.mostSamples else { return nil }
        return RuleTestReport.Failure(
            location: test.location, title: "the test is too large",
            difference: ["\(samples) samples are more than \(RuleTestRunner.mostSamples); lengthen `interval`"])
    }

    /// As in promtool, what comes after the last evaluation is never seen.
    private mutating func load(through now: Timestamp) {
        for index in cursors.indices {
            while let (time, value) = cursors[index].pop(through: now) {
                switch value {
                case .number(let number):
                    window.append(Sample(labels: cursors[index].labels, value: number, at: time))
                case .stale: window.append(Sample(labels: cursors[index].labels, value: StaleMarker.value, at: time))
                case .missing, .failed: break
                }
            }
        }
    }

    /// - Returns: false where a rule failed, which ends the test.
    private mutating func evaluate(at now: Timestamp, elapsed: Duration) -> Bool {
        let before = result.failures.count
        for index in steps.indices {
            guard let error = steps[index].evaluate(at: now, window: &window) else { continue }
            result.failures.append(
                RuleTestReport.Failure(
                    location: steps[index].location, title: "the rule \(steps[index].name) at \(elapsed.promQL)",
                    difference: ["it can't be evaluated: \(error)"]))
        }
        return result.failures.count == before
    }

    private mutating func check(_ expectation: AlertExpectation) {
        guard !histograms.concern(alertname: expectation.alertname) else {
            result.skips.append(Histograms.reason)
            return
        }
        let firing = steps.filter { $0.alertname == expectation.alertname }.flatMap(\.firing)
        result.note(AlertCheck.failure(expectation, alerts: firing))
    }

}

extension RuleGroup {
    /// The group with another interval.
    fileprivate func every(_ interval: Duration) -> RuleGroup {
        RuleGroup(name: name, file: file, interval: interval, rules: rules, limit: limit)
    }
}
