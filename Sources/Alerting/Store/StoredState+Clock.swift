package import PromQL

extension StoredState {
    /// The latest time at which anything in it was written; nil for an empty state. Times that lie ahead on purpose,
    /// such as the next attempt of a message, don't count.
    private var writtenAt: Timestamp? {
        let times =
            alerts.map(\.updatedAt) + groups.compactMap(\.lastMessageAt)
            + groups.flatMap { $0.members.values.compactMap { $0.told?.at } } + outbox.map(\.createdAt)
            + heartbeats.map { $0.lastAt ?? $0.since }
        return times.max()
    }

    /// What was written under a clock that was ahead of the present one, moved back so that it was written now.
    ///
    /// Without it a clock that is set back while the agent does not run would hold back messages and reminders until
    /// it has caught up.
    ///
    /// - Parameter lastEntry: when the newest event or ledger entry was written; nil without any.
    /// - Returns: how far it was moved; nil where nothing lies ahead.
    package mutating func moveBack(to now: Timestamp, lastEntry: Timestamp?) -> Duration? {
        guard let writtenAt = [writtenAt, lastEntry].compactMap({ $0 }).max(), writtenAt > now else { return nil }
        let step = writtenAt - now
        for index in alerts.indices { alerts[index].move(back: step) }
        for index in groups.indices { groups[index].move(back: step) }
        for index in heartbeats.indices {
            heartbeats[index].since = heartbeats[index].since - step
            heartbeats[index].lastAt = heartbeats[index].lastAt.map { $0 - step }
        }
        for index in outbox.indices {
            outbox[index].createdAt = outbox[index].createdAt - step
            outbox[index].nextAttemptAt = outbox[index].nextAttemptAt - step
            outbox[index].giveUpAt = outbox[index].giveUpAt - step
        }
        return step
    }

    /// All that `moveBack` changes, to be stored anew: else the next start would move it once more.
    package var timed: [StoreRecord] {
        alerts.map(StoreRecord.alert) + groups.map(StoreRecord.group) + outbox.map(StoreRecord.outbox)
            + heartbeats.map(StoreRecord.heartbeat)
    }
}

extension Alert {
    fileprivate mutating func move(back step: Duration) {
        pendingSince = pendingSince.map { $0 - step }
        firingSince = firingSince.map { $0 - step }
        resolvedAt = resolvedAt.map { $0 - step }
        if let end = received?.endsAt { received?.endsAt = end - step }
        if let taken = evidence?.takenAt { evidence?.takenAt = taken - step }
        updatedAt = updatedAt - step
        machine.lastReading = machine.lastReading.map { $0 - step }
        machine.unknownSince = machine.unknownSince.map { $0 - step }
        machine.noDataSince = machine.noDataSince.map { $0 - step }
        machine.activeSince = machine.activeSince.map { $0 - step }
        machine.keepFiringSince = machine.keepFiringSince.map { $0 - step }
        machine.flapping?.move(back: step)
    }
}

extension NotificationGroup {
    fileprivate mutating func move(back step: Duration) {
        dueAt = dueAt.map { $0 - step }
        lastMessageAt = lastMessageAt.map { $0 - step }
        members = members.mapValues { member in
            var member = member
            member.waitingSince = member.waitingSince.map { $0 - step }
            member.escalatesFrom = member.escalatesFrom.map { $0 - step }
            if let told = member.told { member.told?.at = told.at - step }
            for index in member.passed.indices {
                member.passed[index].startedAt = member.passed[index].startedAt - step
                member.passed[index].endedAt = member.passed[index].endedAt - step
            }
            return member
        }
    }
}
