package import PromQL

/// The alerts that others send. No rule knows them: they begin and go on by what is sent, and end when that says so or
/// when their end passes.
extension RuleBook {
    /// Time that the sender of an alert has to repeat it after the agent was away: Prometheus repeats every minute.
    static let graceAfterPause = Duration.seconds(90)

    private static let machine = AlertMachine(
        condition: .presence(holdFor: .zero, keepFiringFor: .zero), interval: .seconds(15))

    /// How many of them fire.
    package var receivedCount: Int { receivedEnds.count }

    /// When the next of them ends by itself; nil where none does.
    package var nextReceivedEnd: Timestamp? { receivedEnds.next }

    /// Takes over what was sent, in order.
    ///
    /// - Returns: what happened, and how many alerts a rule of the agent's own has already: those stay the rule's.
    mutating func receive(_ sent: [ReceivedAlert], at now: Timestamp) -> (events: [AlertEvent], ofRules: Int) {
        var log = EventLog(now: now)
        var ofRules = 0
        for one in sent {
            let id = AlertID(labels: one.labels)
            let isOfRule = alerts[id].map { $0.received == nil } ?? false
            if isOfRule, let old = alerts[id], old.phase != .resolved || old.isFlapping {
                ofRules += 1
            } else if one.endsAt > now {
                // Of a rule that is done with it, or that is no more.
                if isOfRule { forget(id) }
                begin(id, one, log: &log)
            } else if !isOfRule {
                end(id, at: one.endsAt, reason: "its sender says that it is over", log: &log)
            }
        }
        return (log.events, ofRules)
    }

    private mutating func begin(_ id: AlertID, _ sent: ReceivedAlert, log: inout EventLog) {
        var alert =
            alerts[id]
            ?? Alert(
                id: id, rule: sent.labels["alertname"] ?? "", ordinal: ReceivedAlert.ordinal, labels: sent.labels,
                runbook: nil, at: log.now)
        let before = alert
        var (start, end, isAssumed) = (sent.startsAt, sent.endsAt, sent.isEndAssumed)
        if before.phase.isFiring, let known = before.received, let since = before.firingSince {
            // As Alertmanager's `Alert.Merge`, where the times overlap: the earliest start, and an end that was named
            // outlasts an earlier one.
            let overlaps = (end > since && end < known.endsAt) || (start > since && start < known.endsAt)
            if overlaps {
                start = min(start, since)
                if known.endsAt > end, !known.isEndAssumed { (end, isAssumed) = (known.endsAt, false) }
            }
        }
        alert.updatedAt = log.now
        alert.annotations = sent.annotations
        alert.received = Alert.Reception(endsAt: end, isEndAssumed: isAssumed, generatorURL: sent.generatorURL)
        if before.phase.isFiring {
            alert.firingSince = start
        } else {
            Self.machine.begin(at: start, value: nil, of: &alert)
            log.add(.fired, alert, before: before)
        }
        alerts[id] = alert
        changed.insert(id)
        receivedEnds.set(id, end)
    }

    private mutating func end(_ id: AlertID, at end: Timestamp, reason: String, log: inout EventLog) {
        receivedEnds.set(id, nil)
        guard var alert = alerts[id], alert.phase.isFiring else { return }
        let before = alert
        alert.updatedAt = log.now
        alert.received?.endsAt = end
        Self.machine.end(at: max(end, alert.firingSince ?? end), value: nil, reason: reason, of: &alert)
        log.add(.resolved, alert, before: before, reason: reason)
        alerts[id] = alert
        changed.insert(id)
    }

    /// Ends those whose end has passed.
    mutating func endReceived(at now: Timestamp) -> [AlertEvent] {
        var log = EventLog(now: now)
        while let id = receivedEnds.popDue(at: now) {
            guard let received = alerts[id]?.received else { continue }
            let reason =
                received.isEndAssumed
                ? "its sender named no end and has not sent it again for resolve_timeout"
                : "the end that its sender named has passed"
            end(id, at: received.endsAt, reason: reason, log: &log)
        }
        return log.events
    }

    /// Gives senders time to repeat what they could not while the agent did not run.
    mutating func waitForSenders(at now: Timestamp) {
        let soonest = now + Self.graceAfterPause
        for (id, alert) in alerts {
            guard alert.phase.isFiring, let received = alert.received else { continue }
            alerts[id]?.received?.endsAt = max(received.endsAt, soonest)
            receivedEnds.set(id, max(received.endsAt, soonest))
        }
    }

    /// Hands an alert that was sent, or is a heartbeat's, to the rule that has the same labels: it knows better.
    mutating func adopt(_ alert: inout Alert, by rule: AlertRule, at now: Timestamp) -> [AlertEvent] {
        guard !alert.isOfRule else { return [] }
        var log = EventLog(now: now)
        if alert.phase.isFiring {
            let before = alert
            let reason = "the rule \(rule.name) gives an alert with the same labels"
            Self.machine.end(at: now, value: nil, reason: reason, of: &alert)
            log.add(.resolved, alert, before: before, reason: reason)
        }
        receivedEnds.set(alert.id, nil)
        alert.received = nil
        alert.rule = rule.name
        alert.ordinal = rule.ordinal
        return log.events
    }
}
