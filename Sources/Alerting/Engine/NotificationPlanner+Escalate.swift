import PromQL

/// Escalation: what nobody acknowledges is told to the next receiver of the route.
///
/// The time runs from the message that announced the alert, whether or not it has arrived: a receiver that can't be
/// reached is a reason to escalate. It begins anew when a hold or an acknowledgement ends.
extension NotificationPlanner {
    /// Escalates what is due.
    mutating func escalateDue(alerts: [AlertID: Alert], at now: Timestamp) {
        while let id = escalationQueue.popDue(at: now) {
            escalate(id, alerts: alerts, at: now)
            escalationQueue.set(id, groups[id].flatMap { nextEscalation(of: $0) })
        }
    }

    /// When a group's next member is escalated; nil where none is.
    func nextEscalation(of group: NotificationGroup) -> Timestamp? {
        let steps = routesByID[group.routeID]?.escalation ?? []
        guard !steps.isEmpty else { return nil }
        return group.members.compactMap { id, member in
            escalates(id, member).flatMap { step, from in
                steps.indices.contains(step) ? from + steps[step].after : nil
            }
        }.min()
    }

    /// The next step of a member and since when its time runs; nil where it does not run.
    private func escalates(_ id: AlertID, _ member: NotificationGroup.Member) -> (step: Int, from: Timestamp)? {
        guard member.isRouted, member.hold == nil, acknowledgements[id] == nil, let from = member.escalatesFrom else {
            return nil
        }
        return (member.escalatedSteps ?? 0, from)
    }

    /// Takes a group's next step. All its alerts that may be escalated go along, so that it is one message.
    private mutating func escalate(_ id: NotificationGroup.ID, alerts: [AlertID: Alert], at now: Timestamp) {
        guard var group = groups[id] else { return }
        let steps = routesByID[group.routeID]?.escalation ?? []
        let running = group.members.compactMap { id, member in
            escalates(id, member).map { (id: id, step: $0.step, from: $0.from) }
        }
        let due = running.filter { steps.indices.contains($0.step) && $0.from + steps[$0.step].after <= now }
        guard let index = due.map(\.step).min() else { return }
        let step = steps[index]
        var ready: [AlertID] = []
        for one in running.sorted(by: { $0.id < $1.id }) where one.step <= index {
            guard let alert = alerts[one.id], alert.isOn else {
                group.members[one.id]?.escalatesFrom = nil
                continue
            }
            if let hold = hold(of: alert, on: group.routeID, at: now) {
                group.members[one.id]?.hold = hold
                if let until = hold.until { group.dueAt = min(group.dueAt ?? until, until) }
                note(
                    .withheld, group, alerts: [one.id], reason: "not escalated to \(step.receiver): \(hold.reason)",
                    at: now)
                continue
            }
            group.members[one.id]?.escalatedSteps = index + 1
            ready.append(one.id)
        }
        save(group)
        guard !ready.isEmpty else { return }
        for destination in destinationsByReceiver[step.receiver] ?? [] where destination != id.destination {
            tell(ready, of: group, step: step, to: destination, at: now)
        }
    }

    /// Puts alerts into the group of the same key at another destination, which looks at once what it has to say, and
    /// then hears how it goes on. Who knows of one already is not told again.
    private mutating func tell(
        _ alerts: [AlertID], of group: NotificationGroup, step: Route.Escalation, to destination: Destination,
        at now: Timestamp
    ) {
        let id = NotificationGroup.ID(key: group.id.key, destination: destination)
        var other = groups[id] ?? NotificationGroup(id: id, routeID: group.routeID, labels: group.labels)
        let reason = "not acknowledged for \(step.after.promQL) since \(group.id.destination.receiver) was told"
        let known = alerts.filter { knows(destination, of: $0) }
        let news = alerts.filter { !known.contains($0) }
        if !known.isEmpty {
            note(.withheld, other, alerts: known, reason: "\(reason), but this receiver knows of it already", at: now)
        }
        guard !news.isEmpty else { return }
        for alert in news {
            var member = other.members[alert] ?? .init(isRouted: false)
            member.told = nil
            member.waitingSince = now
            member.escalation = reason
            other.members[alert] = member
            join(alert, id)
        }
        other.dueAt = min(other.dueAt ?? now, now)
        note(.escalated, other, alerts: news, reason: reason, at: now)
        groups[id] = other
        changedGroups.insert(id)
    }

    /// Whether a destination was told of an alert, or is about to be.
    private func knows(_ destination: Destination, of alert: AlertID) -> Bool {
        (groupsByAlert[alert] ?? []).contains { id in
            guard id.destination == destination, let member = groups[id]?.members[alert] else { return false }
            return member.told?.wasHeard == true || member.waitingSince != nil || groups[id]?.outstanding != nil
        }
    }

    /// What a message that escalates says of itself; nil where nothing in it was escalated.
    func escalationNote(_ changes: [NotifiedAlert], in group: NotificationGroup) -> String? {
        let reasons = Set(
            changes.filter { $0.change == .fired && group.members[$0.id]?.told == nil }
                .compactMap { group.members[$0.id]?.escalation })
        guard !reasons.isEmpty else { return nil }
        return "Escalated: \(reasons.sorted().joined(separator: "; "))."
    }
}
