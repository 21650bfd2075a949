package import PromQL

extension NotificationPlanner {
    /// Hands out the rows whose time has come, each destination's oldest first and no more to one than `room` and its
    /// gate allow; each is written down as leased before it is sent.
    ///
    /// - Parameter limit: the most rows to hand out.
    package mutating func lease(limit: Int, at now: Timestamp) -> [OutboxRow] {
        var leased: [OutboxRow] = []
        for destination in rowQueues.keys.sorted() {
            if let most = policies[destination]?.digestsAbove {
                leased += leaseForPeople(destination, most: most, limit: limit - leased.count, at: now)
                continue
            }
            var room = room(at: destination)
            while room > 0, leased.count < limit, isGateOpen(destination, at: now),
                let id = rowQueues[destination]?.popDue(at: now)
            {
                guard let row = outbox[id] else { continue }
                leased.append(lease(row, at: now))
                room -= 1
            }
        }
        return leased
    }

    /// Whether a destination's pace and circuit allow another attempt now.
    func isGateOpen(_ destination: Destination, at now: Timestamp) -> Bool {
        gates[destination]?.isOpen(at: now) ?? true
    }

    /// Begins an attempt: from now on a row counts as under way.
    mutating func lease(_ waiting: OutboxRow, at now: Timestamp) -> OutboxRow {
        var row = waiting
        gates[row.group.destination]?.began(at: now)
        row.state = .leased
        row.attempts += 1
        setRow(row)
        records.append(.outbox(row))
        let group = groups[row.group] ?? NotificationGroup(id: row.group, routeID: "", labels: Labels())
        note(
            .attempt, group, alerts: row.notification.alerts.map(\.id), message: row.id, attempt: row.attempts,
            reason: "attempt \(row.attempts)", at: now)
        return row
    }

    /// Takes over how an attempt ended. An answer for a row that is no more, or is not leased, changes nothing.
    ///
    /// - Parameter latency: how long the attempt took.
    package mutating func settle(
        _ id: Int64, _ outcome: DeliveryOutcome, latency: Duration, alerts: [AlertID: Alert], at now: Timestamp
    ) {
        guard var row = outbox[id], row.state == .leased else { return }
        gates[row.group.destination]?.ended(outcome, after: latency, at: now)
        if row.carries != nil {
            settleDigest(row, outcome, latency: latency, at: now)
            return
        }
        guard var group = groups[row.group] else { return }
        let about = row.notification.alerts.map(\.id)
        switch outcome {
        case .delivered(let answer, let reference):
            group.keep(reference, known: row.notification.reference)
            note(
                .delivered, group, alerts: about, message: id, attempt: row.attempts, latency: latency,
                reason: answer, at: now)
            conclude(row, in: &group, wasHeard: true, at: now)
            handOver(reference, from: row)
        case .rejected(let reason):
            note(
                .rejected, group, alerts: about, message: id, attempt: row.attempts, latency: latency,
                reason: reason, at: now)
            conclude(row, in: &group, wasHeard: row.mayHaveArrived, at: now)
            fallBack(from: row, group: group, reason: reason, at: now)
        case .retry(let reason, let retryAfter, let mayHaveArrived):
            row.lastError = reason
            if now >= row.giveUpAt {
                note(
                    .givenUp, group, alerts: about, message: id, attempt: row.attempts, latency: latency,
                    reason: "not delivered for as long as give_up_after allows; last: \(reason)", at: now)
                conclude(row, in: &group, wasHeard: row.mayHaveArrived, at: now)
                fallBack(from: row, group: group, reason: reason, at: now)
                return
            }
            row.mayHaveArrived = row.mayHaveArrived || mayHaveArrived
            row.state = row.mayHaveArrived ? .frozen : .waiting
            let pause =
                retryAfter.map { min($0, Self.longestRetryAfter) } ?? Self.backoff(attempt: row.attempts, row: id)
            row.nextAttemptAt = min(now + pause, max(now, row.giveUpAt))
            setRow(row)
            records.append(.outbox(row))
            note(
                .retry, group, alerts: about, message: id, attempt: row.attempts, latency: latency,
                reason: "\(reason); next attempt \(row.nextAttemptAt)", at: now)
            if row.state == .waiting {
                let hasMoved = resumeMoved(row, from: group, wasHeard: nil, at: now)
                if hasMoved || hasWaiting(group) {
                    group.dueAt = now
                    save(group)
                }
            }
        }
    }

    /// A receiver that asks for more patience than this is asked again all the same.
    package static let longestRetryAfter = Duration.seconds(3600)

    /// The pause before the next attempt: 1 s doubling to 15 s, between half and all of it. Not longer, since what a
    /// person waits for after an outage is mostly this pause; a sick destination is asked for few messages at once.
    ///
    /// The spread comes from the row and the attempt, so that many rows that failed together do not come back
    /// together, and a replay gives the same times.
    package static func backoff(attempt: Int, row: Int64) -> Duration {
        let full = min(15_000, 1_000 << min(max(attempt - 1, 0), 6))
        var hash = UInt64(bitPattern: row) &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(attempt) &* 0xBF58_476D_1CE4_E5B9
        hash ^= hash >> 31
        return .milliseconds(full / 2 + Int(hash % UInt64(full / 2 + 1)))
    }

    /// Ends a row: remembers what the destination knows now, and lets the group go on.
    mutating func conclude(
        _ row: OutboxRow, in group: inout NotificationGroup, wasHeard: Bool, at now: Timestamp
    ) {
        removeRow(row.id)
        group.outstanding = nil
        for alert in row.notification.alerts {
            remember(alert, in: row.id, of: &group, wasHeard: wasHeard, at: now)
        }
        resumeMoved(row, from: group, wasHeard: wasHeard, at: now)
        if group.dueAt == nil {
            let isOn = group.members.values.contains { $0.isRouted && $0.told != nil }
            let reminder = isOn ? group.lastMessageAt.map { $0 + waitTimes(of: group.id).repeats } : nil
            // A hold may have ended while the message was on its way.
            let isHeld = group.members.values.contains { $0.hold != nil || $0.endedAcknowledgement != nil }
            group.dueAt = hasWaiting(group) || isHeld ? now : reminder
        }
        save(group)
    }

    /// What a message left behind goes to the group in which one of its alerts is now, where its own group ended while
    /// it was on its way.
    private mutating func handOver(_ reference: String?, from row: OutboxRow) {
        guard let reference, groups[row.group] == nil else { return }
        for alert in row.notification.alerts where alert.isFiring {
            for id in (groupsByAlert[alert.id] ?? []).sorted() where id.destination == row.group.destination {
                guard var group = groups[id] else { continue }
                group.adopt(reference)
                save(group)
                return
            }
        }
    }

    /// Lets alerts go on that have moved to other groups of the destination while a message told of them here.
    ///
    /// - Parameter wasHeard: nil where the message has told nothing: it failed for certain.
    /// - Returns: whether there are any.
    @discardableResult
    mutating func resumeMoved(
        _ row: OutboxRow, from group: NotificationGroup, wasHeard: Bool?, at now: Timestamp
    ) -> Bool {
        var hasMoved = false
        for alert in row.notification.alerts where group.members[alert.id] == nil {
            for id in (groupsByAlert[alert.id] ?? []).sorted() where id.destination == row.group.destination {
                guard var other = groups[id], other.members[alert.id]?.awaits == row.id else { continue }
                hasMoved = true
                other.members[alert.id]?.awaits = nil
                // It goes on where the former group was.
                other.lastMessageAt = other.lastMessageAt ?? row.createdAt
                if let wasHeard { remember(alert, in: row.id, of: &other, wasHeard: wasHeard, at: now) }
                other.dueAt = now
                save(other)
            }
        }
        return hasMoved
    }

    private mutating func remember(
        _ alert: NotifiedAlert, in row: Int64, of group: inout NotificationGroup, wasHeard: Bool, at now: Timestamp
    ) {
        guard var member = group.members[alert.id] else { return }
        member.forgetPassed(told: alert)
        // It may have come back to the group in which it was told.
        if member.awaits == row { member.awaits = nil }
        // What was rejected elsewhere after the message was decided is still to be told.
        if row >= member.standsInFrom ?? 0 {
            member.standsIn = nil
            member.standsInFrom = nil
        }
        if alert.isFiring {
            // A repeat that was rejected does not undo that the first message was heard.
            let heard = wasHeard || member.told?.wasHeard == true
            member.told = .init(level: alert.level, isFlapping: alert.isFlapping, at: now, wasHeard: heard)
            group.members[alert.id] = member
        } else if member.waitingSince != nil {
            // It has fired again since: for this destination that is a new alert.
            member.told = nil
            group.members[alert.id] = member
        } else {
            group.members[alert.id] = nil
            leave(alert.id, group.id)
        }
    }

    /// Gives what a rejected message told to the route's fallback receiver, which then also hears how it goes on.
    mutating func fallBack(from row: OutboxRow, group: NotificationGroup, reason: String, at now: Timestamp) {
        guard row.notification.occasion != .fallback,
            let name = (routesByID[group.routeID] ?? route).fallback
        else { return }
        for destination in destinationsByReceiver[name] ?? [] where destination != group.id.destination {
            for alert in row.notification.alerts {
                let known = (groupsByAlert[alert.id] ?? []).sorted().first { $0.destination == destination }
                let id = known ?? NotificationGroup.ID(key: group.id.key, destination: destination)
                var other = groups[id] ?? NotificationGroup(id: id, routeID: group.routeID, labels: group.labels)
                let under = other.outstanding.flatMap { outbox[$0] }?.notification.alerts ?? []
                if under.contains(where: { $0.tellsTheSame(as: alert) }) { continue }
                var member = other.members[alert.id] ?? .init(isRouted: false)
                member.standsIn = "The receiver \(group.id.destination) did not take this: \(reason)"
                member.standsInFrom = nextRow
                member.waitingSince = member.waitingSince ?? now
                other.members[alert.id] = member
                join(alert.id, id)
                other.dueAt = now
                save(other)
            }
        }
    }
}

extension NotifiedAlert {
    /// Whether both say of one time of one alert that it is on, and at which level.
    fileprivate func tellsTheSame(as other: NotifiedAlert) -> Bool {
        id == other.id && isFiring && other.isFiring && level == other.level && startedAt == other.startedAt
    }
}
