package import Alerting
package import PromQL

/// A file of rule tests in promtool's form, with Tocsin's additions.
///
/// promtool's form: https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/
package struct RuleTestFile: Sendable {
    package let path: String
    /// The rule files that its patterns mean, relative ones seen from the file's folder.
    package var ruleFiles: [String] = []
    /// How often rules are evaluated; a minute by default.
    package var evaluationInterval = Duration.seconds(60)
    /// Groups in the order in which they are evaluated; groups that are not named come first.
    package var groupOrder: [String] = []
    /// Whether numbers may differ by the last bit.
    package var isFuzzy = false
    package var groups: [Group] = []
    /// What is wrong or deserves a word, in the file's order.
    package var problems: [SettingsProblem] = []

    /// An entry of `tests`.
    package struct Group: Sendable {
        package let location: SourceLocation
        /// Empty where it has none.
        package var name = ""
        /// Between the values of the series.
        package var interval: Duration
        /// When the first value stands and the first evaluation is.
        package var start = Timestamp(milliseconds: 0)
        package var series: [InputSeries] = []
        package var expressions: [ExpressionTest] = []
        package var alerts: [AlertTest] = []
        package var states: [StateTest] = []
        package var notifications: [NotificationTest] = []
        /// When the agent is started anew, after the start.
        package var restarts: [Duration] = []
        package var externalLabels = Labels()
        package var externalURL = ""
        /// Series and expectations left out because they need native histograms.
        package var skipped = 0
    }

    package struct InputSeries: Sendable {
        package let labels: Labels
        /// By step; nil for a step without a value.
        package let readings: [Engine.Reading?]
    }

    /// An entry of `promql_expr_test`.
    package struct ExpressionTest: Sendable {
        package let location: SourceLocation
        package let expression: String
        package let at: Duration
        package let samples: [(labels: Labels, value: Double)]
    }

    /// An entry of `alert_rule_test`: exactly these alerts of a name fire.
    package struct AlertTest: Sendable {
        package let location: SourceLocation
        package let at: Duration
        package let alertname: String
        package let alerts: [(labels: Labels, annotations: [String: String])]
    }

    /// An entry of `alert_state_test`: exactly these alerts of a name are not simply well.
    package struct StateTest: Sendable {
        /// What is expected of one alert; what is nil may be anything.
        package struct Expected: Sendable {
            /// The alert must have these labels, and may have more.
            package var labels = Labels()
            package var state: Alert.Phase?
            package var level: Severity?
            package var value: Double?
            package var isStale: Bool?
            package var hasNoData: Bool?
            package var isFlapping: Bool?
        }

        package let location: SourceLocation
        package let at: Duration
        package let alertname: String
        package let alerts: [Expected]
    }

    /// An entry of `notification_test`: exactly these messages have been sent by then.
    package struct NotificationTest: Sendable {
        package struct Expected: Sendable {
            package let at: Duration
            package let alertname: String
            /// The alert must have these labels, and may have more.
            package let labels: Labels
            package let change: NotifiedAlert.Change
            /// Nil where any will do.
            package let level: Severity?
        }

        package let location: SourceLocation
        package let at: Duration
        package let notifications: [Expected]
    }

    /// Reads a file. What is wrong is in `problems`.
    package static func load(path: String, files: FileReader = .real) -> RuleTestFile {
        let text: String
        do {
            text = try files.text(path)
        } catch {
            var file = RuleTestFile(path: path)
            file.problems = [
                SettingsProblem(
                    at: SourceLocation(file: path, line: 1, column: 1), "can't read the test file: \(error.reason)",
                    remedy: "look at the path and at who may read it")
            ]
            return file
        }
        let yaml = YAMLReader(file: path, text: text)
        var file = RuleTestReader(yaml: yaml, path: path, files: files).read()
        file.problems = yaml.problems.inReadingOrder
        return file
    }
}
