package import PromQL

/// Something that reports regularly that it lives, such as a backup: where it stops, that is an alert.
package struct Heartbeat: Hashable, Sendable {
    /// By which it reports, and the value of the alert's label `heartbeat`.
    package let name: String
    /// Silence of this length is an alert.
    package let timeout: Duration
    package let severity: Severity
    /// Further labels of the alert.
    package let labels: Labels

    package init(name: String, timeout: Duration, severity: Severity = .critical, labels: Labels = Labels()) {
        self.name = name
        self.timeout = timeout
        self.severity = severity
        self.labels = labels
    }

    /// The name of the alerts.
    package static let alertName = "HeartbeatMissing"
    /// `Alert.ordinal` of the alerts: no rule has it.
    package static let ordinal = -2

    /// The alert's labels, without its level.
    package var alertLabels: Labels {
        labels.setting("alertname", Self.alertName).setting("heartbeat", name)
    }
}

/// When a heartbeat came: a row of the store.
package struct HeartbeatMark: Hashable, Sendable, Codable {
    package var name: String
    /// Since when it is waited for.
    package var since: Timestamp
    /// When it came last; nil where it never has.
    package var lastAt: Timestamp?

    package init(name: String, since: Timestamp, lastAt: Timestamp? = nil) {
        self.name = name
        self.since = since
        self.lastAt = lastAt
    }
}

/// How a heartbeat stands.
package struct HeartbeatStanding: Hashable, Sendable {
    package enum State: String, Hashable, Sendable, CaseIterable {
        /// Has never come, and is not late yet. Exits: alive, missing.
        case pending
        /// Came in time. Exits: missing.
        case alive
        /// Is late. Exits: alive.
        case missing
    }

    package let heartbeat: Heartbeat
    package let state: State
    package let lastAt: Timestamp?
    /// When it is missing unless it comes.
    package let dueAt: Timestamp
}
