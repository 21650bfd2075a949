import Alerting
import PromQL
import Templates

extension RuleFileReader {
    /// A name and a text: a label or an annotation, with its places in the file.
    struct TextField {
        let name: String
        /// Where the name stands.
        let location: SourceLocation
        let text: String
        let value: YAMLValue
    }

    /// The labels or annotations under a key.
    func labels(_ fields: MappingReader, _ key: String) -> [TextField] {
        (fields.value(key)?.pairs() ?? []).compactMap { name, location, value in
            if !LabelName.isValid(name) {
                yaml.note(
                    .error, "`\(name)` can't be a name under `\(key)`", at: location,
                    remedy: "use letters, digits and `_`, beginning with a letter")
                return nil
            }
            // As in Prometheus, a name with nothing after it stands for an empty text.
            guard let text = value.isNull ? "" : value.string() else { return nil }
            return TextField(name: name, location: location, text: text, value: value)
        }
    }

    /// The compiled expression and its text in the file; nil where it is missing or wrong.
    func expression(_ fields: MappingReader) -> (Expression, ScalarText)? {
        guard let value = fields.required("expr", remedy: "add `expr: …`"), value.nonEmptyString() != nil,
            let text = ScalarText(value)
        else { return nil }
        do {
            let expression = try Expression(text.text)
            switch expression.type {
            case .scalar, .vector: return (expression, text)
            case .matrix:
                value.error(
                    "the expression gives a range of samples, not a value for each series",
                    remedy: "put it into a function over time, such as `rate(…)` or `max_over_time(…)`")
            case .string:
                value.error("the expression gives a text, not a value", remedy: "write one that gives numbers")
            }
        } catch {
            yaml.note(
                .error, "the expression is wrong: \(error.message)",
                at: text.location(line: error.line, column: error.column), remedy: error.hint)
        }
        return nil
    }

    /// A label's or annotation's text as a template.
    func template(_ field: TextField) -> Template? {
        do {
            return try Template(field.text, name: field.name)
        } catch {
            let place = ScalarText(field.value)?.location(line: error.line, column: error.column)
            yaml.note(
                .error, "the template of `\(field.name)` is wrong: \(error.message)",
                at: place ?? field.location, remedy: "templates are Prometheus's: `{{ $labels.pool }}`, `{{ $value }}`")
            return nil
        }
    }

    /// `flapping: true`, or a mapping with the numbers.
    func flapping(_ value: YAMLValue) -> FlappingPolicy? {
        if value.isScalar { return value.bool() == true ? FlappingPolicy() : nil }
        return value.mapping { fields in
            let standard = FlappingPolicy()
            let window = fields.int("window", in: 4...200) ?? standard.window
            let high = fields.value("high")?.number() ?? standard.high
            let low = fields.value("low")?.number() ?? standard.low
            guard low >= 0, low < high, high <= 100 else {
                fields.error(
                    "`low` (\(low)) must be below `high` (\(high)), both from 0 to 100 per cent",
                    at: fields.has("low") ? "low" : "high", remedy: "the usual pair is `high: 30, low: 25`")
                return nil
            }
            return FlappingPolicy(window: window, high: high, low: low)
        }
    }

    /// The levels of a rule, checked against each other; nil where something is wrong.
    func levels(
        _ value: YAMLValue, beside fields: MappingReader, of expression: (Expression, ScalarText)?
    ) -> AlertRule.Condition? {
        for key in ["for", "keep_firing_for"] where fields.value(key) != nil {
            fields.error(
                "`\(key)` can't stand beside `levels`", at: key,
                remedy: key == "for"
                    ? "put it into each level: `warning: {raise: …, for: 1m}`" : "write `clear_for` in each level")
        }
        if let (expression, text) = expression, expression.isFilteringComparison {
            yaml.note(
                .error, "the expression compares and leaves out what does not hold, so nothing is left to clear on",
                at: text.location(line: 1, column: 1), remedy: "remove the comparison, and write it in `raise`")
        }
        var places: [Severity: SourceLocation] = [:]
        var rules: [LevelRule] = []
        let before = yaml.problems.count
        let entries = value.pairs()
        for (key, location, entry) in entries {
            guard let level = Severity(rawValue: key) else {
                let known = Severity.allCases.map(\.rawValue)
                yaml.note(
                    .error, "`\(key)` is not a level", at: location,
                    remedy: Nearest.remedy(key, among: known, kind: "levels"))
                continue
            }
            places[level] = location
            if let rule = entry.mapping({ levelRule($0, level: level, at: location) }) { rules.append(rule) }
        }
        if entries.isEmpty, yaml.problems.count == before {
            value.error("`levels` has no level", remedy: "add `warning: {raise: \"> 0.8\", clear: \"< 0.7\"}`")
        }
        guard yaml.problems.count == before, !rules.isEmpty else { return nil }
        rules.sort { $0.level < $1.level }
        for finding in LevelCheck.findings(in: rules) {
            yaml.note(
                .error, finding.message, at: places[finding.level] ?? value.location, remedy: finding.remedy)
        }
        return yaml.problems.count == before ? .levels(rules) : nil
    }

    private func levelRule(_ fields: MappingReader, level: Severity, at location: SourceLocation) -> LevelRule? {
        let clear = fields.value("clear").map { $0.threshold() }
        let raiseFor = fields.duration("for", default: .zero, zero: true)
        let clearFor = fields.duration("clear_for", default: .zero, zero: true)
        guard let value = fields.value("raise") else {
            yaml.note(
                .error, "the level `\(level)` has no `raise`", at: location, remedy: "add `raise: \"> 0.8\"`")
            return nil
        }
        guard let raise = value.threshold(), let negation = raise.opposite else { return nil }
        switch clear {
        case .none:
            return LevelRule(level: level, raise: raise, clear: negation, raiseFor: raiseFor, clearFor: clearFor)
        case .some(.none): return nil
        case .some(.some(let clear)):
            return LevelRule(level: level, raise: raise, clear: clear, raiseFor: raiseFor, clearFor: clearFor)
        }
    }
}
