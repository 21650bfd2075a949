import Alerting
import PromQL
import Settings

/// Compares alerts with an entry of `alert_state_test`.
enum StateCheck {
    /// What is wrong; nil where nothing is.
    ///
    /// - Parameter alerts: all alerts of the name. Those that are well, or over, count only where they are asked for.
    static func failure(_ expectation: StateExpectation, alerts: [Alert]) -> RuleTestReport.Failure? {
        let found = alerts.sorted { $0.labels < $1.labels }.filter { alert in
            switch alert.phase {
            case .pending, .firing, .recovering: true
            case .inactive, .resolved:
                alert.isOn || expectation.alerts.contains { $0.phase == alert.phase && matches($0, alert) }
            }
        }
        let difference = Difference(expectation.alerts, found) { matches($0, $1) }
        guard !difference.isEmpty else { return nil }
        return RuleTestReport.Failure(
            location: expectation.location,
            title: "alerts of \(expectation.alertname) at \(expectation.evalTime.promQL)",
            difference: difference.lines(
                expected: { [shown($0)] + Shown.annotations($0.annotations ?? [:]) },
                found: { alert in
                    let compares = expectation.alerts.contains { $0.annotations != nil }
                    return [shown(alert)] + (compares ? Shown.annotations(alert.annotations) : [])
                }))
    }

    private static func matches(_ expected: StateExpectation.Expected, _ alert: Alert) -> Bool {
        func agrees<Value: Equatable>(_ wanted: Value?, _ own: Value?) -> Bool { wanted == nil || wanted == own }
        return expected.labels.allSatisfy { alert.labels[$0.key] ?? "" == $0.value }
            && (expected.annotations ?? [:]).allSatisfy { alert.annotations[$0.key] == $0.value }
            && agrees(expected.phase, alert.phase)
            && agrees(expected.level, alert.level) && agrees(expected.value, alert.value)
            && agrees(expected.isStale, alert.isStale) && agrees(expected.hasNoData, alert.hasNoData)
            && agrees(expected.isFlapping, alert.isFlapping)
    }

    private static func shown(_ expected: StateExpectation.Expected) -> String {
        shown(
            labels: expected.labels, phase: expected.phase, level: expected.level, value: expected.value,
            flags: [("stale", expected.isStale), ("no_data", expected.hasNoData), ("flapping", expected.isFlapping)])
    }

    private static func shown(_ alert: Alert) -> String {
        shown(
            labels: alert.labels.dropping(["alertname"]).dictionary, phase: alert.phase,
            level: alert.level, value: alert.value,
            flags: [("stale", alert.isStale), ("no_data", alert.hasNoData), ("flapping", alert.isFlapping)])
    }

    private static func shown(
        labels: [String: String], phase: Alert.Phase?, level: Severity?, value: Double?, flags: [(String, Bool?)]
    ) -> String {
        var parts = [Shown.labels(labels)]
        if let phase { parts.append("state: \(phase.rawValue)") }
        if let level { parts.append("level: \(level)") }
        if let value { parts.append("value: \(Shown.number(value))") }
        for (name, flag) in flags {
            if let flag { parts.append("\(name): \(flag)") }
        }
        return parts.joined(separator: ", ")
    }
}
