package import PromQL

/// Decides who is told what, and when: a pure value that takes events and the time, and returns what to store.
///
/// For each destination an alert belongs to one group at a time. A group waits (`group_wait`, `group_interval`,
/// `repeat_interval`), then compares what the destination was told with what is true, and writes one row into the
/// outbox. At most one row per group is unsettled; until a byte of it may have left, what follows is merged into it.
package struct NotificationPlanner: Sendable {
    package private(set) var route: Route
    var policies: [Destination: DestinationPolicy] = [:]
    var destinationsByReceiver: [String: [Destination]] = [:]
    package internal(set) var groups: [NotificationGroup.ID: NotificationGroup]
    package private(set) var outbox: [Int64: OutboxRow] = [:]
    var groupQueue = DueQueue<NotificationGroup.ID>()
    /// When each group's next alert is escalated.
    var escalationQueue = DueQueue<NotificationGroup.ID>()
    /// The rows that are not leased, by when they are tried next.
    var rowQueues: [Destination: DueQueue<Int64>] = [:]
    private(set) var leasedCounts: [Destination: Int] = [:]
    /// When the next message may go to each destination.
    var gates: [Destination: DeliveryGate] = [:]
    var groupsByAlert: [AlertID: Set<NotificationGroup.ID>] = [:]
    var routesByID: [String: Route] = [:]
    var inhibitions = InhibitionBook()
    /// Whether any alert can hold back another.
    var hasInhibitions: Bool { !inhibitions.isEmpty }
    var intervals = IntervalBook()
    package internal(set) var silences: SilenceBook
    package internal(set) var acknowledgements: AcknowledgementBook
    /// The groups with members that other alerts hold back.
    var inhibitedGroups = InhibitedGroups()
    var nextRow: Int64
    /// How digests are paced, for each destination that people read.
    var paces: [Destination: DigestPace] = [:]
    /// Nil but for the first minutes of an agent's life.
    var firstLook: FirstLook?
    /// What has been decided since the last `takeRecords`, but for the groups.
    var records: [StoreRecord] = []
    /// The groups that changed since then: each is written once, as it stands at the end.
    var changedGroups: Set<NotificationGroup.ID> = []
    /// Large groups whose members changed, and how often, since they were written.
    private var unwritten: [NotificationGroup.ID: Int] = [:]
    /// From so many members on a group is not written for each change of one.
    private static let largeGroup = 100

    /// - Parameters:
    ///   - groups: as the store gave them back.
    ///   - outbox: as the store gave it back. A row that was leased may have arrived: it is sent again as it is.
    package init(
        route: Route, policies: [DestinationPolicy], groups: [NotificationGroup] = [], outbox: [OutboxRow] = [],
        silences: [Silence] = [], acknowledgements: [Acknowledgement] = []
    ) {
        self.route = route
        self.silences = SilenceBook(silences)
        self.acknowledgements = AcknowledgementBook(acknowledgements)
        self.groups = Dictionary(groups.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
        var rows = Dictionary(outbox.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
        for (id, row) in rows where row.state == .leased {
            rows[id]?.state = .frozen
            rows[id]?.mayHaveArrived = true
        }
        nextRow = (outbox.map(\.id).max() ?? 0) + 1
        for row in rows.values { setRow(row) }
        for group in groups { groupQueue.set(group.id, group.dueAt) }
        setPolicies(policies)
        settleLostDigests()
        for group in groups {
            for id in group.members.keys { groupsByAlert[id, default: []].insert(group.id) }
        }
    }

    private mutating func setPolicies(_ all: [DestinationPolicy]) {
        policies = Dictionary(all.map { ($0.destination, $0) }, uniquingKeysWith: { _, last in last })
        gates = policies.mapValues { policy in
            var gate = gates[policy.destination] ?? DeliveryGate()
            gate.setPace(policy.pace)
            return gate
        }
        paces = paces.filter { policies[$0.key]?.digestsAbove != nil }
        destinationsByReceiver = Dictionary(grouping: all.map(\.destination), by: \.receiver).mapValues { $0.sorted() }
        routesByID = [:]
        func add(_ route: Route) {
            routesByID[route.id] = route
            for below in route.routes { add(below) }
        }
        add(route)
    }

    /// Row numbers go on from here; called once at the start with the highest that the store ever gave.
    package mutating func continueNumbering(after last: Int64) {
        nextRow = max(nextRow, last + 1)
    }

    /// Takes out what has been decided since the last call, in order, for one transaction.
    package mutating func takeRecords() -> [StoreRecord] {
        noteDueTimes()
        for id in changedGroups { unwritten[id] = nil }
        defer {
            records = []
            changedGroups = []
        }
        return withoutOverwritten(records)
            + changedGroups.sorted().map { id in groups[id].map(StoreRecord.group) ?? .removeGroup(id) }
    }

    /// A row that is queued and leased in one go is written once, as it stands at the end.
    private func withoutOverwritten(_ records: [StoreRecord]) -> [StoreRecord] {
        var later: Set<Int64> = []
        let kept = records.reversed().filter { record in
            switch record {
            case .outbox(let row): later.insert(row.id).inserted
            case .removeOutbox(let id): later.insert(id).inserted
            case .alert, .removeAlert, .event, .group, .removeGroup, .ledger, .silence, .removeSilence, .heartbeat,
                .removeHeartbeat, .acknowledgement, .removeAcknowledgement:
                true
            }
        }
        return kept.reversed()
    }

    /// Takes over the times of the groups that changed since the last call.
    mutating func noteDueTimes() {
        for id in changedGroups {
            groupQueue.set(id, groups[id]?.dueAt)
            escalationQueue.set(id, groups[id].flatMap { nextEscalation(of: $0) })
        }
    }

    /// The earliest time at which something is due; nil where nothing is.
    package var nextDue: Timestamp? {
        let rows = rowQueues.compactMap { destination, queue -> Timestamp? in
            guard room(at: destination) > 0, let next = queue.next else { return nil }
            let waits = [gates[destination]?.opensAt, paces[destination]?.waitsUntil].compactMap { $0 }
            return waits.reduce(next) { max($0, $1) }
        }.min()
        return [
            groupQueue.next, escalationQueue.next, rows, silences.nextDue, acknowledgements.nextDue, firstLook?.until,
        ].compactMap { $0 }.min()
    }

    // MARK: The outbox

    /// How many more messages may be under way to a destination, as far as those count that are.
    func room(at destination: Destination) -> Int {
        let most = gates[destination]?.places ?? DeliveryGate.firstLeased
        return max(0, most - (leasedCounts[destination] ?? 0))
    }

    /// Whether a destination does not work, and is only tried by single messages.
    package func isCircuitOpen(to destination: Destination) -> Bool {
        gates[destination]?.breaker.isOpen ?? false
    }

    /// How each destination stands.
    package var standings: [Destination: DestinationStanding] {
        gates.reduce(into: [:]) { standings, gate in
            standings[gate.key] = DestinationStanding(
                isCircuitOpen: gate.value.breaker.isOpen, waiting: rowQueues[gate.key]?.count ?? 0)
        }
    }

    /// Puts a row into the outbox, or what has become of it.
    mutating func setRow(_ row: OutboxRow) {
        let destination = row.group.destination
        countLeased(destination, old: outbox[row.id], new: row)
        outbox[row.id] = row
        rowQueues[destination, default: DueQueue()].set(row.id, row.isQueued ? row.nextAttemptAt : nil)
    }

    /// Takes a row out of the outbox; the store is told.
    mutating func removeRow(_ id: Int64) {
        guard let row = outbox.removeValue(forKey: id) else { return }
        let destination = row.group.destination
        countLeased(destination, old: row, new: nil)
        rowQueues[destination]?.set(id, nil)
        if rowQueues[destination]?.isEmpty == true { rowQueues[destination] = nil }
        records.append(.removeOutbox(id))
    }

    private mutating func countLeased(_ destination: Destination, old: OutboxRow?, new: OutboxRow?) {
        let change = (new?.state == .leased ? 1 : 0) - (old?.state == .leased ? 1 : 0)
        guard change != 0 else { return }
        let count = (leasedCounts[destination] ?? 0) + change
        leasedCounts[destination] = count == 0 ? nil : count
    }

    /// The receivers that have a channel, sorted.
    package var receivers: [String] { destinationsByReceiver.keys.sorted() }

    /// Whether some destination still waits to hear of an alert or of its end.
    package func concerns(_ id: AlertID) -> Bool {
        !(groupsByAlert[id] ?? []).isEmpty
    }

    /// Takes over other routes and receivers. Groups, timers and what was told are kept where the destination still
    /// exists; an alert that now goes elsewhere moves there with what its destination was told.
    package mutating func reconfigure(
        route: Route, policies: [DestinationPolicy], inhibitRules: [InhibitRule] = [],
        intervals: [RecurringTime] = [], alerts: [AlertID: Alert], at now: Timestamp
    ) {
        self.route = route
        setPolicies(policies)
        setHolds(inhibitRules: inhibitRules, intervals: intervals, alerts: alerts, at: now)
        for id in groups.keys.sorted() where self.policies[id.destination] == nil {
            dropGroup(id, reason: "the receiver was removed from the settings", at: now)
        }
        settleLostDigests()
        for alert in alerts.values.sorted(by: { $0.id < $1.id }) where alert.isOn { consider(alert, at: now) }
        // A damaged history can lose an alert while its acknowledgement survives.
        for id in acknowledgements.all.keys.sorted() where alerts[id] == nil { forgetAcknowledgement(of: id) }
        for (id, group) in groups { escalationQueue.set(id, nextEscalation(of: group)) }
    }

    private mutating func dropGroup(_ id: NotificationGroup.ID, reason: String, at now: Timestamp) {
        guard let group = groups[id] else { return }
        if let row = group.outstanding {
            removeRow(row)
            note(.givenUp, group, alerts: group.members.keys.sorted(), message: row, reason: reason, at: now)
        }
        for alert in group.members.keys { leave(alert, id) }
        groups[id] = nil
        inhibitedGroups.note(nil, id: id)
        changedGroups.insert(id)
    }

    // MARK: Small tools

    mutating func note(
        _ kind: LedgerEntry.Kind, _ group: NotificationGroup, alerts: [AlertID], message: Int64? = nil,
        attempt: Int? = nil, latency: Duration? = nil, reason: String, at now: Timestamp
    ) {
        records.append(
            .ledger(
                LedgerEntry(
                    at: now, kind: kind, destination: group.id.destination, groupKey: group.id.key, alerts: alerts,
                    message: message, attempt: attempt, latency: latency, reason: reason)))
    }

    /// Writes a group back; one without members and without a row is over.
    mutating func save(_ group: NotificationGroup) {
        let isOver = group.members.isEmpty && group.outstanding == nil
        groups[group.id] = isOver ? nil : group
        if !inhibitions.isEmpty { inhibitedGroups.note(groups[group.id], id: group.id) }
        changedGroups.insert(group.id)
    }

    /// Takes note that a member came or changed, and that nothing else did: not the time at which the group is due, nor
    /// what was told.
    ///
    /// A row of the store holds all members. Were it written each time, a storm of alerts in one group would take the
    /// square of their number. From `largeGroup` members on it is written once an eighth has changed, and when the group
    /// has something to say: what is missing after a crash is known from the alerts themselves.
    mutating func noteMember(of id: NotificationGroup.ID) {
        let count = groups[id]?.members.count ?? 0
        guard count >= Self.largeGroup, !changedGroups.contains(id) else {
            changedGroups.insert(id)
            return
        }
        let changes = (unwritten[id] ?? 0) + 1
        unwritten[id] = changes
        if changes * 8 >= count { changedGroups.insert(id) }
    }

    mutating func join(_ alert: AlertID, _ group: NotificationGroup.ID) {
        groupsByAlert[alert, default: []].insert(group)
    }

    mutating func leave(_ alert: AlertID, _ group: NotificationGroup.ID) {
        groupsByAlert[alert]?.remove(group)
        if groupsByAlert[alert]?.isEmpty == true { groupsByAlert[alert] = nil }
    }

    /// Whether there is something to tell that nothing holds back.
    func hasWaiting(_ group: NotificationGroup) -> Bool {
        group.members.values.contains { $0.waitingSince != nil && $0.hold == nil }
    }

    func waitTimes(of id: NotificationGroup.ID) -> (wait: Duration, interval: Duration, repeats: Duration) {
        let route = groups[id].flatMap { routesByID[$0.routeID] } ?? self.route
        return (route.groupWait, route.groupInterval, route.repeatInterval)
    }
}

extension OutboxRow {
    /// Whether it waits for a time to be sent at.
    fileprivate var isQueued: Bool {
        switch state {
        case .waiting, .frozen: true
        case .leased, .carried: false
        }
    }
}
