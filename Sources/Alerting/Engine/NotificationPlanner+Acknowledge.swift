import PromQL

/// Acknowledgements: they hold back repeats and escalation, and nothing else.
extension NotificationPlanner {
    /// Acknowledges every alert of the selection that fires; an older acknowledgement is replaced.
    ///
    /// - Returns: the acknowledgements, by alert; at least one.
    mutating func acknowledge(
        _ draft: AcknowledgementDraft, alerts: [AlertID: Alert], at now: Timestamp
    ) throws(AcknowledgementProblem) -> [Acknowledgement] {
        try draft.check(at: now)
        let meant = alerts.values.filter { $0.isOn && selects(draft.selection, $0) }.sorted { $0.id < $1.id }
        guard !meant.isEmpty else { throw .nothingFires(draft.selection) }
        return meant.map { alert in
            let one = Acknowledgement(
                alert: alert.id, level: alert.level, createdAt: now, endsAt: draft.endsAt, createdBy: draft.createdBy,
                comment: draft.comment)
            keep(one)
            let reason = "until \(one.endsAt) \(one.account)"
            records.append(.event(event(.acknowledged, of: alert, reason: reason, at: now)))
            for id in groupsByAlert[alert.id] ?? [] {
                groups[id]?.members[alert.id]?.endedAcknowledgement = nil
                changedGroups.insert(id)
                if policies[id.destination]?.tellsAcknowledgements == true { look(at: id, from: now) }
            }
            return one
        }
    }

    /// Takes back the acknowledgements of the selection.
    ///
    /// - Parameter author: who does; nil where that is not known.
    /// - Returns: the acknowledgements that have ended, by alert; at least one.
    mutating func unacknowledge(
        _ selection: AlertSelection, by author: String?, alerts: [AlertID: Alert], at now: Timestamp
    ) throws(AcknowledgementProblem) -> [Acknowledgement] {
        try selection.check()
        let meant = acknowledgements.all.values.filter { one in
            one.isActive(at: now) && alerts[one.alert].map { selects(selection, $0) } == true
        }
        guard !meant.isEmpty else { throw .notAcknowledged(selection) }
        let sorted = meant.sorted { $0.alert < $1.alert }
        let who = author.flatMap { $0.isEmpty ? nil : " by \($0)" } ?? ""
        for one in sorted { end(one, because: "withdrawn\(who)", alerts: alerts, isTold: true, at: now) }
        return sorted
    }

    private func selects(_ selection: AlertSelection, _ alert: Alert) -> Bool {
        let labels = alert.routedLabels
        guard selection.alert.map({ $0 == alert.id }) ?? true, selection.matchers.allSatisfy({ $0.matches(labels) })
        else { return false }
        guard let key = selection.group else { return true }
        return (groupsByAlert[alert.id] ?? []).contains { $0.key == key }
    }

    /// Ends those whose time is over; what still fires is told again.
    mutating func expireAcknowledgements(alerts: [AlertID: Alert], at now: Timestamp) {
        while let one = acknowledgements.popExpired(at: now) {
            end(one, because: "expired", alerts: alerts, isTold: true, at: now)
        }
    }

    /// Brings an alert's acknowledgement into line with how the alert stands now.
    mutating func turnAcknowledgement(of alert: Alert, at now: Timestamp) {
        guard var one = acknowledgements[alert.id] else { return }
        guard alert.isOn else {
            guard one.resolvedAt == nil else { return }
            one.resolvedAt = now
            keep(one)
            records.append(.event(event(.acknowledgementEnded, of: alert, reason: "resolved; \(one.account)", at: now)))
            return
        }
        if one.resolvedAt != nil {
            // It fires again: that is another episode, which nobody has acknowledged.
            forgetAcknowledgement(of: alert.id)
        } else if isHigher(alert.level, than: one.level) {
            let level = alert.level.map { " to \($0)" } ?? ""
            end(one, because: "its level rose\(level)", alerts: [alert.id: alert], isTold: false, at: now)
        } else if alert.level != one.level {
            one.level = alert.level
            keep(one)
        }
    }

    /// Lets go of the acknowledgement of an alert that nobody waits to hear of any more.
    mutating func forgetAcknowledgement(of alert: AlertID) {
        guard acknowledgements[alert] != nil else { return }
        acknowledgements[alert] = nil
        records.append(.removeAcknowledgement(alert))
    }

    private mutating func keep(_ one: Acknowledgement) {
        acknowledgements[one.alert] = one
        records.append(.acknowledgement(one))
    }

    /// Ends one while its alert fires: the time until it is escalated begins anew.
    ///
    /// - Parameter isTold: whether those who know of the alert are told that the acknowledgement has ended.
    private mutating func end(
        _ one: Acknowledgement, because reason: String, alerts: [AlertID: Alert], isTold: Bool, at now: Timestamp
    ) {
        acknowledgements[one.alert] = nil
        records.append(.removeAcknowledgement(one.alert))
        guard let alert = alerts[one.alert] else { return }
        records.append(.event(event(.acknowledgementEnded, of: alert, reason: "\(reason); \(one.account)", at: now)))
        for id in groupsByAlert[alert.id] ?? [] {
            groups[id]?.members[alert.id]?.restartEscalation(at: now)
            changedGroups.insert(id)
            guard isTold, groups[id]?.members[alert.id]?.told != nil else { continue }
            groups[id]?.members[alert.id]?.endedAcknowledgement = one.account
            look(at: id, from: now)
        }
    }

    /// Whether somebody looks after all of a group that fires, and its destination wants to hear that and has not.
    func tellsAcknowledgement(_ changes: [NotifiedAlert], of group: NotificationGroup) -> Bool {
        guard policies[group.id.destination]?.tellsAcknowledgements == true, group.isAcknowledged != true else {
            return false
        }
        return changes.areAcknowledged
            && changes.contains { change in
                let member = group.members[change.id]
                return change.isFiring && member?.isRouted == true && member?.told?.wasHeard == true
            }
    }

    /// Takes out what members remember of acknowledgements that have ended: a sentence for each that is to be told.
    func takeEndedAcknowledgements(
        from group: inout NotificationGroup, told changes: [NotifiedAlert]
    ) -> [String] {
        let told = Set(changes.filter(\.isFiring).map(\.id))
        var accounts: Set<String> = []
        for (id, member) in group.members {
            guard let account = member.endedAcknowledgement else { continue }
            group.members[id]?.endedAcknowledgement = nil
            if told.contains(id), member.isRouted, member.told?.wasHeard == true { accounts.insert(account) }
        }
        return accounts.sorted().map { "The acknowledgement \($0) has ended, and this still fires." }
    }

    /// Takes the acknowledged alerts out of a repeat; that goes into the ledger, once for each acknowledgement.
    mutating func dropAcknowledged(
        from changes: inout [NotifiedAlert], in group: inout NotificationGroup, at now: Timestamp
    ) {
        var kept: [NotifiedAlert] = []
        for change in changes {
            guard change.change == .unchanged, let one = acknowledgements.active(change.id, at: now),
                group.members[change.id]?.isRouted == true, group.members[change.id]?.standsIn == nil
            else {
                kept.append(change)
                continue
            }
            guard group.members[change.id]?.notedAcknowledgement != one.createdAt else { continue }
            group.members[change.id]?.notedAcknowledgement = one.createdAt
            note(
                .withheld, group, alerts: [change.id],
                reason: "not repeated: acknowledged until \(one.endsAt) \(one.account)", at: now)
        }
        changes = kept
    }

    private func event(
        _ kind: AlertEvent.Kind, of alert: Alert, reason: String, at now: Timestamp
    ) -> AlertEvent {
        AlertEvent(
            alert: alert.id, at: now, kind: kind, rule: alert.rule, labels: alert.labels, level: alert.level,
            previousLevel: alert.level, value: alert.value, threshold: alert.threshold,
            summary: alert.annotations["summary"], reason: reason)
    }
}

extension NotificationGroup.Member {
    /// The time until the next step of escalation begins anew, where it runs.
    mutating func restartEscalation(at now: Timestamp) {
        if escalatesFrom != nil { escalatesFrom = now }
    }
}
