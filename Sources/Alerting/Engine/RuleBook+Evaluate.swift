import PromQL
import Templates

extension RuleBook {
    /// Evaluates one alerting rule and tells each of its alerts what was found.
    mutating func evaluate(
        _ rule: AlertRule, of group: RuleGroup, at now: Timestamp, probes: ProbeBook, window: SampleWindow,
        statistics: inout EvaluationStatistics, events: inout [AlertEvent]
    ) -> Outcome {
        let key = RuleKey(name: rule.name, ordinal: rule.ordinal)
        let environment = templateEnvironment(at: now, window: window)
        let found: [AlertID: Element]
        do {
            found = try elements(
                of: rule, group: group, at: now, window: window, environment: environment, statistics: &statistics)
        } catch {
            let message = String(describing: error)
            events += observeAll(of: rule, key: key, group: group, at: now) { _ in .failed(message: message) }
            return Outcome(error: message)
        }
        for (id, element) in found.sorted(by: { $0.key < $1.key }) {
            var alert =
                alerts[id]
                ?? Alert(
                    id: id, rule: rule.name, ordinal: rule.ordinal, labels: element.labels, runbook: rule.runbook,
                    at: now)
            events += adopt(&alert, by: rule, at: now)
            alert.runbook = rule.runbook
            let reading = heldBack(
                element.value, rule: rule, alert: alert, at: now, probes: probes, window: window)
            let oldValue = alert.value
            var happened = machine(for: rule, group: group, labels: alert.labels).observe(reading, at: now, of: &alert)
            // While it recovers the texts stay as they were when it fired: a resolve names what it was about.
            // And while nothing has changed they would only come out the same again, unless they read more than that.
            let hasTexts =
                happened.isEmpty && oldValue == element.value && withTexts.contains(id)
                && !rule.annotations.values.contains(where: \.mayReadMore)
            if !hasTexts, alert.phase == .pending || alert.phase == .firing {
                withTexts.insert(id)
                alert.annotations = annotations(of: rule, for: alert, element: element, environment: environment)
                for index in happened.indices { happened[index].summary = alert.annotations["summary"] }
            }
            events += happened
            keep(alert, of: rule, key: key)
        }
        let missing = (alertsByRule[key] ?? []).filter { found[$0] == nil }
        for id in missing.sorted() {
            guard var alert = alerts[id] else { continue }
            let reading = readingOfMissing(alert, rule: rule, at: now, probes: probes, window: window)
            events += machine(for: rule, group: group, labels: alert.labels).observe(reading, at: now, of: &alert)
            keep(alert, of: rule, key: key)
        }
        return Outcome(seriesReturned: found.count)
    }

    /// Writes the rule's alerts as Prometheus's series `ALERTS` and `ALERTS_FOR_STATE`, which expressions may read.
    ///
    /// - Parameter shown: the series that were written last.
    /// - Returns: the series that were written now.
    func showAlerts(
        of rule: AlertRule, at now: Timestamp, window: inout SampleWindow, shown: Set<Labels>
    ) -> Set<Labels> {
        let ids = alertsByRule[RuleKey(name: rule.name, ordinal: rule.ordinal)] ?? []
        if ids.isEmpty && shown.isEmpty { return [] }
        var given: Set<Labels> = []
        for id in ids {
            guard let alert = alerts[id], alert.phase == .pending || alert.isOn else { continue }
            let labels = alert.routedLabels
            let state = alert.phase == .pending ? "pending" : "firing"
            let since = alert.pendingSince ?? alert.firingSince ?? now
            for (series, value) in [
                (labels.setting("alertstate", state).setting(Labels.metricName, "ALERTS"), 1),
                (labels.setting(Labels.metricName, "ALERTS_FOR_STATE"), since.seconds.rounded(.down)),
            ] {
                given.insert(series)
                window.append(Sample(labels: series, value: value, at: now))
            }
        }
        for series in shown where !given.contains(series) { window.markStale(series, at: now) }
        return given
    }

    /// Keeps an alert, or drops it where it is simply well and its rule needs no memory of it.
    private mutating func keep(_ alert: Alert, of rule: AlertRule, key: RuleKey) {
        let old = alerts[alert.id]
        let remembers = alert.machine.flapping != nil || alert.isFlapping || rule.noData == .alert
        if alert.phase == .inactive && !remembers {
            guard old != nil else { return }
            forget(alert.id)
            changed.insert(alert.id)
            return
        }
        alerts[alert.id] = alert
        let isNew = old.map { !$0.isOfRule } ?? true
        if isNew { alertsByRule[key, default: []].insert(alert.id) }
        if isNew || old.map(alert.mustBeWritten) ?? true { changed.insert(alert.id) }
    }

    private mutating func observeAll(
        of rule: AlertRule, key: RuleKey, group: RuleGroup, at now: Timestamp,
        reading: (Alert) -> AlertMachine.Reading
    ) -> [AlertEvent] {
        var events: [AlertEvent] = []
        for id in (alertsByRule[key] ?? []).sorted() {
            guard var alert = alerts[id] else { continue }
            events += machine(for: rule, group: group, labels: alert.labels)
                .observe(reading(alert), at: now, of: &alert)
            keep(alert, of: rule, key: key)
        }
        return events
    }

    private func machine(for rule: AlertRule, group: RuleGroup, labels: Labels) -> AlertMachine {
        let condition = rule.levels(for: labels).map(AlertRule.Condition.levels) ?? rule.condition
        return AlertMachine(
            condition: condition, noData: rule.noData, flapping: rule.flapping, interval: group.interval)
    }

    /// One element of a rule's result.
    private struct Element {
        /// The alert's.
        let labels: Labels
        /// As the expression gave them.
        let own: Labels
        let value: Double
    }

    /// The result of a rule's expression by alert.
    private func elements(
        of rule: AlertRule, group: RuleGroup, at now: Timestamp, window: SampleWindow,
        environment: TemplateEnvironment, statistics: inout EvaluationStatistics
    ) throws -> [AlertID: Element] {
        let vector = try Self.vector(
            of: rule.expression, at: now, window: window, limits: limits, statistics: &statistics)
        if group.limit > 0 && vector.count > group.limit {
            throw RuleFailure.tooMany(found: vector.count, limit: group.limit)
        }
        var found: [AlertID: Element] = [:]
        for element in vector {
            let labels = alertLabels(of: rule, element: element, environment: environment)
            let id = AlertID(labels: labels, ordinal: rule.ordinal)
            let result = Element(labels: labels, own: element.labels, value: element.value)
            guard found.updateValue(result, forKey: id) == nil else {
                throw RuleFailure.duplicate(labels)
            }
        }
        return found
    }

    private func alertLabels(of rule: AlertRule, element: VectorElement, environment: TemplateEnvironment) -> Labels {
        var labels = element.labels.droppingMetric()
        let own = element.labels.dictionary
        for (name, template) in rule.labels {
            labels = labels.setting(name, expand(template, labels: own, value: element.value, environment: environment))
        }
        if case .levels = rule.condition { labels = labels.setting(Severity.label, nil) }
        return labels.setting("alertname", rule.name)
    }

    /// The texts of an alert. In Prometheus's form they see what Prometheus shows them: the labels of the result, and
    /// none that the rule adds. With levels they see the alert's, `severity` among them.
    private func annotations(
        of rule: AlertRule, for alert: Alert, element: Element, environment: TemplateEnvironment
    ) -> [String: String] {
        let labels: [String: String]
        switch rule.condition {
        case .levels: labels = alert.routedLabels.dictionary
        case .presence: labels = element.own.dictionary
        }
        return rule.annotations.mapValues {
            expand($0, labels: labels, value: element.value, environment: environment)
        }
    }

    /// Expands a template; a failure stands in the text, as in Prometheus, and never stops the alert.
    private func expand(
        _ template: Template, labels: [String: String], value: Double, environment: TemplateEnvironment
    ) -> String {
        do {
            return try template.expandRule(
                labels: labels, value: value, externalLabels: externalLabels.dictionary, externalURL: externalURL,
                environment: environment)
        } catch {
            return "<error expanding template: \(error)>"
        }
    }

    /// What a missing element means: unknown while something that the rule reads is, else gone or false.
    private func readingOfMissing(
        _ alert: Alert, rule: AlertRule, at now: Timestamp, probes: ProbeBook, window: SampleWindow
    ) -> AlertMachine.Reading {
        if let reason = probes.unknownReason(for: alert.labels, selectors: rule.expression.selectors, in: window) {
            return .unknown(reason: reason, isExplained: databaseIsDown(for: alert.labels, at: now, window: window))
        }
        if let gap = gap(in: rule, for: alert, at: now, window: window) { return gap }
        switch rule.condition {
        case .levels: return .absent(reason: "the series is gone: its probe succeeded without it")
        case .presence: return .absent(reason: "the condition no longer holds")
        }
    }

    /// A value that would not raise an alert which fires is unknown while something that the rule reads is: a range
    /// that empties, or a sum that lacks a part, is no recovery. The same holds after a restart until a range is filled
    /// again. A value that raises counts.
    private func heldBack(
        _ value: Double, rule: AlertRule, alert: Alert, at now: Timestamp, probes: ProbeBook, window: SampleWindow
    ) -> AlertMachine.Reading {
        guard alert.phase.isFiring || alert.phase == .pending, let levels = rule.levels(for: alert.labels),
            !levels.contains(where: { $0.raise.holds(value) })
        else { return .value(value) }
        if let gap = gap(in: rule, for: alert, at: now, window: window) { return gap }
        guard alert.phase.isFiring,
            let reason = probes.unknownReason(for: alert.labels, selectors: rule.expression.selectors, in: window)
        else { return .value(value) }
        return .unknown(reason: reason, isExplained: databaseIsDown(for: alert.labels, at: now, window: window))
    }

    /// Unknown, where what a rule's ranges say of an alert that fires or is pending can't be believed; else nil.
    ///
    /// After a time in which the probe failed, or no agent ran, a range holds less than it did when the alert began: an
    /// increase over it is smaller without anything being better. It is the same after a restart of which no samples
    /// were kept. The reason is known, so that is no lack of data to be told of.
    private func gap(
        in rule: AlertRule, for alert: Alert, at now: Timestamp, window: SampleWindow
    ) -> AlertMachine.Reading? {
        guard alert.phase.isFiring || alert.phase == .pending,
            let since = alert.phase.isFiring ? alert.firingSince : alert.pendingSince
        else { return nil }
        for past in pasts[rule] {
            let isOfBefore = since < startedAt && now - startedAt < past.range
            let isKnown = window.knowsPast(
                of: past.matchers, range: past.range, at: now, before: isOfBefore ? startedAt : nil
            ) { $0.agrees(with: alert.labels) }
            if !isKnown {
                return .unknown(
                    reason: "of the \(past.range.promQL) that the rule looks back at, too much is unknown",
                    isExplained: true)
            }
        }
        return nil
    }

    /// Whether `pg_up` says that the database behind an alert is down: then that is the alert, and missing data is not.
    private func databaseIsDown(for labels: Labels, at now: Timestamp, window: SampleWindow) -> Bool {
        guard let database = labels["database"],
            let expression = try? Expression("pg_up{database=\"\(database.escapedForPromQL)\"} == 0"),
            case .vector(let down)? = try? expression.evaluate(at: now, in: window)
        else { return false }
        return !down.isEmpty
    }

    private func templateEnvironment(at now: Timestamp, window: SampleWindow) -> TemplateEnvironment {
        let limits = limits
        return TemplateEnvironment(
            query: { text in
                switch try Expression(text).evaluate(at: now, in: window, limits: limits) {
                case .vector(let elements): elements.map { ($0.labels.dictionary, $0.value) }
                case .scalar(let value): [([:], value)]
                case .matrix, .string: throw RuleFailure.notAVector
                }
            },
            matches: { pattern, text in try RegularExpression(pattern).matchesSomewhere(text) },
            replaceAll: { pattern, replacement, text in
                try RegularExpression(pattern).replaceAll(in: text, with: replacement)
            },
            now: now.milliseconds, externalURL: externalURL)
    }

    /// Evaluates one recording rule into the window.
    ///
    /// - Parameter recorded: the series that it gave last.
    static func record(
        _ rule: RecordingRule, limit: Int, limits: EvaluationLimits, at now: Timestamp, probes: ProbeBook,
        window: inout SampleWindow, recorded: inout Set<Labels>, statistics: inout EvaluationStatistics
    ) -> Outcome {
        do {
            let vector = try Self.vector(
                of: rule.expression, at: now, window: window, limits: limits, statistics: &statistics)
            if limit > 0 && vector.count > limit { throw RuleFailure.tooMany(found: vector.count, limit: limit) }
            var given: Set<Labels> = []
            var outcome = Outcome(seriesReturned: vector.count)
            for element in vector {
                var labels = element.labels.setting(Labels.metricName, rule.record)
                for (name, value) in rule.labels { labels = labels.setting(name, value) }
                guard given.insert(labels).inserted else { throw RuleFailure.duplicate(labels) }
                outcome.samples.append(Sample(labels: labels, value: element.value, at: now))
            }
            window.append(outcome.samples)
            var kept = given
            for labels in recorded where !given.contains(labels) {
                // What is made of something unknown is unknown itself, not gone.
                if probes.unknownReason(for: labels, selectors: rule.expression.selectors, in: window) == nil {
                    window.markStale(labels, at: now)
                } else {
                    window.markUnknown(labels, at: now)
                    kept.insert(labels)
                }
            }
            recorded = kept
            return outcome
        } catch {
            return Outcome(error: String(describing: error))
        }
    }

    /// An expression's result as a vector; a number is one element without labels.
    private static func vector(
        of expression: Expression, at now: Timestamp, window: SampleWindow, limits: EvaluationLimits,
        statistics: inout EvaluationStatistics
    ) throws -> [VectorElement] {
        switch try expression.evaluate(at: now, in: window, limits: limits, statistics: &statistics) {
        case .vector(let elements): return elements
        case .scalar(let value): return [VectorElement(labels: Labels(), value: value)]
        case .matrix, .string: throw RuleFailure.notAVector
        }
    }
}

/// Why a rule could not be evaluated, beyond what the expression itself says.
enum RuleFailure: Error, CustomStringConvertible {
    case notAVector
    case tooMany(found: Int, limit: Int)
    case duplicate(Labels)

    var description: String {
        switch self {
        case .notAVector:
            "the expression gives neither a vector nor a scalar"
        case .tooMany(let found, let limit):
            "it gave \(found) alerts or series, and the group's limit is \(limit)"
        case .duplicate(let labels):
            "two results have the same labels once the rule's labels are applied: \(labels). Make them differ, or "
                + "aggregate in the expression"
        }
    }
}

extension String {
    /// With the characters escaped that end or change a quoted string of PromQL, or of the text format.
    package var escapedForPromQL: String {
        var text = ""
        for character in self {
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.append(character)
            }
        }
        return text
    }
}
