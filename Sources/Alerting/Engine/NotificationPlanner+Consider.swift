package import PromQL

extension NotificationPlanner {
    /// Takes note of an alert that changed in a way worth telling: puts it into the groups that the routes lead to,
    /// and sets when each looks at what to say.
    package mutating func consider(_ alert: Alert, at now: Timestamp) {
        noteSource(alert, at: now)
        turnAcknowledgement(of: alert, at: now)
        guard alert.isOn else {
            for id in (groupsByAlert[alert.id] ?? []).sorted() {
                groups[id]?.members[alert.id]?.notePassed(alert)
                groups[id]?.members[alert.id]?.escalatesFrom = nil
                groups[id]?.members[alert.id]?.escalatedSteps = nil
                wait(for: alert, in: id, at: now)
            }
            return
        }
        let targets = targets(of: alert)
        let wanted = Set(targets.map(\.id))
        for target in targets where groups[target.id] == nil { groups[target.id] = target }
        for target in targets { admit(alert, to: target.id, wanted: wanted, at: now) }
        for id in (groupsByAlert[alert.id] ?? []).sorted() where !wanted.contains(id) {
            divert(alert, from: id, at: now)
        }
    }

    /// Takes note of what an alert inhibits as it now stands. Of alerts that change at one time this is to be told of all
    /// before any is considered: what inhibits another from the first moment on may be found after it.
    package mutating func noteSource(_ alert: Alert, at now: Timestamp) {
        if inhibitions.note(alert) { wakeInhibited(by: alert.id, at: now) }
    }

    /// The groups that the routes lead an alert to, one for each destination of each matching route.
    private func targets(of alert: Alert) -> [NotificationGroup] {
        let labels = alert.routedLabels
        return route.matching(labels).flatMap { route in
            let groupLabels = route.groupLabels(of: labels)
            return (destinationsByReceiver[route.receiver] ?? []).map { destination in
                NotificationGroup(
                    id: .init(key: "\(route.id):\(groupLabels)", destination: destination), routeID: route.id,
                    labels: groupLabels)
            }
        }
    }

    private mutating func admit(
        _ alert: Alert, to id: NotificationGroup.ID, wanted: Set<NotificationGroup.ID>, at now: Timestamp
    ) {
        // Also where the routes led elsewhere when it began.
        var isNew = alert.firingSince == now || groups[id]?.members[alert.id]?.isRouted == false
        if groups[id]?.members[alert.id] == nil {
            let moved = takeMember(alert.id, by: id.destination, except: wanted, at: now)
            groups[id]?.members[alert.id] = moved?.member ?? NotificationGroup.Member()
            if let reference = moved?.reference { groups[id]?.adopt(reference) }
            // What was told can't be known from the alert alone.
            if moved != nil { changedGroups.insert(id) }
            isNew = isNew || moved == nil
        }
        groups[id]?.members[alert.id]?.isRouted = true
        // No copy of the group is held here: writing to the group would then copy all its members.
        if isNew, let routeID = groups[id]?.routeID {
            let hold = hold(of: alert, on: routeID, at: now)
            groups[id]?.members[alert.id]?.heldFromStart = hold
            // What held back the time before says nothing of this one.
            if hold == nil { groups[id]?.members[alert.id]?.hold = nil }
        }
        join(alert.id, id)
        wait(for: alert, in: id, at: now)
    }

    /// What a destination was told of an alert in another group that the alert has now left: it moves along, so that
    /// one receiver gets one message for a change of level or of routes. A message that is on its way is waited for.
    /// What the messages of the other group left behind moves along with its last alert.
    private mutating func takeMember(
        _ alert: AlertID, by destination: Destination, except wanted: Set<NotificationGroup.ID>, at now: Timestamp
    ) -> (member: NotificationGroup.Member, reference: String?)? {
        for id in (groupsByAlert[alert] ?? []).sorted() where id.destination == destination && !wanted.contains(id) {
            guard var group = groups[id], var member = group.members[alert] else { continue }
            if let row = group.outstanding.flatMap({ outbox[$0] }) {
                if row.state == .waiting {
                    group.dueAt = now
                } else if row.notification.alerts.contains(where: { $0.id == alert }) {
                    member.awaits = row.id
                }
            }
            group.members[alert] = nil
            leave(alert, id)
            // What waited there for a message that this one awaited has nobody to wake it now.
            if group.dueAt == nil && hasWaiting(group) { group.dueAt = now }
            save(group)
            member.waitingSince = nil
            // Another route has steps of its own.
            member.escalatedSteps = nil
            return (member, groups[id] == nil ? group.reference : nil)
        }
        return nil
    }

    /// An alert that the routes lead elsewhere now: who was told hears of the change, who was not is left alone.
    private mutating func divert(_ alert: Alert, from id: NotificationGroup.ID, at now: Timestamp) {
        guard var group = groups[id], var member = group.members[alert.id] else { return }
        let mayHaveHeard = member.told?.wasHeard == true || member.awaits != nil || group.outstanding != nil
        if mayHaveHeard || member.standsIn != nil || member.escalation != nil {
            member.isRouted = false
            group.members[alert.id] = member
            groups[id] = group
            wait(for: alert, in: id, at: now)
        } else {
            group.members[alert.id] = nil
            leave(alert.id, id)
            note(
                .withheld, group, alerts: [alert.id],
                reason: "its level changed before it was told, and the routes lead elsewhere now", at: now)
            save(group)
        }
    }

    /// Marks that there is something to tell, and sets when.
    private mutating func wait(for alert: Alert, in id: NotificationGroup.ID, at now: Timestamp) {
        guard let member = groups[id]?.members[alert.id] else { return }
        noteMember(of: id)
        // A message that has not arrived may tell what is no longer so.
        guard hasNews(alert, of: id, member: member) || groups[id]?.outstanding != nil else {
            groups[id]?.members[alert.id]?.waitingSince = nil
            return
        }
        groups[id]?.members[alert.id]?.waitingSince = member.waitingSince ?? now
        let times = waitTimes(of: id)
        let due: Timestamp
        if let last = groups[id]?.lastMessageAt, !isUrgent(alert, member: member) {
            due = max(now + min(times.wait, times.interval), last + times.interval)
        } else {
            due = now + times.wait
        }
        let present = groups[id]?.dueAt
        guard present.map({ due < $0 }) ?? true else { return }
        groups[id]?.dueAt = due
        changedGroups.insert(id)
    }

    /// Whether the destination does not know yet how the alert stands.
    private func hasNews(_ alert: Alert, of id: NotificationGroup.ID, member: NotificationGroup.Member) -> Bool {
        guard let told = member.told else {
            return alert.isOn || member.waitingSince != nil || groups[id]?.lastMessageAt != nil
        }
        if !alert.isOn || !member.passed.isEmpty { return true }
        if alert.isFlapping && told.isFlapping { return isHigher(alert.level, than: told.level) }
        return alert.level != told.level || alert.isFlapping != told.isFlapping
    }

    /// A level above the one that was told does not wait for `group_interval`.
    private func isUrgent(_ alert: Alert, member: NotificationGroup.Member) -> Bool {
        guard alert.isOn, let told = member.told else { return false }
        return isHigher(alert.level, than: told.level)
    }

    /// Whether one level is above another; any is above none.
    func isHigher(_ level: Severity?, than told: Severity?) -> Bool {
        guard let level else { return false }
        guard let told else { return true }
        return level > told
    }
}

extension NotificationGroup.Member {
    /// Keeps the episode that has just ended, until its end has been told.
    mutating func notePassed(_ alert: Alert) {
        guard alert.phase == .resolved, let started = alert.firingSince, let ended = alert.resolvedAt,
            !passed.contains(where: { $0.startedAt == started })
        else { return }
        passed.append(.init(startedAt: started, endedAt: ended, level: alert.level, peak: alert.peak))
        if passed.count > Self.mostPassed {
            passed.removeFirst()
            passedOmitted += 1
        }
    }

    /// Lets go of the episodes whose end a message has told: the oldest ones. Not by their times: those of a message stay
    /// as they are when the clock is set back, and those here don't.
    mutating func forgetPassed(told alert: NotifiedAlert) {
        let told = alert.meanwhile.count + (alert.isFiring ? 0 : 1)
        let omittedSince = max(0, passedOmitted - alert.meanwhileOmitted)
        passed.removeFirst(min(passed.count, max(0, told - omittedSince)))
        passedOmitted = max(0, omittedSince - told)
    }
}
