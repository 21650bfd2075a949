import PromQL

/// How much of the past each alerting rule looks at, with what the recording rules that it reads look at in turn: after
/// a restart its result is unknown until that much has been seen again.
struct RuleHistories: Sendable {
    private var byRule: [RuleBook.RuleKey: Duration] = [:]

    init(_ groups: [RuleGroup]) {
        var walk = Walk(groups)
        for case .alert(let rule) in groups.flatMap(\.rules) {
            byRule[RuleBook.RuleKey(name: rule.name, ordinal: rule.ordinal)] = walk.history(of: rule.expression)
        }
    }

    /// Zero for a rule that reads only the newest samples of what the probes bring.
    subscript(rule: AlertRule) -> Duration {
        byRule[RuleBook.RuleKey(name: rule.name, ordinal: rule.ordinal)] ?? rule.expression.history
    }

    /// Follows recorded metrics to the rules that record them.
    private struct Walk {
        /// By the recorded metric: its rules, each with its group's interval.
        private var recordings: [String: [(expression: Expression, interval: Duration)]] = [:]
        /// What is known already; zero while it is being found out, which ends circles.
        private var known: [String: Duration] = [:]

        init(_ groups: [RuleGroup]) {
            for group in groups {
                for case .record(let rule) in group.rules {
                    recordings[rule.record, default: []].append((rule.expression, group.interval))
                }
            }
        }

        mutating func history(of expression: Expression) -> Duration {
            guard !recordings.isEmpty else { return expression.history }
            var longest = Duration.zero
            for (matchers, history) in expression.pasts {
                var total = history
                for name in recorded(by: matchers) { total = max(total, history + self.history(ofRecorded: name)) }
                longest = max(longest, total)
            }
            return longest
        }

        private func recorded(by matchers: [Matcher]) -> [String] {
            let ofName = matchers.filter { $0.name == Labels.metricName }
            if let exact = ofName.first(where: { $0.operation == .equal }) {
                return recordings[exact.value] == nil ? [] : [exact.value]
            }
            return recordings.keys.filter { name in ofName.allSatisfy { $0.matches(value: name) } }
        }

        /// The rule's own, and a gap between two of its evaluations: its first sample after a restart comes that late.
        private mutating func history(ofRecorded name: String) -> Duration {
            if let known = known[name] { return known }
            known[name] = .zero
            var longest = Duration.zero
            for (expression, interval) in recordings[name] ?? [] {
                longest = max(longest, history(of: expression) + interval)
            }
            known[name] = longest
            return longest
        }
    }
}
