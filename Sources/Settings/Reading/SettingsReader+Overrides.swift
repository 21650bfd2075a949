import Alerting
import PromQL

extension SettingsReader {
    /// One entry of `overrides`. What needs the rules is checked when it meets them.
    func override(_ fields: MappingReader) -> RuleOverride? {
        let name = fields.required("alert", remedy: "add `alert: NAME` of the rule that changes")
        let alert = name?.nonEmptyString()
        let matchers = matchers(fields)
        var change = RuleOverride(
            alert: alert ?? "", matchers: matchers, location: name?.location ?? yaml.location(fields.place))
        for (key, location, value) in fields.value("levels")?.pairs() ?? [] {
            guard let level = Severity(rawValue: key) else {
                let known = Severity.allCases.map(\.rawValue)
                yaml.note(
                    .error, "`\(key)` is not a level", at: location,
                    remedy: Nearest.remedy(key, among: known, kind: "levels"))
                continue
            }
            change.levels[level] = value.mapping { fields in
                RuleOverride.LevelChange(
                    raise: fields.value("raise").flatMap { $0.threshold() },
                    clear: fields.value("clear").flatMap { $0.threshold() },
                    raiseFor: fields.value("for")?.duration(), clearFor: fields.value("clear_for")?.duration(),
                    location: location)
            }
        }
        change.holdFor = fields.value("for")?.duration()
        change.keepFiringFor = fields.value("keep_firing_for")?.duration()
        change.noData = fields.value("no_data")?.choice()
        change.enabled = fields.bool("enabled", default: true)
        if fields.has("matchers") || fields.has("match") || fields.has("match_re") {
            for key in ["for", "keep_firing_for", "no_data", "enabled"] where fields.has(key) {
                fields.error(
                    "`\(key)` changes the whole rule, and can't stand beside `matchers`", at: key,
                    remedy: "put it into an override without `matchers`")
            }
        }
        let keys = ["levels", "for", "keep_firing_for", "no_data", "enabled"]
        if alert != nil, !keys.contains(where: { fields.has($0) }) {
            yaml.warning(
                "this override changes nothing", at: fields.place,
                remedy: "add `levels`, `for`, `keep_firing_for`, `no_data` or `enabled: false`")
        }
        return alert == nil ? nil : change
    }
}

extension YAMLValue {
    /// A condition such as `> 0.8`.
    func threshold() -> Threshold? {
        guard let text = string() else { return nil }
        do {
            return try Threshold(text)
        } catch {
            let place = ScalarText(self)?.location(line: error.line, column: error.column) ?? location
            reader.note(.error, "\(name): \(error.message)", at: place, remedy: error.hint ?? "write it as `\"> 0.8\"`")
            return nil
        }
    }
}
