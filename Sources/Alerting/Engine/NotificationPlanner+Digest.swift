import PromQL

/// Digests: many messages to one destination that people read leave as one. The rows that it carries stay in the outbox
/// until it has arrived; then each counts as told, so that its resolve follows. Webhooks never get one.
extension NotificationPlanner {
    /// Hands out what is due at a destination that takes digests: row by row, or as one digest.
    ///
    /// - Parameter most: how many messages may go one by one within a minute.
    mutating func leaseForPeople(
        _ destination: Destination, most: Int, limit: Int, at now: Timestamp
    ) -> [OutboxRow] {
        guard limit > 0, let queue = rowQueues[destination], let next = queue.next, next <= now else { return [] }
        let rows = queue.ids.sorted().compactMap { outbox[$0] }
        let due = rows.filter { $0.nextAttemptAt <= now }
        // What may have arrived is sent again as it was.
        var leased = lease(due.filter { $0.state == .frozen }.prefix(limit), at: now)
        let waiting = rows.filter { $0.state == .waiting }
        let dueAndWaiting = due.filter { $0.state == .waiting }
        let room = min(limit - leased.count, room(at: destination))
        guard !dueAndWaiting.isEmpty, room > 0, isGateOpen(destination, at: now) else { return leased }
        let isFirstLook = waiting.count > 1 && dueAndWaiting.contains { $0.isFirstLook == true }
        var pace = paces[destination] ?? DigestPace()
        switch isFirstLook ? .together : pace.decide(waiting: waiting.count, most: most, at: now) {
        case .wait: break
        case .singly:
            let taken = lease(dueAndWaiting.prefix(room), at: now)
            pace.noteSent(taken.count { $0.attempts == 1 }, isDigest: false, at: now)
            leased += taken
        case .together:
            let cause: Digest.Cause =
                isFirstLook ? .firstLook : waiting.contains { $0.attempts > 0 } ? .outage : .storm
            pace.noteSent(1, isDigest: true, at: now)
            leased.append(leaseDigest(of: waiting, to: destination, cause: cause, at: now))
        }
        paces[destination] = pace
        return leased
    }

    /// Begins attempts for as long as the destination's gate is open.
    private mutating func lease(_ rows: ArraySlice<OutboxRow>, at now: Timestamp) -> [OutboxRow] {
        var leased: [OutboxRow] = []
        for row in rows where isGateOpen(row.group.destination, at: now) { leased.append(lease(row, at: now)) }
        return leased
    }

    private mutating func leaseDigest(
        of rows: [OutboxRow], to destination: Destination, cause: Digest.Cause, at now: Timestamp
    ) -> OutboxRow {
        let id = nextRow
        nextRow += 1
        let (digest, named) = Digest.of(rows.map(\.notification), cause: cause)
        let group = NotificationGroup(
            id: .init(key: "digest:\(id)", destination: destination), routeID: "", labels: Labels())
        var message = Notification(
            destination: destination, occasion: .digest, groupKey: group.id.key, groupLabels: Labels(), alerts: named,
            sequence: 1, createdAt: now)
        message.digest = digest
        let notes = Set(rows.compactMap { $0.notification.note })
        message.note = notes.count == 1 ? notes.first : nil
        var row = OutboxRow(
            id: id, group: group.id, key: key(of: group, row: id, at: now), notification: message, createdAt: now,
            attempts: rows.map(\.attempts).max() ?? 0, nextAttemptAt: now,
            giveUpAt: rows.map(\.giveUpAt).min() ?? now)
        row.carries = rows.map(\.id)
        note(
            .queued, group, alerts: alerts(of: rows), message: id,
            reason: "a digest (\(cause.rawValue)) of \(rows.count) messages: \(digest.counts)", at: now)
        for var carried in rows {
            carried.state = .carried
            setRow(carried)
            records.append(.outbox(carried))
        }
        return lease(row, at: now)
    }

    private func alerts(of rows: [OutboxRow]) -> [AlertID] {
        Set(rows.flatMap { $0.notification.alerts.map(\.id) }).sorted()
    }

    /// Takes over how an attempt to deliver a digest ended.
    mutating func settleDigest(
        _ row: OutboxRow, _ outcome: DeliveryOutcome, latency: Duration, at now: Timestamp
    ) {
        let carried = (row.carries ?? []).compactMap { outbox[$0] }
        let account = NotificationGroup(id: row.group, routeID: "", labels: Labels())
        let about = alerts(of: carried)
        switch outcome {
        case .delivered(let answer, _):
            note(
                .delivered, account, alerts: about, message: row.id, attempt: row.attempts, latency: latency,
                reason: answer, at: now)
            removeRow(row.id)
            conclude(carried, .delivered, "the digest \(row.id) carried it", wasHeard: true, at: now)
        case .rejected(let reason):
            note(
                .rejected, account, alerts: about, message: row.id, attempt: row.attempts, latency: latency,
                reason: reason, at: now)
            removeRow(row.id)
            conclude(
                carried, .rejected, "the digest \(row.id) was to carry it: \(reason)",
                wasHeard: row.mayHaveArrived, at: now)
        case .retry(let reason, let retryAfter, let mayHaveArrived):
            paces[row.group.destination]?.noteFailure()
            let pause =
                retryAfter.map { min($0, Self.longestRetryAfter) }
                ?? Self.backoff(attempt: row.attempts, row: row.id)
            note(
                .retry, account, alerts: about, message: row.id, attempt: row.attempts, latency: latency,
                reason: "\(reason); next attempt \(now + pause)", at: now)
            if row.mayHaveArrived || mayHaveArrived {
                freeze(row, carrying: carried, until: now + pause, reason: reason, at: now)
            } else {
                removeRow(row.id)
                release(carried, until: now + pause, attempts: row.attempts, reason: reason, at: now)
            }
        }
    }

    /// It may have arrived: it is sent again as it was.
    private mutating func freeze(
        _ row: OutboxRow, carrying carried: [OutboxRow], until: Timestamp, reason: String, at now: Timestamp
    ) {
        guard now < row.giveUpAt else {
            removeRow(row.id)
            conclude(
                carried, .givenUp, "the digest \(row.id) was to carry it, and was not delivered: \(reason)",
                wasHeard: true, at: now)
            return
        }
        var frozen = row
        frozen.mayHaveArrived = true
        frozen.state = .frozen
        frozen.lastError = reason
        frozen.nextAttemptAt = min(until, max(now, row.giveUpAt))
        setRow(frozen)
        records.append(.outbox(frozen))
    }

    /// It has not arrived: what it carried waits again, may be merged with what follows, and goes into the next one.
    private mutating func release(
        _ carried: [OutboxRow], until: Timestamp, attempts: Int, reason: String, at now: Timestamp
    ) {
        let late = carried.filter { $0.giveUpAt <= now }
        conclude(
            late, .givenUp, "not delivered for as long as give_up_after allows; last: \(reason)", wasHeard: false,
            at: now)
        for var row in carried where row.giveUpAt > now {
            row.state = .waiting
            row.attempts = max(row.attempts, attempts)
            row.lastError = reason
            row.nextAttemptAt = min(until, row.giveUpAt)
            setRow(row)
            records.append(.outbox(row))
            guard let group = groups[row.group] else { continue }
            let hasMoved = resumeMoved(row, from: group, wasHeard: nil, at: now)
            if hasMoved || hasWaiting(group) { look(at: row.group, from: now) }
        }
    }

    /// Ends the rows that a digest carried.
    ///
    /// - Parameter wasHeard: whether it has arrived, or may have.
    private mutating func conclude(
        _ carried: [OutboxRow], _ kind: LedgerEntry.Kind, _ reason: String, wasHeard: Bool, at now: Timestamp
    ) {
        for row in carried {
            guard var group = groups[row.group] else {
                removeRow(row.id)
                continue
            }
            note(
                kind, group, alerts: row.notification.alerts.map(\.id), message: row.id, attempt: row.attempts + 1,
                reason: reason, at: now)
            conclude(row, in: &group, wasHeard: wasHeard, at: now)
            if kind != .delivered { fallBack(from: row, group: group, reason: reason, at: now) }
        }
    }

    /// Lets go of digests to destinations that are no more, and of rows whose digest is lost: those are sent again as
    /// they are.
    mutating func settleLostDigests() {
        for row in outbox.values where row.carries != nil && policies[row.group.destination] == nil {
            removeRow(row.id)
        }
        let carried = Set(outbox.values.flatMap { $0.carries ?? [] })
        for var row in outbox.values where row.state == .carried && !carried.contains(row.id) {
            row.state = .frozen
            row.mayHaveArrived = true
            setRow(row)
            records.append(.outbox(row))
        }
    }
}
