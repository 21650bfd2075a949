import Alerting
import PromQL
import Settings

/// What a test expects of the engine, and when.
struct EngineChecks {
    private let test: RuleTestGroup
    private let expressions: ExpressionCheck
    private let histograms: Histograms

    init(_ test: RuleTestGroup, of file: RuleTestFile, groups: [RuleGroup]) {
        self.test = test
        expressions = ExpressionCheck(step: file.evaluationInterval, comparesFuzzily: file.comparesFuzzily)
        histograms = Histograms(test.skippedSeries, groups: groups)
    }

    /// The times to look at, from the start of the test.
    var times: [Duration] {
        test.alertTests.map(\.evalTime) + test.expressionTests.map(\.evalTime) + test.stateTests.map(\.evalTime)
    }

    /// Looks at what is expected now.
    func run(at now: Timestamp, engine: Engine, into result: inout RuleTestReport.Group) {
        let elapsed = now - test.start
        for expectation in test.alertTests where expectation.evalTime == elapsed {
            guard !histograms.concern(alertname: expectation.alertname) else {
                result.skips.append(Histograms.reason)
                continue
            }
            let firing = engine.rules.alerts.values.filter {
                $0.rule == expectation.alertname && $0.phase.isFiring
            }
            result.note(AlertCheck.failure(expectation, alerts: firing))
        }
        for expectation in test.stateTests where expectation.evalTime == elapsed {
            let alerts = engine.rules.alerts.values.filter { $0.rule == expectation.alertname }
            result.note(StateCheck.failure(expectation, alerts: alerts))
        }
        for expectation in test.expressionTests where expectation.evalTime == elapsed {
            guard !expectation.expectsHistogram, !histograms.concern(expectation.expression) else {
                result.skips.append(Histograms.reason)
                continue
            }
            result.note(expressions.failure(expectation, start: test.start, in: engine.window))
        }
    }

    /// Compares what was told with what is expected.
    func compare(_ messages: [(at: Timestamp, message: Notification)], into result: inout RuleTestReport.Group) {
        let told = messages.flatMap { NotificationCheck.told($0.message, at: $0.at - test.start) }
        for expectation in test.notificationTests {
            result.note(NotificationCheck.failure(expectation, told: told))
        }
    }
}

extension RuleTestReport.Group {
    /// Counts a check.
    mutating func note(_ failure: RuleTestReport.Failure?) {
        if let failure { failures.append(failure) } else { passed += 1 }
    }
}
