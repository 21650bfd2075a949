import PromQL

/// The alerts of heartbeats that don't come. No rule knows them.
extension RuleBook {
    private static let machine = AlertMachine(
        condition: .presence(holdFor: .zero, keepFiringFor: .zero), interval: .seconds(15))

    /// Begins the alert of a heartbeat that is late.
    mutating func miss(_ heartbeat: Heartbeat, lastAt: Timestamp?, at now: Timestamp) -> [AlertEvent] {
        let labels = heartbeat.alertLabels
        let id = AlertID(labels: labels)
        var log = EventLog(now: now)
        if let old = alerts[id], old.ordinal != Heartbeat.ordinal {
            // A rule or a sender gives the same; it says as much.
            guard !old.isOn else { return [] }
            forget(id)
        }
        var alert =
            alerts[id]
            ?? Alert(
                id: id, rule: Heartbeat.alertName, ordinal: Heartbeat.ordinal, labels: labels,
                runbook: "heartbeats", at: now)
        guard !alert.phase.isFiring else { return [] }
        let before = alert
        alert.updatedAt = now
        alert.level = heartbeat.severity
        let last = lastAt.map { "it came last at \($0)" } ?? "it has never come"
        alert.annotations = [
            "summary": "The heartbeat \(heartbeat.name) has not come for \(heartbeat.timeout.promQL)",
            "description": "What reports as \(heartbeat.name) is stopped or can't reach the agent: \(last).",
        ]
        Self.machine.begin(at: now, value: nil, of: &alert)
        log.add(.fired, alert, before: before, reason: last)
        alerts[id] = alert
        changed.insert(id)
        return log.events
    }

    /// Ends the alert of a heartbeat that came.
    mutating func endMissing(_ heartbeat: Heartbeat, at now: Timestamp) -> [AlertEvent] {
        endHeartbeat(AlertID(labels: heartbeat.alertLabels), reason: "it came again", at: now)
    }

    /// Ends the alerts of heartbeats that are no longer waited for, or under other labels.
    mutating func resolveHeartbeats(except known: [Heartbeat], at now: Timestamp) -> [AlertEvent] {
        let ids = Set(known.map { AlertID(labels: $0.alertLabels) })
        let gone = alerts.values.filter { $0.ordinal == Heartbeat.ordinal && !ids.contains($0.id) }.map(\.id).sorted()
        return gone.flatMap { endHeartbeat($0, reason: "the settings no longer have it", at: now) }
    }

    private mutating func endHeartbeat(_ id: AlertID, reason: String, at now: Timestamp) -> [AlertEvent] {
        guard var alert = alerts[id], alert.ordinal == Heartbeat.ordinal, alert.phase.isFiring else { return [] }
        var log = EventLog(now: now)
        let before = alert
        alert.updatedAt = now
        Self.machine.end(at: now, value: nil, reason: reason, of: &alert)
        log.add(.resolved, alert, before: before, reason: reason)
        alerts[id] = alert
        changed.insert(id)
        return log.events
    }
}
