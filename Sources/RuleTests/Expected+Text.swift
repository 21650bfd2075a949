import Alerting
import PromQL
import Settings

extension Labels {
    /// All labels in braces: `{__name__="up", job="a"}`.
    var bracedText: String {
        "{" + map { "\($0.name)=\"\($0.value.escapedForQuotes)\"" }.joined(separator: ", ") + "}"
    }

    /// Whether it has all labels of the other.
    fileprivate func has(_ other: Labels) -> Bool { other.allSatisfy { self[$0.name] == $0.value } }
}

extension Double {
    /// As Prometheus writes it.
    var plain: String { PlainNumber.text(self) }
}

extension Alert {
    /// What a test of states may ask for.
    var stateText: String {
        var parts = ["state: \(phase.rawValue)"]
        if let level { parts.append("level: \(level)") }
        if let value { parts.append("value: \(value.plain)") }
        if isStale { parts.append("stale") }
        if hasNoData { parts.append("no_data") }
        if isFlapping { parts.append("flapping") }
        return "\(labels.dropping(["alertname"]).bracedText) \(parts.joined(separator: ", "))"
    }
}

extension RuleTestFile.StateTest.Expected {
    func meets(_ alert: Alert) -> Bool {
        func same<Value: Equatable>(_ wanted: Value?, _ found: Value?) -> Bool { wanted == nil || wanted == found }
        return alert.routedLabels.has(labels) && same(state, alert.phase) && same(level, alert.level)
            && same(value, alert.value) && same(isStale, alert.isStale) && same(hasNoData, alert.hasNoData)
            && same(isFlapping, alert.isFlapping)
    }

    var text: String {
        var parts: [String] = []
        if let state { parts.append("state: \(state.rawValue)") }
        if let level { parts.append("level: \(level)") }
        if let value { parts.append("value: \(value.plain)") }
        if let isStale { parts.append(isStale ? "stale" : "not stale") }
        if let hasNoData { parts.append(hasNoData ? "no_data" : "not no_data") }
        if let isFlapping { parts.append(isFlapping ? "flapping" : "not flapping") }
        return "\(labels.bracedText) \(parts.joined(separator: ", "))"
    }
}

extension RuleTestFile.NotificationTest.Expected {
    func meets(_ sent: SentChange) -> Bool {
        sent.at == at && sent.alert.rule == alertname && sent.alert.change == change
            && (level == nil || sent.alert.level == level) && sent.alert.routedLabels.has(labels)
    }

    var text: String {
        "\(at.promQL) \(alertname) \(change.rawValue)\(level.map { " \($0)" } ?? "") \(labels.bracedText)"
    }
}
