package import Alerting
package import PromQL

/// A history that is gone with the process: for tests, and for an agent whose file can't be opened.
///
/// Events and ledger entries are bounded; the oldest go first.
package actor MemoryHistory: HistoryStore {
    private struct Numbered<Value: Hashable & Sendable>: Sendable {
        let id: Int64
        let at: Timestamp
        let value: Value
    }

    private let maximumRows: Int
    private var alerts: [AlertID: Alert] = [:]
    private var groups: [NotificationGroup.ID: NotificationGroup] = [:]
    private var outbox: [Int64: OutboxRow] = [:]
    private var silences: [String: Silence] = [:]
    private var heartbeats: [String: HeartbeatMark] = [:]
    private var acknowledgements: [AlertID: Acknowledgement] = [:]
    /// By time, then number.
    private var events: [Numbered<AlertEvent>] = []
    private var knownEvents: Set<AlertEvent> = []
    private var ledger: [Numbered<LedgerEntry>] = []
    private var knownEntries: Set<LedgerEntry> = []
    private var lastID: Int64 = 0
    private var commits = 0
    private var isClosed = false

    /// - Parameter maximumRows: how many events, and how many ledger entries, are kept.
    package init(maximumRows: Int = 10_000) {
        self.maximumRows = max(1, maximumRows)
    }

    package func load() async throws(HistoryError) -> StoredState {
        try checkOpen()
        return StoredState(
            alerts: alerts.values.sorted { $0.id < $1.id }, groups: groups.values.sorted { $0.id < $1.id },
            outbox: outbox.values.sorted { $0.id < $1.id }, silences: silences.values.sorted { $0.id < $1.id },
            heartbeats: heartbeats.values.sorted { $0.name < $1.name },
            acknowledgements: acknowledgements.values.sorted { $0.alert < $1.alert })
    }

    package func lastMarks() async throws(HistoryError) -> HistoryMarks {
        try checkOpen()
        return HistoryMarks(
            lastMessage: ledger.compactMap(\.value.message).max() ?? 0,
            lastEntry: [events.max { $0.id < $1.id }?.at, ledger.max { $0.id < $1.id }?.at].compactMap { $0 }.max())
    }

    package func commit(_ records: [StoreRecord]) async throws(HistoryError) {
        try checkOpen()
        for record in records {
            switch record {
            case .alert(let alert): alerts[alert.id] = alert
            case .removeAlert(let id): alerts[id] = nil
            case .event(let event):
                if knownEvents.insert(event).inserted {
                    let dropped = add(event, at: event.at, to: &events)
                    if let dropped { knownEvents.remove(dropped) }
                }
            case .group(let group): groups[group.id] = group
            case .removeGroup(let id): groups[id] = nil
            case .outbox(let row): outbox[row.id] = row
            case .removeOutbox(let id): outbox[id] = nil
            case .silence(let silence): silences[silence.id] = silence
            case .removeSilence(let id): silences[id] = nil
            case .heartbeat(let mark): heartbeats[mark.name] = mark
            case .removeHeartbeat(let name): heartbeats[name] = nil
            case .acknowledgement(let one): acknowledgements[one.alert] = one
            case .removeAcknowledgement(let id): acknowledgements[id] = nil
            case .ledger(let entry):
                if knownEntries.insert(entry).inserted {
                    let dropped = add(entry, at: entry.at, to: &ledger)
                    if let dropped { knownEntries.remove(dropped) }
                }
            }
        }
        commits += 1
    }

    package func events(_ query: EventQuery) async throws(HistoryError) -> EventPage {
        try checkOpen()
        let filter = LabelFilter(labels: query.labels, matchers: query.matchers)
        let (rows, next) = try page(
            of: events, from: query.from, to: query.to, order: query.order, limit: query.limit, cursor: query.cursor
        ) { event in
            (query.alert == nil || event.alert == query.alert)
                && (query.rule == nil || event.rule == query.rule)
                && (query.kinds.isEmpty || query.kinds.contains(event.kind))
                && (query.levels.isEmpty || event.level.map(query.levels.contains) == true)
                && filter.matches(event.labels)
                && filter.matchesSeverity(
                    of: event.level.map { event.labels.setting(Severity.label, $0.rawValue) } ?? event.labels)
        }
        return EventPage(events: rows, next: next)
    }

    package func ledger(_ query: LedgerQuery) async throws(HistoryError) -> LedgerPage {
        try checkOpen()
        let (rows, next) = try page(
            of: ledger, from: query.from, to: query.to, order: query.order, limit: query.limit, cursor: query.cursor
        ) { entry in
            (query.alert.map(entry.alerts.contains) ?? true)
                && (query.receiver == nil || entry.destination.receiver == query.receiver)
                && (query.destination == nil || entry.destination == query.destination)
                && (query.message == nil || entry.message == query.message)
                && (query.kinds.isEmpty || query.kinds.contains(entry.kind))
        }
        return LedgerPage(entries: rows, next: next)
    }

    package func prune(before: Timestamp) async throws(HistoryError) -> Int {
        try checkOpen()
        let oldEvents = events.prefix { $0.at < before }
        let oldEntries = ledger.prefix { $0.at < before }
        for row in oldEvents { knownEvents.remove(row.value) }
        for row in oldEntries { knownEntries.remove(row.value) }
        events.removeFirst(oldEvents.count)
        ledger.removeFirst(oldEntries.count)
        return oldEvents.count + oldEntries.count
    }

    package func statistics() async throws(HistoryError) -> HistoryStatistics {
        try checkOpen()
        var statistics = HistoryStatistics()
        statistics.alerts = alerts.count
        statistics.groups = groups.count
        statistics.outbox = outbox.count
        statistics.events = events.count
        statistics.ledgerEntries = ledger.count
        statistics.oldestEvent = events.first?.at
        statistics.commits = commits
        statistics.transactions = commits
        return statistics
    }

    package func close() async {
        isClosed = true
    }

    private func checkOpen() throws(HistoryError) {
        if isClosed { throw .closed(path: "in memory") }
    }

    /// Inserts by time, and gives back the row that had to go for it.
    private func add<Value>(_ value: Value, at: Timestamp, to rows: inout [Numbered<Value>]) -> Value? {
        lastID += 1
        let index = rows.lastIndex { $0.at <= at }.map { $0 + 1 } ?? 0
        rows.insert(Numbered(id: lastID, at: at, value: value), at: index)
        return rows.count > maximumRows ? rows.removeFirst().value : nil
    }

    private func page<Value>(
        of rows: [Numbered<Value>], from: Timestamp?, to: Timestamp?, order: HistoryOrder, limit: Int, cursor: String?,
        where isWanted: (Value) -> Bool
    ) throws(HistoryError) -> (values: [Value], next: String?) {
        let cursor = try PageCursor(cursor, order: order)
        let limit = min(max(limit, 1), EventQuery.longestPage)
        let newest = cursor?.newest ?? lastID
        var found: [Numbered<Value>] = []
        for index in rows.indices {
            let row = rows[order == .newestFirst ? rows.count - 1 - index : index]
            if let from, row.at < from { continue }
            if let to, row.at >= to { continue }
            switch order {
            case .newestFirst:
                if row.id > newest { continue }
                if let cursor, (row.at.milliseconds, row.id) >= (cursor.at, cursor.id) { continue }
            case .oldestFirst:
                if let cursor, (row.at.milliseconds, row.id) <= (cursor.at, cursor.id) { continue }
            }
            guard isWanted(row.value) else { continue }
            if found.count == limit, let last = found.last {
                let next = PageCursor(order: order, at: last.at.milliseconds, id: last.id, newest: newest)
                return (found.map(\.value), next.text)
            }
            found.append(row)
        }
        return (found.map(\.value), nil)
    }
}
