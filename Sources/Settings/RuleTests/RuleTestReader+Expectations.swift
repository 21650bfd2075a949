import Alerting
import PromQL

extension RuleTestReader {
    /// The entries of `alert_rule_test`.
    func alertTests(_ fields: MappingReader) -> [AlertExpectation] {
        entries(fields, "alert_rule_test") { fields, location in
            let time = fields.duration("eval_time", default: .zero, zero: true)
            let alerts = entries(fields, "exp_alerts") { fields, _ in
                AlertExpectation.Expected(
                    labels: texts(fields, "exp_labels") ?? [:], annotations: texts(fields, "exp_annotations") ?? [:])
            }
            guard let name = alertname(fields) else { return nil }
            return AlertExpectation(location: location, evalTime: time, alertname: name, alerts: alerts)
        }
    }

    /// The entries of `promql_expr_test`.
    func expressionTests(_ fields: MappingReader) -> [ExpressionExpectation] {
        entries(fields, "promql_expr_test") { fields, location in
            let time = fields.duration("eval_time", default: .zero, zero: true)
            var expectsHistogram = false
            let samples = entries(fields, "exp_samples") { fields, _ -> ExpressionExpectation.Expected? in
                let labels = fields.value("labels").map { seriesName($0) } ?? Labels()
                let value = fields.value("value").map { $0.floatingPoint() } ?? 0
                if fields.string("histogram") != nil { expectsHistogram = true }
                guard let labels, let value else { return nil }
                return ExpressionExpectation.Expected(labels: labels, value: value)
            }
            guard let value = fields.required("expr", remedy: "add `expr: …`"),
                let expression = testedExpression(value)
            else { return nil }
            return ExpressionExpectation(
                location: location, evalTime: time, expression: expression, samples: samples,
                expectsHistogram: expectsHistogram)
        }
    }

    /// The entries of `alert_state_test`.
    func stateTests(_ fields: MappingReader) -> [StateExpectation] {
        entries(fields, "alert_state_test") { fields, location in
            let time = fields.duration("eval_time", default: .zero, zero: true)
            let alerts = entries(fields, "exp_alerts") { fields, _ in
                StateExpectation.Expected(
                    labels: texts(fields, "labels") ?? [:], annotations: texts(fields, "annotations"),
                    phase: fields.value("state")?.choice(), level: fields.value("level")?.choice(),
                    value: fields.value("value")?.floatingPoint(), isStale: fields.value("stale")?.bool(),
                    hasNoData: fields.value("no_data")?.bool(), isFlapping: fields.value("flapping")?.bool())
            }
            guard let name = alertname(fields) else { return nil }
            return StateExpectation(location: location, evalTime: time, alertname: name, alerts: alerts)
        }
    }

    /// The entries of `notification_test`.
    func notificationTests(_ fields: MappingReader) -> [NotificationExpectation] {
        entries(fields, "notification_test") { fields, location in
            NotificationExpectation(
                location: location, evalTime: fields.duration("eval_time", default: .zero, zero: true),
                told: entries(fields, "exp_notifications") { told($0, at: $1) })
        }
    }

    private func told(_ fields: MappingReader, at location: SourceLocation) -> NotificationExpectation.Expected? {
        let time = fields.required("time", remedy: "add `time: 1m3s`, when the message leaves")?.duration()
        let labels = texts(fields, "labels") ?? [:]
        let change: NotifiedAlert.Change? = fields.required(
            "change", remedy: "add `change: fired`, or another of what a message tells")?.choice()
        let level: Severity? = fields.value("level")?.choice()
        let receiver = fields.nonEmptyString("receiver")
        let occasion: Notification.Occasion? = fields.value("occasion")?.choice()
        guard let name = alertname(fields), let time, let change else { return nil }
        return NotificationExpectation.Expected(
            location: location, at: time, alertname: name, labels: labels, change: change, level: level,
            receiver: receiver, occasion: occasion)
    }

    // MARK: Small tools

    /// The mappings of a list under a key, those that could be read.
    private func entries<Entry>(
        _ fields: MappingReader, _ key: String, _ read: (MappingReader, SourceLocation) -> Entry?
    ) -> [Entry] {
        (fields.value(key)?.list() ?? []).compactMap { entry in
            entry.mapping { read($0, entry.location) }
        }
    }

    private func alertname(_ fields: MappingReader) -> String? {
        fields.required("alertname", remedy: "add `alertname: …`, the rule's `alert`")?.nonEmptyString()
    }

    /// Names and texts; nil where the key is absent. A name with nothing after it stands for an empty text.
    private func texts(_ fields: MappingReader, _ key: String) -> [String: String]? {
        guard let value = fields.value(key) else { return nil }
        let pairs = value.pairs().compactMap { name, _, value in
            (value.isNull ? "" : value.string()).map { (name, $0) }
        }
        return Dictionary(pairs, uniquingKeysWith: { _, last in last })
    }

    private func testedExpression(_ value: YAMLValue) -> Expression? {
        guard value.nonEmptyString() != nil, let text = ScalarText(value) else { return nil }
        do {
            let expression = try Expression(text.text)
            switch expression.type {
            case .scalar, .vector: return expression
            case .matrix, .string:
                value.error(
                    "the expression gives neither a vector nor a number",
                    remedy: "put a range into a function over time, such as `count_over_time(…)`")
            }
        } catch {
            yaml.note(
                .error, "the expression is wrong: \(error.message)",
                at: text.location(line: error.line, column: error.column), remedy: error.hint)
        }
        return nil
    }
}

extension YAMLValue {
    /// A number as YAML writes it, also `.inf`, `-.inf`, `.nan` and hexadecimal.
    fileprivate func floatingPoint() -> Double? {
        guard let text = string() else { return nil }
        let plain = text.filter { $0 != "_" }
        switch plain.lowercased() {
        case ".inf", "+.inf", "inf", "+inf": return .infinity
        case "-.inf", "-inf": return -.infinity
        case ".nan", "nan": return .nan
        default: break
        }
        if plain.hasPrefix("0x"), let number = UInt64(plain.dropFirst(2), radix: 16) { return Double(number) }
        let padded = (plain.hasPrefix(".") ? "0" : "") + plain + (plain.hasSuffix(".") ? "0" : "")
        if let number = Double(padded) { return number }
        error("\(name) must be a number, found `\(text)`", remedy: "write it as `1`, `0.5`, `1e6`, `.inf` or `.nan`")
        return nil
    }
}
