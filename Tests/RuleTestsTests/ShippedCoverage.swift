import Alerting
import PromQL
import Settings

/// What the tests of the shipped rules show of each alerting rule.
struct ShippedCoverage {
    private var fired: Set<String> = []
    private var levels: Set<String> = []
    private var deadBands: Set<String> = []
    private var restarted: Set<String> = []
    private var stale: Set<String> = []
    private var over: Set<String> = []
    private var told: Set<String> = []

    private let rules: [AlertRule]

    init(of rules: [AlertRule]) {
        self.rules = rules
    }

    /// Takes over what one entry of `tests` shows.
    mutating func add(_ test: RuleTestGroup) {
        var window: SampleWindow?
        for expectation in test.stateTests {
            let name = expectation.alertname
            for alert in expectation.alerts {
                if alert.phase == .firing { fired.insert(name) }
                if alert.phase == .firing, let level = alert.level { levels.insert("\(name) \(level)") }
                if alert.isStale == true { stale.insert(name) }
                // What began before a restart must still be there after it.
                if alert.phase == .firing,
                    test.restarts.contains(where: {
                        $0.at < expectation.evalTime && wasOn(name, before: $0.at, in: test)
                    })
                {
                    restarted.insert(name)
                }
                guard alert.phase == .firing, alert.isStale != true, let level = alert.level,
                    let rule = rules.first(where: { $0.name == name })
                else { continue }
                // The value that the test states; else that of the rule's own expression over the test's series, which
                // knows nothing of recording rules.
                if let value = alert.value, Self.isInDeadBand(rule, level, value) {
                    deadBands.insert("\(name) \(level)")
                    continue
                }
                if window == nil { window = Self.window(of: test) }
                if let window, isInDeadBand(rule, level, at: test.start + expectation.evalTime, in: window) {
                    deadBands.insert("\(name) \(level)")
                }
            }
            if expectation.alerts.isEmpty && wasOn(name, before: expectation.evalTime, in: test) { over.insert(name) }
        }
        for expectation in test.notificationTests {
            for name in Set(expectation.told.map(\.alertname)) {
                let changes = Set(expectation.told.filter { $0.alertname == name }.map(\.change))
                if changes.isSuperset(of: [.fired, .resolved]) { told.insert(name) }
            }
        }
    }

    private func wasOn(_ name: String, before time: Duration, in test: RuleTestGroup) -> Bool {
        test.stateTests.contains { expectation in
            expectation.alertname == name && expectation.evalTime < time
                && expectation.alerts.contains { $0.phase == .firing }
        }
    }

    /// The test's series as they come; what comes later than a question changes no answer.
    private static func window(of test: RuleTestGroup) -> SampleWindow {
        var window = SampleWindow(retention: .seconds(1_000_000_000))
        for series in test.series {
            var time = test.start
            for value in series.values {
                if case .number(let number) = value {
                    window.append(Sample(labels: series.labels, value: number, at: time))
                }
                time = time + test.interval
            }
        }
        return window
    }

    private func isInDeadBand(_ rule: AlertRule, _ level: Severity, at time: Timestamp, in window: SampleWindow) -> Bool
    {
        guard case .vector(let elements)? = try? rule.expression.evaluate(at: time, in: window) else { return false }
        return elements.contains { Self.isInDeadBand(rule, level, $0.value) }
    }

    private static func isInDeadBand(_ rule: AlertRule, _ level: Severity, _ value: Double) -> Bool {
        guard case .levels(let levels) = rule.condition, let own = levels.first(where: { $0.level == level })
        else { return false }
        return !value.isNaN && !own.raise.holds(value) && !own.clear.holds(value)
    }

    /// What no test shows, one sentence for each rule and thing.
    var gaps: [String] {
        var gaps: [String] = []
        for rule in rules {
            let name = rule.name
            if !fired.contains(name) { gaps.append("\(name) never fires") }
            if !restarted.contains(name) { gaps.append("\(name) is not seen after a restart") }
            if !stale.contains(name) { gaps.append("\(name) never lacks data") }
            if !over.contains(name) { gaps.append("\(name) is never over") }
            if !told.contains(name) { gaps.append("\(name): nobody is told that it fired and resolved") }
            guard case .levels(let own) = rule.condition else { continue }
            for level in own {
                if !levels.contains("\(name) \(level.level)") { gaps.append("\(name) never reaches \(level.level)") }
                let hasDeadBand = !level.raise.negation.implies(level.clear)
                if hasDeadBand && !deadBands.contains("\(name) \(level.level)") {
                    gaps.append("\(name) is not seen in the dead band of \(level.level)")
                }
            }
        }
        return gaps
    }
}
