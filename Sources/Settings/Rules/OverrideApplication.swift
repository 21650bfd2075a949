import Alerting
import PromQL

/// Applies the overrides of one rule to it: first those for all its alerts, then those for some of them.
struct OverrideApplication {
    /// The rule as it becomes; nil where it is taken out.
    private(set) var result: AlertRule?
    private(set) var problems: [SettingsProblem] = []
    private var rule: AlertRule

    init(rule: AlertRule) {
        self.rule = rule
        result = rule
    }

    /// Applies overrides in the settings' order; of those with matchers the first that matches an alert stands.
    mutating func apply(_ overrides: [RuleOverride]) {
        for override in overrides where override.matchers.isEmpty { applyToAll(override) }
        for override in overrides where !override.matchers.isEmpty { applyToSome(override) }
        let enabled = overrides.allSatisfy { $0.enabled || !$0.matchers.isEmpty }
        result = enabled ? rule : nil
    }

    private mutating func applyToAll(_ override: RuleOverride) {
        switch rule.condition {
        case .levels(let levels):
            if override.holdFor != nil || override.keepFiringFor != nil {
                problems.append(
                    SettingsProblem(
                        at: override.location, "`\(rule.name)` has levels, so `for` and `keep_firing_for` don't fit it",
                        remedy: "write `levels: {warning: {for: 2m, clear_for: 5m}}`"))
            }
            if let changed = change(levels, by: override) { rule = rule.changed(condition: .levels(changed)) }
        case .presence(let holdFor, let keepFiringFor):
            refuseLevels(override)
            rule = rule.changed(
                condition: .presence(
                    holdFor: override.holdFor ?? holdFor, keepFiringFor: override.keepFiringFor ?? keepFiringFor))
        }
        rule = rule.changed(noData: override.noData)
    }

    private mutating func applyToSome(_ override: RuleOverride) {
        switch rule.condition {
        case .levels(let levels):
            guard let changed = change(levels, by: override) else { return }
            let added = AlertRule.Override(matchers: override.matchers, levels: changed)
            rule = rule.changed(overrides: rule.overrides + [added])
        case .presence: refuseLevels(override)
        }
    }

    private mutating func refuseLevels(_ override: RuleOverride) {
        guard !override.levels.isEmpty else { return }
        problems.append(
            SettingsProblem(
                at: override.location, "`\(rule.name)` is a rule in Prometheus's form and has no levels to change",
                remedy: "change its `for`, or turn it off and write a rule with levels"))
    }

    /// The levels with the changes in them; nil where the result can't stand.
    private mutating func change(_ levels: [LevelRule], by override: RuleOverride) -> [LevelRule]? {
        var changed = levels
        for (level, change) in override.levels.sorted(by: { $0.key < $1.key }) {
            if let index = changed.firstIndex(where: { $0.level == level }) {
                let old = changed[index]
                changed[index] = LevelRule(
                    level: level, raise: change.raise ?? old.raise, clear: change.clear ?? old.clear,
                    raiseFor: change.raiseFor ?? old.raiseFor, clearFor: change.clearFor ?? old.clearFor)
            } else if let raise = change.raise, let opposite = raise.opposite {
                changed.append(
                    LevelRule(
                        level: level, raise: raise, clear: change.clear ?? opposite,
                        raiseFor: change.raiseFor ?? .zero, clearFor: change.clearFor ?? .zero))
            } else {
                let known = levels.map { "`\($0.level)`" }.joined(separator: ", ")
                problems.append(
                    SettingsProblem(
                        at: change.location, "`\(rule.name)` has no level `\(level)` to change",
                        remedy: "it has \(known); give `raise` to add one"))
                return nil
            }
        }
        changed.sort { $0.level < $1.level }
        let findings = LevelCheck.findings(in: changed)
        for finding in findings {
            problems.append(
                SettingsProblem(
                    at: override.levels[finding.level]?.location ?? override.location,
                    "with this override of `\(rule.name)`, \(finding.message)", remedy: finding.remedy))
        }
        return findings.isEmpty ? changed : nil
    }
}
