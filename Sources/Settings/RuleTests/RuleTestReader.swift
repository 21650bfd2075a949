import Alerting
import PromQL

/// Turns a test file's YAML into tests. Problems gather in `yaml`.
struct RuleTestReader {
    let yaml: YAMLReader
    let path: String
    let files: FileReader

    func read() -> RuleTestFile {
        guard let root = yaml.root else {
            if yaml.problems.isEmpty { yaml.error("the file is empty", at: nil, remedy: "a test file has `tests`") }
            return RuleTestFile(path: path)
        }
        return root.mapping { fields in file(fields) } ?? RuleTestFile(path: path)
    }

    private func file(_ fields: MappingReader) -> RuleTestFile {
        var file = RuleTestFile(path: path)
        let folder = FilePath.folder(of: path)
        for entry in fields.value("rule_files")?.list() ?? [] {
            guard let pattern = entry.nonEmptyString() else { continue }
            let found = files.paths(matching: FilePath.join(folder, pattern))
            if found.isEmpty { entry.warning("no file matches `\(pattern)`") }
            file.ruleFiles += found
        }
        file.evaluationInterval = fields.duration("evaluation_interval", default: .seconds(60))
        for entry in fields.value("group_eval_order")?.list() ?? [] {
            guard let name = entry.string() else { continue }
            if file.groupOrder.contains(name) {
                entry.error("the group `\(name)` occurs twice in `group_eval_order`", remedy: "name it once")
            }
            file.groupOrder.append(name)
        }
        file.isFuzzy = fields.bool("fuzzy_compare", default: false)
        file.groups = (fields.value("tests")?.list() ?? []).compactMap { entry in
            entry.mapping { group($0, location: entry.location, interval: file.evaluationInterval) }
        }
        return file
    }

    private func group(
        _ fields: MappingReader, location: SourceLocation, interval: Duration
    ) -> RuleTestFile.Group {
        var group = RuleTestFile.Group(location: location, interval: fields.duration("interval", default: interval))
        group.name = fields.string("name") ?? ""
        if let value = fields.value("start_timestamp"), let text = value.string() {
            if let time = Timestamp(text) {
                group.start = time
            } else {
                value.error("`start_timestamp` must be a time, found `\(text)`", remedy: "write 1700000000 or RFC 3339")
            }
        }
        group.externalLabels = Labels(
            (fields.value("external_labels")?.pairs() ?? []).map { ($0.key, $0.value.string() ?? "") })
        group.externalURL = fields.string("external_url") ?? ""
        for entry in fields.value("input_series")?.list() ?? [] {
            _ = entry.mapping { read(series: $0, into: &group) }
        }
        for entry in fields.value("promql_expr_test")?.list() ?? [] {
            _ = entry.mapping { read(expression: $0, at: entry.location, into: &group) }
        }
        for entry in fields.value("alert_rule_test")?.list() ?? [] {
            _ = entry.mapping { fields in
                if let test = alertTest(fields, at: entry.location) { group.alerts.append(test) }
                return ()
            }
        }
        for entry in fields.value("alert_state_test")?.list() ?? [] {
            _ = entry.mapping { fields in group.states.append(stateTest(fields, at: entry.location)) }
        }
        for entry in fields.value("notification_test")?.list() ?? [] {
            _ = entry.mapping { fields in group.notifications.append(notificationTest(fields, at: entry.location)) }
        }
        group.restarts = (fields.value("restarts")?.list() ?? []).compactMap { $0.duration() }.sorted()
        return group
    }

    private func read(series fields: MappingReader, into group: inout RuleTestFile.Group) {
        let name = fields.required("series")
        let values = fields.required("values")
        guard let name, let values, let seriesText = name.string(), let valueText = values.string() else { return }
        let labels: Labels
        do {
            labels = try SeriesNotation.labels(seriesText)
        } catch {
            report(error, at: name)
            return
        }
        do {
            group.series.append(
                RuleTestFile.InputSeries(labels: labels, readings: try SeriesNotation.readings(valueText)))
        } catch .nativeHistogram {
            group.skipped += 1
        } catch {
            report(error, at: values)
        }
    }

    private func report(_ failure: SeriesNotation.Failure, at value: YAMLValue) {
        switch failure {
        case .nativeHistogram: value.error("native histograms are not supported")
        case .wrong(let message): value.error(message)
        }
    }

    private func read(
        expression fields: MappingReader, at location: SourceLocation, into group: inout RuleTestFile.Group
    ) {
        let text = fields.required("expr")?.string() ?? ""
        let time = fields.duration("eval_time", default: .zero, zero: true)
        var samples: [(labels: Labels, value: Double)] = []
        var hasHistograms = false
        for entry in fields.value("exp_samples")?.list() ?? [] {
            _ = entry.mapping { fields in
                let labels = self.labels(fields.value("labels"))
                let value = fields.value("value").flatMap { self.number($0) }
                if fields.has("histogram") { hasHistograms = true }
                _ = fields.value("histogram")
                samples.append((labels, value ?? 0))
            }
        }
        if hasHistograms {
            group.skipped += 1
            return
        }
        group.expressions.append(
            RuleTestFile.ExpressionTest(location: location, expression: text, at: time, samples: samples))
    }

    private func number(_ value: YAMLValue) -> Double? {
        guard let text = value.string() else { return nil }
        guard let number = Double(yaml: text) else {
            value.error("\(value.name) must be a number, found `\(text)`")
            return nil
        }
        return number
    }

    private func labels(_ value: YAMLValue?) -> Labels {
        guard let value, let text = value.string() else { return Labels() }
        do {
            return try SeriesNotation.labels(text)
        } catch {
            report(error, at: value)
            return Labels()
        }
    }

    private func free(_ value: YAMLValue?) -> [String: String] {
        Dictionary(
            (value?.pairs() ?? []).map { ($0.key, $0.value.string() ?? "") }, uniquingKeysWith: { _, last in last })
    }

    private func alertTest(_ fields: MappingReader, at location: SourceLocation) -> RuleTestFile.AlertTest? {
        let time = fields.duration("eval_time", default: .zero, zero: true)
        let name = fields.required("alertname", remedy: "add `alertname: NAME`")?.nonEmptyString()
        var alerts: [(labels: Labels, annotations: [String: String])] = []
        for entry in fields.value("exp_alerts")?.list() ?? [] {
            _ = entry.mapping { fields in
                alerts.append((Labels(free(fields.value("exp_labels"))), free(fields.value("exp_annotations"))))
            }
        }
        guard let name else { return nil }
        return RuleTestFile.AlertTest(location: location, at: time, alertname: name, alerts: alerts)
    }

    private func stateTest(_ fields: MappingReader, at location: SourceLocation) -> RuleTestFile.StateTest {
        var alerts: [RuleTestFile.StateTest.Expected] = []
        let time = fields.duration("eval_time", default: .zero, zero: true)
        let name = fields.required("alertname", remedy: "add `alertname: NAME`")?.nonEmptyString() ?? ""
        for entry in fields.value("exp_alerts")?.list() ?? [] {
            _ = entry.mapping { fields in
                var expected = RuleTestFile.StateTest.Expected()
                expected.labels = Labels(free(fields.value("labels")))
                expected.state = fields.value("state")?.choice(Alert.Phase.self)
                expected.level = fields.value("level")?.choice(Severity.self)
                expected.value = fields.value("value").flatMap { number($0) }
                expected.isStale = fields.value("stale")?.bool()
                expected.hasNoData = fields.value("no_data")?.bool()
                expected.isFlapping = fields.value("flapping")?.bool()
                alerts.append(expected)
            }
        }
        return RuleTestFile.StateTest(location: location, at: time, alertname: name, alerts: alerts)
    }

    private func notificationTest(
        _ fields: MappingReader, at location: SourceLocation
    ) -> RuleTestFile.NotificationTest {
        var expected: [RuleTestFile.NotificationTest.Expected] = []
        let time = fields.duration("eval_time", default: .zero, zero: true)
        for entry in fields.value("exp_notifications")?.list() ?? [] {
            _ = entry.mapping { fields in
                let at = fields.required("time")?.duration() ?? .zero
                let name = fields.required("alertname")?.nonEmptyString() ?? ""
                let change = fields.required("change")?.choice(NotifiedAlert.Change.self) ?? .fired
                expected.append(
                    .init(
                        at: at, alertname: name, labels: Labels(free(fields.value("labels"))), change: change,
                        level: fields.value("level")?.choice(Severity.self)))
            }
        }
        return RuleTestFile.NotificationTest(location: location, at: time, notifications: expected)
    }
}

extension Double {
    /// A number as YAML writes it, infinities and NaN among it; nil for anything else.
    init?(yaml text: String) {
        switch text.lowercased() {
        case ".nan", "nan": self = .nan
        case ".inf", "+.inf", "inf", "+inf": self = .infinity
        case "-.inf", "-inf": self = -.infinity
        case _:
            guard let number = Double(text) else { return nil }
            self = number
        }
    }
}
