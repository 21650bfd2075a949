package import PromQL

/// Rules that are evaluated together, in order, at one time.
package struct RuleGroup: Sendable {
    package enum Entry: Sendable {
        case alert(AlertRule)
        case record(RecordingRule)

        /// The alert's name, or the recorded metric's.
        package var name: String {
            switch self {
            case .alert(let rule): rule.name
            case .record(let rule): rule.record
            }
        }

        package var expression: Expression {
            switch self {
            case .alert(let rule): rule.expression
            case .record(let rule): rule.expression
            }
        }

        package var location: SourceLocation {
            switch self {
            case .alert(let rule): rule.location
            case .record(let rule): rule.location
            }
        }
    }

    package let name: String
    package let file: String
    /// The longest gap between two evaluations; a new sample of a series that the group reads wakes it sooner.
    package let interval: Duration
    package let rules: [Entry]
    /// The most alerts or series that one rule may give; 0 for no limit, as in Prometheus.
    package let limit: Int

    package init(name: String, file: String, interval: Duration, rules: [Entry], limit: Int = 0) {
        self.name = name
        self.file = file
        self.interval = interval
        self.rules = rules
        self.limit = limit
    }
}

/// A rule whose result is kept as series of a new name.
package struct RecordingRule: Sendable {
    package let record: String
    package let location: SourceLocation
    package let expression: Expression
    package let labels: [String: String]

    package init(record: String, location: SourceLocation, expression: Expression, labels: [String: String]) {
        self.record = record
        self.location = location
        self.expression = expression
        self.labels = labels
    }
}
