package import PromQL

extension NotificationPlanner {
    /// Looks at every group that is due, and writes what each has to say into the outbox.
    ///
    /// - Parameter note: a plain sentence that each message made now carries; nil for none.
    package mutating func flushDue(alerts: [AlertID: Alert], at now: Timestamp, note: String? = nil) {
        turnSilences(alerts: alerts, at: now)
        expireAcknowledgements(alerts: alerts, at: now)
        noteDueTimes()
        escalateDue(alerts: alerts, at: now)
        noteDueTimes()
        var due: [NotificationGroup.ID] = []
        while let id = groupQueue.popDue(at: now) { due.append(id) }
        for id in due.sorted() { flush(id, alerts: alerts, at: now, note: note) }
    }

    private mutating func flush(
        _ id: NotificationGroup.ID, alerts: [AlertID: Alert], at now: Timestamp, note text: String?
    ) {
        guard var group = groups[id] else { return }
        let awaited = [group.outstanding] + group.members.values.map(\.awaits)
        if awaited.contains(where: { $0.flatMap { outbox[$0] }.map { $0.state != .waiting } ?? false }) {
            // A message is on its way, or may have arrived: what follows waits until it is settled.
            group.dueAt = nil
            save(group)
            return
        }
        dropUnknown(from: &group, alerts: alerts, at: now)
        var changes = changes(in: group, alerts: alerts)
        withhold(&changes, from: &group, at: now)
        let held = holdBack(&changes, in: &group, alerts: alerts, at: now)
        let endedHolds = held.endedSilences + takeEndedAcknowledgements(from: &group, told: changes)
        let hasChange = changes.contains { $0.change != .unchanged }
        let standsIn = Set(changes.compactMap { group.members[$0.id]?.standsIn }).sorted()
        let tellsAcknowledgement = tellsAcknowledgement(changes, of: group)
        let hasNews = hasChange || !endedHolds.isEmpty || !standsIn.isEmpty || tellsAcknowledgement
        let times = waitTimes(of: id)
        let routed = changes.contains { $0.isFiring && group.members[$0.id]?.isRouted == true }
        let reminderAt = group.lastMessageAt.map { $0 + times.repeats }
        let isOverdue = reminderAt.map { $0 <= now } ?? false
        if !hasChange && !tellsAcknowledgement && (hasNews || isOverdue) {
            dropAcknowledged(from: &changes, in: &group, at: now)
        }
        let repeats = changes.contains { $0.isFiring && group.members[$0.id]?.isRouted == true }
        guard hasNews || (isOverdue && repeats) else {
            retract(&group, isHeld: held.isAny, at: now)
            // What is acknowledged is repeated when that ends, not before.
            group.dueAt = [routed && !isOverdue ? reminderAt : nil, held.until].compactMap { $0 }.min()
            save(group)
            return
        }
        let kept = changes.filter { change in
            let member = group.members[change.id]
            return change.change != .unchanged || member?.isRouted == true || member?.standsIn != nil
        }
        let escalation = escalationNote(kept, in: group)
        let notes = (escalation.map { [$0] } ?? []) + standsIn + endedHolds + (text.map { [$0] } ?? [])
        var occasion: Notification.Occasion = hasChange ? .change : tellsAcknowledgement ? .acknowledgement : .reminder
        if !standsIn.isEmpty { occasion = .fallback }
        if escalation != nil { occasion = .escalation }
        queue(
            kept, of: &group, occasion: occasion, at: now,
            note: notes.isEmpty ? nil : notes.joined(separator: " "))
        group.isAcknowledged = kept.areAcknowledged ? true : nil
        group.dueAt = [routed ? now + times.repeats : nil, held.until].compactMap { $0 }.min()
        save(group)
    }

    /// Lets go of alerts that nobody knows any more: a damaged history can lose them while their group survives.
    private mutating func dropUnknown(
        from group: inout NotificationGroup, alerts: [AlertID: Alert], at now: Timestamp
    ) {
        for id in group.members.keys.sorted() where alerts[id] == nil {
            group.members[id] = nil
            leave(id, group.id)
            note(.withheld, group, alerts: [id], reason: "the history no longer knows this alert", at: now)
        }
    }

    /// Every member as it stands against what the destination was told.
    private func changes(in group: NotificationGroup, alerts: [AlertID: Alert]) -> [NotifiedAlert] {
        let members = group.members.compactMap { id, member in
            alerts[id].map { alert in
                // The last episode of what is over is what the message itself tells.
                let meanwhile = member.passed.filter { alert.isOn || $0.startedAt != alert.firingSince }
                return NotifiedAlert(
                    alert, change: change(of: alert, member: member), previousLevel: member.told?.level,
                    meanwhile: meanwhile, meanwhileOmitted: member.passedOmitted,
                    acknowledgement: acknowledgements[id])
            }
        }
        return members.sorted { one, other in
            if one.isFiring != other.isFiring { return one.isFiring }
            let levels = (one.level ?? .info, other.level ?? .info)
            if levels.0 != levels.1 { return levels.0 > levels.1 }
            return (one.startedAt, one.id) < (other.startedAt, other.id)
        }
    }

    private func change(of alert: Alert, member: NotificationGroup.Member) -> NotifiedAlert.Change {
        guard let told = member.told else { return alert.isOn ? .fired : .passed }
        guard alert.isOn else {
            // What was told is not the episode that ended last: of that one it hears begin and end at once.
            return member.passed.contains { $0.startedAt != alert.firingSince } ? .passed : .resolved
        }
        if !member.passed.isEmpty { return .fired }
        if isHigher(alert.level, than: told.level) { return .raised }
        if alert.isFlapping && told.isFlapping { return .unchanged }
        if alert.isFlapping { return .flapping }
        if isHigher(told.level, than: alert.level) { return .lowered }
        return told.isFlapping ? .steady : .unchanged
    }

    /// Takes out what is not to be said, with the reason in the ledger.
    private mutating func withhold(
        _ changes: inout [NotifiedAlert], from group: inout NotificationGroup, at now: Timestamp
    ) {
        let sendsResolved = policies[group.id.destination]?.sendsResolved ?? true
        let wasQueued = Set(group.outstanding.flatMap { outbox[$0] }?.notification.alerts.map(\.id) ?? [])
        var kept: [NotifiedAlert] = []
        for change in changes {
            let hold = change.change == .passed ? holdOver(change.id, in: group) : nil
            let member = group.members[change.id]
            let reason: String?
            switch change.change {
            case .passed where hold != nil:
                reason = "fired and cleared while it was held back; \(hold?.reason ?? "")"
            case .passed
            where group.lastMessageAt == nil && !wasQueued.contains(change.id) && member?.standsIn == nil
                && member?.told == nil:
                reason = "cleared within group_wait, before it was told"
            case .resolved where member?.told?.wasHeard == false:
                reason = "resolved, but nobody had heard that it fired"
            case .resolved where !sendsResolved, .passed where !sendsResolved:
                reason = "resolved, and send_resolved is false"
            case .fired where isStranger(member) && member?.told?.wasHeard != true,
                .passed where isStranger(member) && member?.told == nil:
                reason = "the routes lead elsewhere now, and nothing had been told here"
            case .fired, .raised, .lowered, .resolved, .passed, .flapping, .steady, .unchanged:
                reason = nil
            }
            guard let reason else {
                kept.append(change)
                continue
            }
            group.members[change.id] = nil
            leave(change.id, group.id)
            note(.withheld, group, alerts: [change.id], message: nil, reason: reason, at: now)
        }
        changes = kept
    }

    /// Whether neither the routes nor a fallback nor an escalation lead an alert to the destination.
    private func isStranger(_ member: NotificationGroup.Member?) -> Bool {
        member?.isRouted == false && member?.standsIn == nil && member?.escalation == nil
    }

    /// Takes back a waiting message that has nothing left to say, since what it told is over and need not be told.
    private mutating func retract(_ group: inout NotificationGroup, isHeld: Bool, at now: Timestamp) {
        guard let id = group.outstanding, let row = outbox[id] else { return }
        removeRow(id)
        group.outstanding = nil
        note(
            .withheld, group, alerts: row.notification.alerts.map(\.id), message: id,
            reason: isHeld
                ? "what it told is held back now, and had not left yet"
                : "what it told is no longer so, and the destination had heard nothing of it", at: now)
    }

    /// Writes a message into the outbox; one of the group that still waits there is merged into it.
    mutating func queue(
        _ alerts: [NotifiedAlert], of group: inout NotificationGroup, occasion: Notification.Occasion,
        at now: Timestamp, note text: String? = nil
    ) {
        let old = group.outstanding.flatMap { outbox[$0] }
        let id = nextRow
        nextRow += 1
        group.sequence += 1
        let message = Notification(
            destination: group.id.destination, occasion: occasion, groupKey: group.id.key, groupLabels: group.labels,
            alerts: alerts, sequence: group.sequence, createdAt: now, note: text, reference: group.reference)
        let giveUpAfter = policies[group.id.destination]?.giveUpAfter ?? .seconds(86_400)
        var row = OutboxRow(
            id: id, group: group.id, key: key(of: group, row: id, at: now), notification: message, createdAt: now,
            nextAttemptAt: now, giveUpAt: now + giveUpAfter)
        if let firstLook, waitsForFirstLook(group.id.destination) {
            row.isFirstLook = true
            row.nextAttemptAt = firstLook.until
        }
        if let old {
            row.attempts = old.attempts
            row.nextAttemptAt = max(now, old.nextAttemptAt)
            row.giveUpAt = old.giveUpAt
            row.lastError = old.lastError
            row.isFirstLook = old.isFirstLook
            removeRow(old.id)
            note(
                .merged, group, alerts: old.notification.alerts.map(\.id), message: old.id,
                reason: "message \(id) tells it together with what followed", at: now)
        }
        setRow(row)
        records.append(.outbox(row))
        group.outstanding = id
        group.lastMessageAt = now
        for alert in alerts {
            group.members[alert.id]?.waitingSince = nil
            guard alert.isFiring, group.members[alert.id]?.isRouted == true else { continue }
            let runsFrom = group.members[alert.id]?.escalatesFrom
            group.members[alert.id]?.escalatesFrom = runsFrom ?? now
        }
        note(.queued, group, alerts: alerts.map(\.id), message: id, reason: summary(of: message), at: now)
    }

    /// The same for every attempt of one row, and never again for another one.
    func key(of group: NotificationGroup, row: Int64, at now: Timestamp) -> String {
        let identity = Labels(["group": group.id.key, "destination": group.id.destination.description])
        return "\(AlertID(fingerprint: identity.fingerprint))-\(row)-\(now.milliseconds)"
    }

    private func summary(of message: Notification) -> String {
        var counts: [NotifiedAlert.Change: Int] = [:]
        for alert in message.alerts { counts[alert.change, default: 0] += 1 }
        let parts = counts.map { (name: $0.key.rawValue, count: $0.value) }.sorted { $0.name < $1.name }
        let text = parts.map { "\($0.count) \($0.name)" }.joined(separator: ", ")
        switch message.occasion {
        case .reminder: return "still firing for repeat_interval: \(text)"
        case .fallback: return "as the fallback: \(text)"
        case .escalation: return "as escalation: \(text)"
        case .acknowledgement: return "that it is acknowledged: \(text)"
        case .change, .digest, .test: return text
        }
    }
}
