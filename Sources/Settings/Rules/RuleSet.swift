package import Alerting
import PromQL

/// The rules of all files together: numbered, and changed as the settings want them.
package struct RuleSet: Sendable {
    package private(set) var groups: [RuleGroup]
    /// What is wrong with the files and with the rules together.
    package private(set) var problems: [SettingsProblem]

    /// Joins files. The n-th rule of a name gets the ordinal n, from 0.
    package init(_ files: [RuleFile]) {
        groups = files.flatMap(\.groups)
        problems = files.flatMap(\.problems)
        var seen: [String: [AlertRule]] = [:]
        for group in groups {
            for case .alert(let rule) in group.rules {
                if let first = seen[rule.name]?.first { report(rule, after: first) }
                seen[rule.name, default: []].append(rule)
            }
        }
        var next: [String: Int] = [:]
        groups = groups.map { group in
            group.mapAlerts { rule in
                defer { next[rule.name, default: 0] += 1 }
                return rule.changed(ordinal: next[rule.name] ?? 0)
            }
        }
    }

    private mutating func report(_ rule: AlertRule, after first: AlertRule) {
        let place = "the first is at \(first.location)"
        if rule.isLevelled || first.isLevelled {
            problems.append(
                SettingsProblem(
                    at: rule.location, "duplicate alert: two rules with levels have the name `\(rule.name)`; \(place)",
                    remedy: "give it a name of its own, or make it a level of the other"))
        } else {
            problems.append(
                SettingsProblem(
                    .warning, at: rule.location, "another rule has the name `\(rule.name)` too; \(place)",
                    remedy: "that works as in Prometheus, but silences and overrides by name mean both"))
        }
    }

    /// Applies the settings' overrides, and checks what comes out of them.
    package mutating func apply(_ overrides: [RuleOverride]) {
        let alerts = groups.flatMap(\.rules).compactMap { entry -> AlertRule? in
            switch entry {
            case .alert(let rule): rule
            case .record: nil
            }
        }
        let names = Set(alerts.map(\.name))
        // Where a rule file is wrong its rules are missing here, and their overrides are not to blame.
        let complete = !problems.hasErrors
        for override in overrides where !names.contains(override.alert) && complete {
            problems.append(
                SettingsProblem(
                    at: override.location, "no rule is called `\(override.alert)`",
                    remedy: Nearest.remedy(override.alert, among: names, kind: "rules")))
        }
        let byName = Dictionary(grouping: overrides, by: \.alert)
        var found: [SettingsProblem] = []
        groups = groups.map { group in
            group.mapAlerts { rule in
                guard let own = byName[rule.name] else { return rule }
                var application = OverrideApplication(rule: rule)
                application.apply(own)
                found += application.problems
                return application.result
            }
        }
        // Several rules of one name give the same complaint.
        for problem in found where !problems.contains(problem) { problems.append(problem) }
    }
}

extension RuleGroup {
    /// The group with each alert changed, or taken out where the closure gives nil.
    func mapAlerts(_ change: (AlertRule) -> AlertRule?) -> RuleGroup {
        let entries = rules.compactMap { entry -> Entry? in
            switch entry {
            case .alert(let rule): change(rule).map { .alert($0) }
            case .record: entry
            }
        }
        return RuleGroup(name: name, file: file, interval: interval, rules: entries, limit: limit)
    }
}

extension AlertRule {
    /// Whether it has levels.
    var isLevelled: Bool {
        switch condition {
        case .levels: true
        case .presence: false
        }
    }

    /// The rule with some fields changed; nil changes nothing.
    func changed(
        ordinal: Int? = nil, condition: Condition? = nil, overrides: [Override]? = nil, noData: NoDataPolicy? = nil
    ) -> AlertRule {
        AlertRule(
            name: name, ordinal: ordinal ?? self.ordinal, location: location, expression: expression,
            condition: condition ?? self.condition, overrides: overrides ?? self.overrides,
            noData: noData ?? self.noData, flapping: flapping, labels: labels, annotations: annotations,
            evidence: evidence, evidenceLocation: evidenceLocation, runbook: runbook)
    }
}
