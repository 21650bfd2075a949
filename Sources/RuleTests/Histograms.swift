import Alerting
import PromQL
import Settings

/// Which checks can't be made, since they depend on series with native histograms, which Tocsin leaves out.
struct Histograms {
    static let reason = "depends on native histograms, which Tocsin does not have"

    private let series: [Labels]
    /// The names of recorded metrics that depend on them.
    private var records: Set<String> = []
    private var alerts: Set<String> = []

    init(_ series: [Labels], groups: [RuleGroup]) {
        self.series = series
        guard !series.isEmpty else { return }
        let entries = groups.flatMap(\.rules)
        var count = -1
        while count != records.count + alerts.count {
            count = records.count + alerts.count
            for entry in entries where concern(entry.expression) {
                switch entry {
                case .alert(let rule): alerts.insert(rule.name)
                case .record(let rule): records.insert(rule.record)
                }
            }
        }
    }

    /// Whether an expression reads one of them, or what is made of one.
    func concern(_ expression: Expression) -> Bool {
        guard !series.isEmpty else { return false }
        return expression.selectors.contains { matchers in
            series.contains { labels in matchers.allSatisfy { $0.matches(labels) } }
                || records.contains { name in
                    matchers.contains { $0.name == Labels.metricName && $0.matches(Labels([Labels.metricName: name])) }
                }
        }
    }

    func concern(alertname: String) -> Bool { alerts.contains(alertname) }
}
