import Alerting
import PromQL
import Settings

/// Compares the alerts that fire with an entry of `alert_rule_test`.
enum AlertCheck {
    /// An alert as promtool looks at it.
    struct Fired {
        let labels: [String: String]
        let annotations: [String: String]

        init(_ alert: Alert) {
            labels = alert.routedLabels.dictionary
            annotations = alert.annotations
        }
    }

    /// What is wrong; nil where nothing is.
    ///
    /// - Parameter alerts: all alerts of the name that fire.
    static func failure(_ expectation: AlertExpectation, alerts: [Alert]) -> RuleTestReport.Failure? {
        let expected = expectation.alerts.map { one in
            (
                labels: one.labels.merging(["alertname": expectation.alertname]) { _, name in name },
                annotations: one.annotations
            )
        }
        let found = alerts.sorted { $0.labels < $1.labels }.map(Fired.init)
        let difference = Difference(expected, found) {
            $0.labels == $1.labels && $0.annotations == $1.annotations
        }
        guard !difference.isEmpty else { return nil }
        let lines = difference.lines(
            expected: { [Shown.labels($0.labels)] + Shown.annotations($0.annotations) },
            found: { [Shown.labels($0.labels)] + Shown.annotations($0.annotations) })
        return RuleTestReport.Failure(
            location: expectation.location,
            title: "alerts of \(expectation.alertname) that fire at \(expectation.evalTime.promQL)", difference: lines)
    }
}
