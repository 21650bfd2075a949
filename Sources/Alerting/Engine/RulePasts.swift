import PromQL

/// What each alerting rule looks back at, with what the recording rules that it reads look back at in turn: unless that
/// is known, its result can't be believed.
struct RulePasts: Sendable {
    /// Some series, and how far back a rule looks at them.
    struct Past: Sendable {
        let matchers: [Matcher]
        let range: Duration
    }

    private var byRule: [RuleBook.RuleKey: [Past]] = [:]

    init(_ groups: [RuleGroup]) {
        let walk = Walk(groups)
        for case .alert(let rule) in groups.flatMap(\.rules) {
            let pasts = walk.pasts(of: rule.expression, further: .zero, through: [])
            if !pasts.isEmpty { byRule[RuleBook.RuleKey(name: rule.name, ordinal: rule.ordinal)] = pasts }
        }
    }

    /// Empty for a rule that reads only the newest samples of what the probes bring.
    subscript(rule: AlertRule) -> [Past] {
        byRule[RuleBook.RuleKey(name: rule.name, ordinal: rule.ordinal)] ?? []
    }

    /// Follows recorded metrics to the rules that record them.
    private struct Walk {
        /// By the recorded metric: its rules, each with its group's interval.
        private var recordings: [String: [(expression: Expression, interval: Duration)]] = [:]

        init(_ groups: [RuleGroup]) {
            for group in groups {
                for case .record(let rule) in group.rules {
                    recordings[rule.record, default: []].append((rule.expression, group.interval))
                }
            }
        }

        /// - Parameters:
        ///   - further: how far back the expressions look that read this one.
        ///   - path: the recorded metrics on the way, which ends circles.
        func pasts(of expression: Expression, further: Duration, through path: Set<String>) -> [Past] {
            var found: [Past] = []
            for (matchers, history) in expression.pasts {
                let names = recorded(by: matchers)
                // A gap between two evaluations: a recorded series' first sample after a restart comes that late.
                let pause = names.flatMap { recordings[$0] ?? [] }.map(\.interval).max() ?? .zero
                if history > .zero { found.append(Past(matchers: matchers, range: further + history + pause)) }
                for name in names where !path.contains(name) {
                    for (inner, interval) in recordings[name] ?? [] {
                        found += pasts(
                            of: inner, further: further + history + interval, through: path.union([name]))
                    }
                }
            }
            return found
        }

        private func recorded(by matchers: [Matcher]) -> [String] {
            guard !recordings.isEmpty else { return [] }
            let ofName = matchers.filter { $0.name == Labels.metricName }
            if let exact = ofName.first(where: { $0.operation == .equal }) {
                return recordings[exact.value] == nil ? [] : [exact.value]
            }
            return recordings.keys.filter { name in ofName.allSatisfy { $0.matches(value: name) } }.sorted()
        }
    }
}
