package import PromQL

/// A diagnosis that an alert wants: its rule names one, and it has begun to fire or has risen.
package struct DiagnosisRequest: Hashable, Sendable {
    package let alert: AlertID
    /// When the episode began to fire: what a diagnosis of an earlier one brings is not taken.
    package let episode: Timestamp
    /// The level that was reached; nil in Prometheus's form.
    package let level: Severity?
    /// The runbook and its block, as `blocking/tree`.
    package let name: String
    /// The alert's, for the values that the block takes, and for the database to ask.
    package let labels: Labels

    package init(alert: AlertID, episode: Timestamp, level: Severity?, name: String, labels: Labels) {
        self.alert = alert
        self.episode = episode
        self.level = level
        self.name = name
        self.labels = labels
    }
}

extension AlertRule {
    /// The diagnosis that `evidence` names, as `runbook/block`: a name alone means the rule's own runbook. Nil where it
    /// names none, or where the rule's runbook is an address.
    package var diagnosis: String? {
        guard let evidence else { return nil }
        if evidence.contains("/") { return evidence }
        guard let runbook, !runbook.contains("/") else { return nil }
        return "\(runbook)/\(evidence)"
    }
}
