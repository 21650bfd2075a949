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
    package internal(set) var outbox: [Int64: OutboxRow]
    var groupsByAlert: [AlertID: Set<NotificationGroup.ID>] = [:]
    var routesByID: [String: Route] = [:]
    var nextRow: Int64
    /// What has been decided since the last `takeRecords`, but for the groups.
    var records: [StoreRecord] = []
    /// The groups that changed since then: each is written once, as it stands at the end.
    var changedGroups: Set<NotificationGroup.ID> = []

    /// - Parameters:
    ///   - groups: as the store gave them back.
    ///   - outbox: as the store gave it back. A row that was leased may have arrived: it is sent again as it is.
    package init(
        route: Route, policies: [DestinationPolicy], groups: [NotificationGroup] = [], outbox: [OutboxRow] = []
    ) {
        self.route = route
        self.groups = Dictionary(groups.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
        var rows = Dictionary(outbox.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
        for (id, row) in rows where row.state == .leased {
            rows[id]?.state = .frozen
            rows[id]?.mayHaveArrived = true
        }
        self.outbox = rows
        nextRow = (outbox.map(\.id).max() ?? 0) + 1
        setPolicies(policies)
        for group in groups {
            for id in group.members.keys { groupsByAlert[id, default: []].insert(group.id) }
        }
    }

    private mutating func setPolicies(_ all: [DestinationPolicy]) {
        policies = Dictionary(all.map { ($0.destination, $0) }, uniquingKeysWith: { _, last in last })
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
        defer {
            records = []
            changedGroups = []
        }
        return records + changedGroups.sorted().map { id in groups[id].map(StoreRecord.group) ?? .removeGroup(id) }
    }

    /// The earliest time at which something is due; nil where nothing is.
    package var nextDue: Timestamp? {
        let groupTimes = groups.values.compactMap(\.dueAt)
        let rowTimes = outbox.values.filter { $0.state != .leased }.map(\.nextAttemptAt)
        return (groupTimes + rowTimes).min()
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
        route: Route, policies: [DestinationPolicy], alerts: [AlertID: Alert], at now: Timestamp
    ) {
        self.route = route
        setPolicies(policies)
        for id in groups.keys.sorted() where self.policies[id.destination] == nil {
            dropGroup(id, reason: "the receiver was removed from the settings", at: now)
        }
        for alert in alerts.values.sorted(by: { $0.id < $1.id }) where alert.isOn { consider(alert, at: now) }
    }

    private mutating func dropGroup(_ id: NotificationGroup.ID, reason: String, at now: Timestamp) {
        guard let group = groups[id] else { return }
        if let row = group.outstanding {
            outbox[row] = nil
            records.append(.removeOutbox(row))
            note(.givenUp, group, alerts: group.members.keys.sorted(), message: row, reason: reason, at: now)
        }
        for alert in group.members.keys { leave(alert, id) }
        groups[id] = nil
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
        changedGroups.insert(group.id)
    }

    mutating func join(_ alert: AlertID, _ group: NotificationGroup.ID) {
        groupsByAlert[alert, default: []].insert(group)
    }

    mutating func leave(_ alert: AlertID, _ group: NotificationGroup.ID) {
        groupsByAlert[alert]?.remove(group)
        if groupsByAlert[alert]?.isEmpty == true { groupsByAlert[alert] = nil }
    }

    func waitTimes(of id: NotificationGroup.ID) -> (wait: Duration, interval: Duration, repeats: Duration) {
        let route = groups[id].flatMap { routesByID[$0.routeID] } ?? self.route
        return (route.groupWait, route.groupInterval, route.repeatInterval)
    }
}
