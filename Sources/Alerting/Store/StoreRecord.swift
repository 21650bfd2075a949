/// One change that the store writes. The changes of one decision go into one transaction, in order.
///
/// Indirect, since each is handed on several times: a copy of an alert or of a message would count dozens of references.
package indirect enum StoreRecord: Hashable, Sendable {
    case alert(Alert)
    case removeAlert(AlertID)
    case event(AlertEvent)
    case group(NotificationGroup)
    case removeGroup(NotificationGroup.ID)
    case outbox(OutboxRow)
    case removeOutbox(Int64)
    case ledger(LedgerEntry)
    case silence(Silence)
    case removeSilence(String)
    case heartbeat(HeartbeatMark)
    case removeHeartbeat(String)
    case acknowledgement(Acknowledgement)
    case removeAcknowledgement(AlertID)

    /// Whether the transaction that holds it must have reached the disk before anything acts on it.
    package var mustBeSynced: Bool {
        switch self {
        case .outbox, .removeOutbox, .group, .removeGroup, .silence, .acknowledgement: true
        case .alert, .removeAlert, .event, .ledger, .removeSilence, .heartbeat, .removeHeartbeat,
            .removeAcknowledgement:
            false
        }
    }
}

/// All that the store gives back at the start: what was true when the agent last ran.
package struct StoredState: Hashable, Sendable {
    package var alerts: [Alert]
    package var groups: [NotificationGroup]
    package var outbox: [OutboxRow]
    package var silences: [Silence]
    package var heartbeats: [HeartbeatMark]
    package var acknowledgements: [Acknowledgement]

    package init(
        alerts: [Alert] = [], groups: [NotificationGroup] = [], outbox: [OutboxRow] = [], silences: [Silence] = [],
        heartbeats: [HeartbeatMark] = [], acknowledgements: [Acknowledgement] = []
    ) {
        self.alerts = alerts
        self.groups = groups
        self.outbox = outbox
        self.silences = silences
        self.heartbeats = heartbeats
        self.acknowledgements = acknowledgements
    }
}
