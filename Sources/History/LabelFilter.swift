import Alerting
import PromQL

/// The label conditions of a query. `severity` stands for the level, as routes see it, and is judged apart: the level
/// is no part of an alert's identity.
struct LabelFilter: Sendable {
    /// Conditions on labels other than `severity`.
    let labels: Labels
    let matchers: [Matcher]
    /// Conditions on `severity`; nil and empty where there are none.
    let severity: String?
    let severityMatchers: [Matcher]

    init(labels: Labels, matchers: [Matcher]) {
        self.labels = labels.setting(Severity.label, nil)
        self.matchers = matchers.filter { $0.name != Severity.label }
        severity = labels[Severity.label]
        severityMatchers = matchers.filter { $0.name == Severity.label }
    }

    var isEmpty: Bool { labels.isEmpty && matchers.isEmpty }
    var judgesSeverity: Bool { severity != nil || !severityMatchers.isEmpty }

    /// Whether the labels of an alert satisfy everything but what is said of `severity`.
    func matches(_ candidate: Labels) -> Bool {
        labels.allSatisfy { candidate[$0.name] == $0.value } && matchers.allSatisfy { $0.matches(candidate) }
    }

    /// Whether labels, with the level as `severity`, satisfy what is said of it.
    func matchesSeverity(of routed: Labels) -> Bool {
        (severity == nil || routed[Severity.label] == severity) && severityMatchers.allSatisfy { $0.matches(routed) }
    }

    /// The levels that satisfy what is said of `severity`.
    var matchingLevels: Set<Severity> {
        Set(Severity.allCases.filter { matchesSeverity(of: [Severity.label: $0.rawValue]) })
    }

    /// The labels that must have one exact value: what an index can look up.
    var exact: [(name: String, value: String)] {
        var pairs = labels.map { (name: $0.name, value: $0.value) }
        for matcher in matchers {
            switch matcher.operation {
            case .equal where !matcher.value.isEmpty: pairs.append((name: matcher.name, value: matcher.value))
            case .equal, .notEqual, .matches, .notMatches: break
            }
        }
        return pairs
    }
}
