import PromQL

/// The stages that hold back what there is to tell: inhibited, silenced, muted, not active. None of them ever holds
/// back that something is over which the destination was told of.
extension NotificationPlanner {
    /// What `holdBack` found.
    struct Held {
        var isAny = false
        /// When the first of the holds ends by itself; nil where none does.
        var until: Timestamp?
        /// A sentence for each silence that is over while what it held back still fires.
        var endedSilences: [String] = []
    }

    /// Takes out what fires and is held back, and keeps in the group by what; each new hold goes into the ledger.
    mutating func holdBack(
        _ changes: inout [NotifiedAlert], in group: inout NotificationGroup, alerts: [AlertID: Alert],
        at now: Timestamp
    ) -> Held {
        var held = Held()
        var news: [(hold: Hold, alerts: [AlertID])] = []
        var ended: Set<String> = []
        var kept: [NotifiedAlert] = []
        for change in changes {
            guard change.isFiring, let alert = alerts[change.id], let member = group.members[change.id] else {
                group.members[change.id]?.hold = nil
                kept.append(change)
                continue
            }
            let hold = hold(of: alert, on: group.routeID, at: now)
            group.members[change.id]?.hold = hold
            guard let hold else {
                group.members[change.id]?.heldFromStart = nil
                if member.hold != nil { group.members[change.id]?.restartEscalation(at: now) }
                // Who looks after it need not hear that it is silenced no longer.
                let isKnown = change.change == .unchanged && acknowledgements.active(change.id, at: now) != nil
                if let old = member.hold, old.kind == .silenced, member.isRouted, !isKnown { ended.insert(old.by) }
                kept.append(change)
                continue
            }
            held.isAny = true
            if let until = hold.until { held.until = min(held.until ?? until, until) }
            guard !hold.isSame(as: member.hold) else { continue }
            if let place = news.firstIndex(where: { $0.hold.isSame(as: hold) }) {
                news[place].alerts.append(alert.id)
            } else {
                news.append((hold, [alert.id]))
            }
        }
        changes = kept
        for (hold, alerts) in news { note(.withheld, group, alerts: alerts, reason: hold.reason, at: now) }
        held.endedSilences = ended.sorted().map { id in
            let account = silences.all[id].map { " \($0.account)" } ?? ""
            let isActive = silences.all[id]?.state(at: now) == .active
            return isActive
                ? "The silence\(account) no longer matches this."
                : "The silence\(account) has ended, and this still fires."
        }
        return held
    }

    /// What holds back an alert in a group now; nil where nothing does. The first stage that does counts.
    ///
    /// - Parameter routeID: the group's route.
    mutating func hold(of alert: Alert, on routeID: String, at now: Timestamp) -> Hold? {
        if let (source, rule) = inhibitions.inhibitor(of: alert) {
            return Hold(
                .inhibited, by: source.description,
                reason: "inhibited by the alert \(source) that fires, since \(rule.description)")
        }
        if silences.isAnyOpen, let silence = silences.matching(alert.routedLabels, at: now).first {
            let until = silence.holdsUntil(from: now)
            return Hold(
                .silenced, by: silence.id,
                reason: "silenced until \(until) \(silence.account) (\(silence.id))", until: until)
        }
        return intervals.hold(of: routesByID[routeID] ?? route, at: now)
    }

    /// What held back an alert that is over and was never told: as the group saw it last while it fired, or when it
    /// began to. What holds it back now says nothing of the time in which it fired.
    func holdOver(_ id: AlertID, in group: NotificationGroup) -> Hold? {
        guard let member = group.members[id], member.told == nil else { return nil }
        return member.hold ?? member.heldFromStart
    }

    /// Takes over rules and intervals, and has every group that something was held back in look again.
    mutating func setHolds(
        inhibitRules: [InhibitRule], intervals: [RecurringTime], alerts: [AlertID: Alert], at now: Timestamp
    ) {
        inhibitions = InhibitionBook(rules: inhibitRules, alerts: alerts.values)
        self.intervals = IntervalBook(intervals)
        silences.setIntervals(intervals)
        for (id, group) in groups where group.members.values.contains(where: { $0.hold != nil }) {
            inhibitedGroups.note(group, id: id)
            look(at: id, from: now)
        }
    }

    /// An alert that inhibits others has changed: their groups look again, once `group_wait` has passed, since what an
    /// alert inhibits mostly ends with it.
    mutating func wakeInhibited(by source: AlertID, at now: Timestamp) {
        for id in inhibitedGroups.held(by: source) { look(at: id, from: now + waitTimes(of: id).wait) }
    }

    /// Has a group look at what it has to say at a time, or before.
    mutating func look(at id: NotificationGroup.ID, from time: Timestamp) {
        guard let group = groups[id] else { return }
        groups[id]?.dueAt = min(group.dueAt ?? time, time)
        changedGroups.insert(id)
    }

    // MARK: Silences

    /// Takes over what has begun and ended.
    mutating func turnSilences(alerts: [AlertID: Alert], at now: Timestamp) {
        guard let due = silences.nextDue, due <= now else { return }
        let (changes, forgotten) = silences.advance(to: now)
        take(changes, forgotten: forgotten, alerts: alerts, at: now)
    }

    mutating func setSilence(
        _ draft: SilenceDraft, newID: String, alerts: [AlertID: Alert], at now: Timestamp
    ) throws(SilenceProblem) -> String {
        let (id, changes, forgotten) = try silences.set(draft, newID: newID, at: now)
        take(changes, forgotten: forgotten, alerts: alerts, at: now)
        return id
    }

    mutating func expireSilence(
        _ id: String, alerts: [AlertID: Alert], at now: Timestamp
    ) throws(SilenceProblem) {
        take(try silences.expire(id, at: now), forgotten: [], alerts: alerts, at: now)
    }

    private mutating func take(
        _ changes: [SilenceBook.Change], forgotten: [String], alerts: [AlertID: Alert], at now: Timestamp
    ) {
        for change in changes {
            records.append(.silence(change.silence))
            if let kind = change.event { records.append(.event(event(kind, of: change.silence, at: now))) }
            for alert in alerts.values where alert.isOn && change.silence.matches(alert.routedLabels) {
                for id in groupsByAlert[alert.id] ?? [] { look(at: id, from: now) }
            }
        }
        for id in forgotten { records.append(.removeSilence(id)) }
    }

    private func event(_ kind: AlertEvent.Kind, of silence: Silence, at now: Timestamp) -> AlertEvent {
        let labels = Labels(["silence": silence.id])
        return AlertEvent(
            alert: AlertID(labels: labels), at: now, kind: kind, rule: "silence", labels: labels, level: nil,
            previousLevel: nil, value: nil, threshold: nil,
            summary: "\(silence.matcherText) from \(silence.startsAt) to \(silence.endsAt)"
                + (silence.during.map { " during \($0.joined(separator: ", "))" } ?? ""), reason: silence.account)
    }
}
