import Alerting
import PromQL
import Yams

/// Turns the YAML of a test file into values; its extension reads what is expected. Problems gather in `yaml`.
struct RuleTestReader {
    let yaml: YAMLReader
    let path: String

    /// The file; nil where it is not even a mapping.
    func read() -> RuleTestFile? {
        guard let root = yaml.root, !root.isNull else {
            return yaml.problems.isEmpty ? file(of: nil) : nil
        }
        return root.mapping { file(of: $0) }
    }

    private func file(of fields: MappingReader?) -> RuleTestFile {
        let interval = fields?.duration("evaluation_interval", default: .zero, zero: true) ?? .zero
        let evaluationInterval = interval > .zero ? interval : .seconds(60)
        let folder = FilePath.folder(of: path)
        let patterns = (fields?.value("rule_files")?.list() ?? []).compactMap { entry in
            entry.nonEmptyString().map {
                RuleTestFile.Pattern(text: FilePath.join(folder, $0), location: entry.location)
            }
        }
        let intervals = fields.map(settings.intervalNames) ?? []
        let tests = (fields?.value("tests")?.list() ?? []).enumerated().compactMap { number, entry in
            entry.mapping { group($0, number: number, at: entry.location, evaluationInterval: evaluationInterval) }
        }
        return RuleTestFile(
            path: path, ruleFiles: patterns, evaluationInterval: evaluationInterval,
            groupOrder: fields.map(groupOrder) ?? [],
            comparesFuzzily: fields?.bool("fuzzy_compare", default: false) ?? false,
            route: fields?.value("route").flatMap { route($0, intervals: intervals) } ?? RuleTestFile.usualRoute,
            inhibitRules: fields.map(settings.inhibitRules) ?? [],
            intervals: fields.map(settings.recurringTimes) ?? [], tests: tests)
    }

    /// Reads what stands in settings as well.
    private var settings: SettingsReader { SettingsReader(yaml: yaml) }

    private func groupOrder(_ fields: MappingReader) -> [String] {
        var order: [String] = []
        for entry in fields.value("group_eval_order")?.list() ?? [] {
            guard let name = entry.string() else { continue }
            if order.contains(name) {
                entry.error("the group `\(name)` occurs twice in `group_eval_order`", remedy: "keep one of the two")
            }
            order.append(name)
        }
        return order
    }

    /// The tree under `route`. Any name is a receiver: nothing is sent.
    private func route(_ value: YAMLValue, intervals: Set<String>) -> Route? {
        func names(_ node: Node) -> Set<String> {
            guard let mapping = node.mapping else { return [] }
            let own = ["receiver", "fallback"].compactMap { mapping[$0]?.scalar?.string }
            let steps = (mapping["escalation"]?.sequence ?? []).compactMap {
                $0.mapping?["receiver"]?.scalar?.string
            }
            return (mapping["routes"]?.sequence ?? []).reduce(into: Set(own + steps)) { $0.formUnion(names($1)) }
        }
        return settings.rootRoute(value, receivers: names(value.node), intervals: intervals)
    }

    private func group(
        _ fields: MappingReader, number: Int, at location: SourceLocation, evaluationInterval: Duration
    ) -> RuleTestGroup {
        let interval = fields.duration("interval", default: .zero, zero: true)
        let name = fields.string("name") ?? ""
        let (series, skipped) = inputSeries(fields)
        let externalLabels = (fields.value("external_labels")?.pairs() ?? []).compactMap { name, _, value in
            (value.isNull ? "" : value.string()).map { (name, $0) }
        }
        return RuleTestGroup(
            name: name.isEmpty ? "unnamed#\(number)" : name, location: location,
            interval: interval > .zero ? interval : evaluationInterval, start: start(fields), series: series,
            skippedSeries: skipped, externalLabels: Labels(externalLabels),
            externalURL: fields.string("external_url") ?? "", alertTests: alertTests(fields),
            expressionTests: expressionTests(fields), stateTests: stateTests(fields),
            notificationTests: notificationTests(fields), restarts: restarts(fields),
            silences: silences(fields), acknowledgements: acknowledgements(fields))
    }

    // MARK: Series

    private func inputSeries(_ fields: MappingReader) -> (kept: [InputSeries], skipped: [Labels]) {
        var kept: [InputSeries] = []
        var skipped: [Labels] = []
        for entry in fields.value("input_series")?.list() ?? [] {
            _ = entry.mapping { fields -> Void? in
                let name = fields.required("series", remedy: "add `series: 'name{label=\"value\"}'`")
                let values = fields.value("values")
                let probe = fields.nonEmptyString("probe")
                guard let name, let labels = seriesName(name) else { return nil }
                guard let text = values.map({ $0.string() }) ?? "" else { return nil }
                do throws(SeriesNotation.Problem) {
                    kept.removeAll { $0.labels == labels }
                    guard let values = try SeriesNotation.parse(text) else {
                        skipped.append(labels)
                        return nil
                    }
                    kept.append(
                        InputSeries(labels: labels, values: values, probe: probe, location: entry.location))
                } catch {
                    let value = values ?? entry
                    yaml.note(
                        .error, "the values can't be read: \(error.message)",
                        at: ScalarText(value)?.location(line: 1, column: error.column) ?? value.location,
                        remedy: error.remedy)
                }
                return nil
            }
        }
        return (kept, skipped)
    }

    /// The labels that stand here; nil and an error where they are wrong.
    func seriesName(_ value: YAMLValue) -> Labels? {
        guard let text = value.string() else { return nil }
        do {
            return try SeriesName.parse(text)
        } catch {
            yaml.note(
                .error, "this is no series: \(error.message)",
                at: ScalarText(value)?.location(line: 1, column: error.column) ?? value.location,
                remedy: SeriesName.remedy)
            return nil
        }
    }

    private func start(_ fields: MappingReader) -> Timestamp {
        let epoch = Timestamp(milliseconds: 0)
        guard let value = fields.value("start_timestamp"), let text = value.string() else { return epoch }
        if let time = Timestamp(text) { return time }
        value.error(
            "`start_timestamp` is no time: `\(text)`",
            remedy: "write it as `2026-01-31T08:00:00Z`, or in seconds since 1970")
        return epoch
    }

    private func silences(_ fields: MappingReader) -> [RuleTestGroup.Planned] {
        planned(fields, "silences", a: "a silence")
    }

    private func acknowledgements(_ fields: MappingReader) -> [RuleTestGroup.Planned] {
        planned(fields, "acknowledgements", a: "an acknowledgement")
    }

    private func planned(_ fields: MappingReader, _ key: String, a what: String) -> [RuleTestGroup.Planned] {
        (fields.value(key)?.list() ?? []).compactMap { entry in
            entry.mapping { fields -> RuleTestGroup.Planned? in
                let at = fields.duration("at", default: .zero, zero: true)
                let length = fields.required("for", remedy: "add `for: 5m`")?.duration(zero: false)
                let matchers = settings.matchers(fields)
                if matchers.isEmpty {
                    entry.error("\(what) needs matchers", remedy: "add `matchers: [alertname=\"…\"]`")
                }
                guard let length, !matchers.isEmpty else { return nil }
                return .init(at: at, length: length, matchers: matchers, location: entry.location)
            }
        }.sorted { $0.at < $1.at }
    }

    private func restarts(_ fields: MappingReader) -> [RuleTestGroup.Restart] {
        (fields.value("restarts")?.list() ?? []).compactMap { entry in
            if entry.isScalar, !entry.isNull {
                return entry.duration().map { RuleTestGroup.Restart(at: $0, down: .zero) }
            }
            return entry.mapping { fields in
                guard let at = fields.required("at", remedy: "add `at: 5m`")?.duration() else { return nil }
                return RuleTestGroup.Restart(at: at, down: fields.duration("down", default: .zero, zero: true))
            }
        }.sorted { $0.at < $1.at }
    }
}
