package import Alerting
import PromQL
import Templates

/// Which rules `/api/v1/rules` shows.
struct RuleFilter {
    private let names: Set<String>
    private let groups: Set<String>
    private let files: Set<String>
    private let type: String?
    let withAlerts: Bool

    init(_ parameters: QueryParameters) throws(QueryParameters.Problem) {
        names = Set(parameters.all("rule_name[]"))
        groups = Set(parameters.all("rule_group[]"))
        files = Set(parameters.all("file[]"))
        type = parameters["type"]
        if let type, type != "alert", type != "record" {
            throw parameters.invalid("type", "not supported value \"\(type)\"")
        }
        withAlerts = !["1", "true", "t"].contains((parameters["exclude_alerts"] ?? "").lowercased())
    }

    func takes(_ group: RuleGroup) -> Bool {
        (groups.isEmpty || groups.contains(group.name)) && (files.isEmpty || files.contains(group.file))
    }

    func takes(_ entry: RuleGroup.Entry) -> Bool {
        guard names.isEmpty || names.contains(entry.name) else { return false }
        switch entry {
        case .alert: return type == nil || type == "alert"
        case .record: return type == nil || type == "record"
        }
    }
}

/// The rules as Prometheus's API writes them, with Tocsin's own keys beside: `levels` and the evidence that a rule
/// works.
package struct RulesView: Codable, Sendable {
    package struct Group: Codable, Sendable {
        package let name: String
        package let file: String
        /// Seconds.
        package let interval: Double
        package let limit: Int
        package let rules: [Rule]
        /// Seconds.
        package let evaluationTime: Double
        package let lastEvaluation: String
    }

    package struct Rule: Codable, Sendable {
        package let type: String
        package let name: String
        package let query: String
        package let health: String
        package let lastError: String?
        /// Seconds.
        package let evaluationTime: Double
        package let lastEvaluation: String
        package let labels: [String: String]
        package let duration: Double?
        package let keepFiringFor: Double?
        package let annotations: [String: String]?
        package let state: String?
        package let alerts: [PrometheusAlert]?
        /// Tocsin's levels, as they are written: `warning: > 0.8 for 2m, clear <= 0.7 for 5m`.
        package let levels: [String]?
        /// The last evaluations, newest first.
        package let evaluations: [Evaluation]
        /// Selectors that have never found a series since the rule was loaded.
        package let neverMatched: [String]
        /// The metric that was probably meant, by the selector of `neverMatched`; none for a name that is known.
        package let didYouMean: [String: String]
    }

    package struct Evaluation: Codable, Sendable {
        package let time: String
        /// Seconds.
        package let duration: Double
        package let seriesRead: Int
        package let samplesRead: Int
        package let seriesReturned: Int
        package let error: String?
    }

    package let groups: [Group]

    /// - Parameter metrics: the names of the metrics in the window, to guess what a mistyped one meant.
    init(
        _ groups: [(group: RuleGroup, health: [RuleHealth])], alerts: [Alert], metrics: [String], filter: RuleFilter
    ) {
        var guess = MetricGuess(present: metrics)
        let byRule = Dictionary(grouping: alerts.filter { $0.phase == .pending || $0.isOn }) {
            "\($0.ordinal) \($0.rule)"
        }
        var shown: [Group] = []
        for (group, health) in groups where filter.takes(group) {
            var rules: [Rule] = []
            for (entry, health) in zip(group.rules, health) where filter.takes(entry) {
                rules.append(Rule(entry, health, byRule, withAlerts: filter.withAlerts, guess: &guess))
            }
            guard !rules.isEmpty else { continue }
            let last = health.compactMap { $0.last }
            shown.append(
                Group(
                    name: group.name, file: group.file, interval: group.interval.inSeconds, limit: group.limit,
                    rules: rules, evaluationTime: last.reduce(0) { $0 + $1.duration.inSeconds },
                    lastEvaluation: Self.time(last.last?.at)))
        }
        self.groups = shown
    }

    fileprivate static func time(_ time: Timestamp?) -> String { time.map { "\($0)" } ?? "0001-01-01T00:00:00Z" }
}

extension RulesView.Rule {
    fileprivate init(
        _ entry: RuleGroup.Entry, _ health: RuleHealth, _ alerts: [String: [Alert]], withAlerts: Bool,
        guess: inout MetricGuess
    ) {
        name = entry.name
        query = entry.expression.text
        let last = health.last
        self.health = last.map { $0.error == nil ? "ok" : "err" } ?? "unknown"
        lastError = last?.error
        evaluationTime = last?.duration.inSeconds ?? 0
        lastEvaluation = RulesView.time(last?.at)
        evaluations = health.recent.reversed().map { one in
            RulesView.Evaluation(
                time: "\(one.at)", duration: one.duration.inSeconds, seriesRead: one.seriesRead,
                samplesRead: one.samplesRead, seriesReturned: one.seriesReturned, error: one.error)
        }
        let selectors = entry.expression.selectors
        var unmatched: [String] = []
        var meant: [String: String] = [:]
        for place in last == nil ? [] : health.unmatched.sorted() {
            let shown = "{\(selectors[place].map(\.description).joined(separator: ", "))}"
            unmatched.append(shown)
            if let metric = guess.metric(meantBy: selectors[place]) { meant[shown] = metric }
        }
        (neverMatched, didYouMean) = (unmatched, meant)
        switch entry {
        case .record(let rule):
            type = "recording"
            labels = rule.labels
            (duration, keepFiringFor, annotations, state, self.alerts, levels) = (nil, nil, nil, nil, nil, nil)
        case .alert(let rule):
            type = "alerting"
            labels = rule.labels.mapValues(\.text)
            annotations = rule.annotations.mapValues(\.text)
            let own = alerts["\(rule.ordinal) \(rule.name)"] ?? []
            state = own.contains(where: \.isOn) ? "firing" : own.isEmpty ? "inactive" : "pending"
            self.alerts = withAlerts ? own.map(PrometheusAlert.init) : nil
            switch rule.condition {
            case .presence(let holdFor, let keepFiring):
                (duration, keepFiringFor) = (holdFor.inSeconds, keepFiring.inSeconds)
                levels = nil
            case .levels(let all):
                (duration, keepFiringFor) = (all.map(\.raiseFor.inSeconds).min() ?? 0, 0)
                levels = all.map { level in
                    "\(level.level): \(level.raise) for \(level.raiseFor.promQL), clear \(level.clear) for "
                        + "\(level.clearFor.promQL)"
                }
            }
        }
    }
}

/// An alert as Prometheus's API writes it.
package struct PrometheusAlert: Codable, Sendable {
    package let labels: [String: String]
    package let annotations: [String: String]
    package let state: String
    package let activeAt: String
    package let value: String

    package init(_ alert: Alert) {
        labels = alert.routedLabels.dictionary
        annotations = alert.annotations
        state = alert.phase == .pending ? "pending" : "firing"
        activeAt = "\(alert.pendingSince ?? alert.firingSince ?? alert.updatedAt)"
        value = alert.value.map { PlainNumber.text($0) } ?? "NaN"
    }
}

extension Duration {
    fileprivate var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
