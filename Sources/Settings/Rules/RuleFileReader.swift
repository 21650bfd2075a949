import Alerting
import PromQL
import Templates

/// Turns a rule file's YAML into groups of compiled rules. Problems gather in `yaml`.
struct RuleFileReader {
    let yaml: YAMLReader
    let path: String
    let defaultInterval: Duration

    /// The groups, without the rules in which something is wrong.
    func read() -> [RuleGroup] {
        guard let root = yaml.root, !root.isNull else { return [] }
        let groups = root.mapping { fields -> [RuleGroup]? in
            var seen: [String: Int] = [:]
            let entries = fields.value("groups")?.list() ?? []
            return entries.compactMap { entry in
                entry.mapping { fields in
                    checkName(fields, &seen)
                    return group(fields)
                }
            }
        }
        return groups ?? []
    }

    private func checkName(_ fields: MappingReader, _ seen: inout [String: Int]) {
        guard let value = fields.value("name"), let name = value.nonEmptyString() else { return }
        if let first = seen[name] {
            value.error(
                "two groups of this file have the name `\(name)`, the first in line \(first)",
                remedy: "give the group a name of its own, or join the two")
        } else {
            seen[name] = value.location.line
        }
    }

    private func group(_ fields: MappingReader) -> RuleGroup {
        let name = fields.required("name")?.string() ?? ""
        let interval = fields.duration("interval", default: defaultInterval)
        let limit = fields.int("limit", in: 0...Int.max) ?? 0
        if let value = fields.value("query_offset"), let offset = value.duration(), offset > .zero {
            value.warning(
                "`query_offset` has no effect: rules are evaluated on what has just been sampled",
                remedy: "write `offset` in the expressions that need it")
        }
        let labels = labels(fields, "labels")
        let rules = (fields.value("rules")?.list() ?? []).compactMap { entry in
            entry.mapping { rule($0, groupLabels: labels) }
        }
        return RuleGroup(name: name, file: path, interval: interval, rules: rules, limit: limit)
    }

    private func rule(_ fields: MappingReader, groupLabels: [TextField]) -> RuleGroup.Entry? {
        // Asked for here so that both are suggested for a mistyped key.
        let (alert, record) = (fields.value("alert"), fields.value("record"))
        if alert != nil, let record {
            record.error(
                "a rule is either an `alert` or a `record`, this one is both", remedy: "make it two rules")
            ignoreRest(of: fields)
            return nil
        }
        if let alert { return alertRule(fields, name: alert, groupLabels: groupLabels).map { .alert($0) } }
        if let record { return recordingRule(fields, name: record, groupLabels: groupLabels).map { .record($0) } }
        yaml.error(
            "the rule has neither `alert` nor `record`", at: fields.place, remedy: "add `alert: NAME` or `record: NAME`"
        )
        ignoreRest(of: fields)
        return nil
    }

    private func ignoreRest(of fields: MappingReader) {
        for key in RuleKeys.alert + RuleKeys.record { _ = fields.value(key) }
    }

    private func recordingRule(
        _ fields: MappingReader, name: YAMLValue, groupLabels: [TextField]
    ) -> RecordingRule? {
        let record = name.nonEmptyString()
        if let record, !LabelName.isValidMetric(record) {
            name.error(
                "`\(record)` is not a metric's name",
                remedy: "use letters, digits, `_` and `:`, as `job:requests:rate5m`")
        }
        let expression = expression(fields)
        for key in RuleKeys.alertOnly where fields.value(key) != nil {
            fields.error("a recording rule can't have `\(key)`", at: key, remedy: "only alerts have it; remove it")
        }
        let own = labels(fields, "labels")
        var labels: [String: String] = [:]
        for label in groupLabels + own {
            if label.name == Labels.metricName {
                yaml.note(.error, "a rule can't set `__name__`", at: label.location, remedy: "`record` sets it")
            }
            labels[label.name] = label.text
        }
        guard let record, let expression else { return nil }
        return RecordingRule(record: record, location: name.location, expression: expression.0, labels: labels)
    }

    private func alertRule(
        _ fields: MappingReader, name: YAMLValue, groupLabels: [TextField]
    ) -> AlertRule? {
        let alert = name.labelValue()
        let expression = expression(fields)
        let levels = fields.value("levels")
        let condition = levels.map { self.levels($0, beside: fields, of: expression) } ?? presence(fields)
        let labels = labels(fields, "labels")
        checkReserved(groupLabels + labels, hasLevels: levels != nil)
        let templates = (groupLabels + labels).reduce(into: [String: Template]()) { found, label in
            found[label.name] = template(label) ?? found[label.name]
        }
        let annotations = self.labels(fields, "annotations").reduce(into: [String: Template]()) { found, annotation in
            found[annotation.name] = template(annotation)
        }
        let noData: AlertRule.NoDataPolicy? = fields.value("no_data")?.choice()
        let flapping = fields.value("flapping").flatMap { self.flapping($0) }
        let evidence = fields.nonEmptyString("evidence")
        let runbook = fields.nonEmptyString("runbook")
        guard let alert, let expression, let condition else { return nil }
        return AlertRule(
            name: alert, location: name.location, expression: expression.0, condition: condition,
            noData: noData ?? .keep, flapping: flapping, labels: templates, annotations: annotations,
            evidence: evidence, evidenceLocation: fields.value("evidence")?.location, runbook: runbook)
    }

    private func presence(_ fields: MappingReader) -> AlertRule.Condition {
        .presence(
            holdFor: fields.duration("for", default: .zero, zero: true),
            keepFiringFor: fields.duration("keep_firing_for", default: .zero, zero: true))
    }

    private func checkReserved(_ labels: [TextField], hasLevels: Bool) {
        for label in labels {
            if label.name == Labels.metricName || label.name == "alertname" {
                yaml.note(
                    .error, "a rule can't set the label `\(label.name)`", at: label.location,
                    remedy: "the rule's name stands in `alertname`; use another label")
            } else if hasLevels, label.name == Severity.label {
                yaml.note(
                    .error, "the label `severity` can't stand beside `levels`, which set it", at: label.location,
                    remedy: "remove it, or remove `levels` and keep Prometheus's form")
            }
        }
    }
}

/// The keys that rules may have.
enum RuleKeys {
    static let alertOnly = [
        "for", "keep_firing_for", "annotations", "levels", "no_data", "flapping", "evidence", "runbook",
    ]
    static let alert = ["alert", "expr", "labels"] + alertOnly
    static let record = ["record", "expr", "labels"]
}
