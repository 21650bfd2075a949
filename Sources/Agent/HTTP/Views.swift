package import Alerting
import PromQL

/// An alert as the API shows it.
package struct AlertView: Codable, Sendable, Hashable {
    package let id: String
    package let rule: String
    package let labels: [String: String]
    package let annotations: [String: String]
    package let state: String
    package let level: String?
    package let value: Double?
    package let raisedValue: Double?
    package let peak: Double?
    package let threshold: String?
    package let clearThreshold: String?
    package let pendingSince: String?
    package let firingSince: String?
    package let stale: Bool
    package let noData: Bool
    package let flapping: Bool
    package let error: String?
    package let runbook: String?
    package let evidence: EvidenceView?
    /// When it is over unless its sender repeats it; nil for an alert of the agent's own.
    package let endsAt: String?
    /// Where its sender shows it.
    package let generatorURL: String?
    /// Who looks after it; nil where nobody said so.
    package let acknowledgement: AcknowledgementView?

    package init(_ alert: Alert, acknowledgement: AcknowledgementView? = nil) {
        self.acknowledgement = acknowledgement
        id = alert.id.description
        rule = alert.rule
        labels = alert.labels.dictionary
        annotations = alert.annotations
        state = alert.phase.rawValue
        level = alert.level?.rawValue
        value = alert.value
        raisedValue = alert.raisedValue
        peak = alert.peak
        threshold = alert.threshold
        clearThreshold = alert.clearThreshold
        pendingSince = alert.pendingSince?.description
        firingSince = alert.phase == .pending ? nil : alert.firingSince?.description
        stale = alert.isStale
        noData = alert.hasNoData
        flapping = alert.isFlapping
        error = alert.error
        runbook = alert.runbook
        evidence = alert.evidence.map(EvidenceView.init)
        endsAt = alert.received?.endsAt.description
        generatorURL = alert.received?.generatorURL
    }
}

/// What a diagnosis found, as the API shows it.
package struct EvidenceView: Codable, Sendable, Hashable {
    package let title: String
    package let columns: [String]
    package let rows: [[String]]
    package let omittedRows: Int
    package let failure: String?
    package let time: String?

    package init(_ evidence: Evidence) {
        title = evidence.title
        columns = evidence.columns
        rows = evidence.rows
        omittedRows = evidence.omittedRows
        failure = evidence.failure
        time = evidence.takenAt?.description
    }
}

/// An event as the API shows it.
package struct EventView: Codable, Sendable, Hashable {
    package let time: String
    package let event: String
    package let alert: String
    package let rule: String
    package let labels: [String: String]
    package let level: String?
    package let previousLevel: String?
    package let value: Double?
    package let threshold: String?
    package let peak: Double?
    package let summary: String?
    package let reason: String?
    package let evidence: EvidenceView?

    package init(_ event: AlertEvent) {
        time = event.at.description
        self.event = event.kind.rawValue
        alert = event.alert.description
        rule = event.rule
        labels = event.labels.dictionary
        level = event.level?.rawValue
        previousLevel = event.previousLevel?.rawValue
        value = event.value
        threshold = event.threshold
        peak = event.peak
        summary = event.summary
        reason = event.reason
        evidence = event.evidence.map(EvidenceView.init)
    }
}

/// A ledger entry as the API shows it.
package struct LedgerView: Codable, Sendable, Hashable {
    package let time: String
    package let decision: String
    package let receiver: String
    package let destination: String
    package let group: String
    package let alerts: [String]
    package let message: Int64?
    package let attempt: Int?
    /// The receiver's answer: an HTTP status or SMTP's reply code.
    package let status: Int?
    /// Seconds.
    package let latency: Double?
    package let reason: String

    package init(_ entry: LedgerEntry) {
        time = entry.at.description
        decision = entry.kind.rawValue
        receiver = entry.destination.receiver
        destination = entry.destination.description
        group = entry.groupKey
        alerts = entry.alerts.map(\.description)
        message = entry.message
        attempt = entry.attempt
        status = entry.status
        latency = entry.latency.map { Double($0.milliseconds) / 1_000 }
        reason = entry.reason
    }
}
