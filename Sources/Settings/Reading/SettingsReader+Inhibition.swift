import Alerting
import PromQL

extension SettingsReader {
    /// The entries of `inhibit_rules`.
    func inhibitRules(_ fields: MappingReader) -> [InhibitRule] {
        (fields.value("inhibit_rules")?.list() ?? []).compactMap { entry in
            entry.mapping { fields in
                _ = fields.string("name")
                let sources = matchers(fields, prefix: "source_")
                let targets = matchers(fields, prefix: "target_")
                for (side, matchers) in [("source", sources), ("target", targets)] where matchers.isEmpty {
                    let keys = ["\(side)_matchers", "\(side)_match", "\(side)_match_re"]
                    guard !keys.contains(where: fields.has) else { continue }
                    yaml.warning(
                        "the rule has no `\(side)_matchers`, so every alert is a \(side)", at: fields.place,
                        remedy: "say which alerts are meant")
                }
                let equal = (fields.value("equal")?.list() ?? []).compactMap { entry -> String? in
                    guard let name = entry.nonEmptyString() else { return nil }
                    if !LabelName.isValid(name) { entry.error("`\(name)` is not a label name") }
                    return name
                }
                return InhibitRule(sources: sources, targets: targets, equal: equal)
            }
        }
    }
}
