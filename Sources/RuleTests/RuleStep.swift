import Alerting
import PromQL

/// One rule as promtool evaluates it: alone, in its turn, with its result in the window before the next rule reads it.
///
/// The rule is a `RuleBook` of one, so that the agent's own evaluation and state machine are what is tested.
struct RuleStep {
    private var book: RuleBook
    private let entry: RuleGroup.Entry

    init(
        _ entry: RuleGroup.Entry, of group: RuleGroup, test: (externalLabels: Labels, externalURL: String),
        start: Timestamp
    ) {
        self.entry = entry
        let alone = RuleGroup(
            name: group.name, file: group.file, interval: group.interval, rules: [entry], limit: group.limit)
        book = RuleBook(
            groups: [alone], alerts: [], externalLabels: test.externalLabels, externalURL: test.externalURL,
            startedAt: start - group.interval)
        book.limits.subqueryStep = group.interval
    }

    /// The alert's name; nil for a recording rule.
    var alertname: String? {
        switch entry {
        case .alert(let rule): rule.name
        case .record: nil
        }
    }

    /// The alert's name, or the recorded metric's.
    var name: String { entry.name }
    var location: SourceLocation { entry.location }

    /// The alerts that fire, in no order.
    var firing: [Alert] { book.alerts.values.filter(\.phase.isFiring) }

    /// Evaluates the rule.
    ///
    /// - Returns: why that failed; nil where it did not.
    mutating func evaluate(at now: Timestamp, window: inout SampleWindow) -> String? {
        _ = book.evaluateDue(at: now, probes: ProbeBook(), window: &window)
        return book.health(ofGroup: 0).first?.last?.error
    }
}
