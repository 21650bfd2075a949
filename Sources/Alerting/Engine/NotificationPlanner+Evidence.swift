package import PromQL

extension NotificationPlanner {
    /// Puts what a diagnosis found into the messages that tell of the alert and that no byte of has left yet. It makes
    /// no message of its own.
    package mutating func attach(_ evidence: Evidence, to alert: Alert, at now: Timestamp) {
        for id in (groupsByAlert[alert.id] ?? []).sorted() {
            guard let group = groups[id], let place = group.outstanding, var row = outbox[place],
                row.state == .waiting
            else { continue }
            var isTold = false
            for index in row.notification.alerts.indices {
                let told = row.notification.alerts[index]
                guard told.id == alert.id, told.startedAt == alert.firingSince, told.change.takesEvidence else {
                    continue
                }
                row.notification.alerts[index].evidence = evidence
                isTold = true
            }
            guard isTold else { continue }
            // An attempt that failed for certain may all the same have shown its key to somebody.
            if row.attempts > 0 { row.key = key(of: group, row: row.id, at: now) }
            setRow(row)
            records.append(.outbox(row))
        }
    }
}

extension NotifiedAlert.Change {
    /// Whether a message about it shows the cause: of what was told and is over the cause is told too.
    var takesEvidence: Bool {
        switch self {
        case .fired, .raised, .lowered, .passed, .flapping, .steady, .unchanged: true
        case .resolved: false
        }
    }
}
