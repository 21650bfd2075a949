import Alerting
import GRDB
import PromQL

extension SQLiteHistory {
    package func ledger(_ query: LedgerQuery) async throws(HistoryError) -> LedgerPage {
        let cursor = try PageCursor(query.cursor, order: query.order)
        let limit = min(max(query.limit, 1), EventQuery.longestPage)
        return try await read { db in
            let newest = try cursor?.newest ?? Int64.fetchOne(db, sql: "SELECT max(id) FROM ledger") ?? 0
            let selection = LedgerSelection(query, cursor: cursor, newest: newest, limit: limit)
            let rows = try Row.fetchAll(
                db.cachedStatement(sql: selection.sql), arguments: StatementArguments(selection.arguments))
            var page = LedgerPage()
            for row in rows.prefix(limit) {
                if let entry = Self.entry(row) { page.entries.append(entry) } else { page.unreadable += 1 }
            }
            if rows.count > limit {
                let last = rows[limit - 1]
                page.next =
                    PageCursor(
                        order: query.order, at: last.integer("at") ?? 0, id: last.integer("id") ?? 0, newest: newest
                    ).text
            }
            return page
        }
    }

    /// Nil where a column holds what no entry has.
    private static func entry(_ row: Row) -> LedgerEntry? {
        guard let at = row.integer("at"),
            let kind = row.text("kind").flatMap(LedgerEntry.Kind.init(rawValue:)),
            let receiver = row.text("receiver"), let channel = row.text("channel"),
            let index = row.integer("channel_index"), let groupKey = row.text("group_key"),
            let json = row.text("alerts"), let reason = row.text("reason"),
            let alerts = try? BodyCoding.decode([AlertID].self, from: json, table: "ledger", key: "")
        else { return nil }
        return LedgerEntry(
            at: Timestamp(milliseconds: at), kind: kind,
            destination: Destination(receiver: receiver, channel: channel, index: Int(clamping: index)),
            groupKey: groupKey,
            alerts: alerts, message: row.integer("message"),
            attempt: row.integer("attempt").map { Int(clamping: $0) },
            latency: row.number("latency_ms").flatMap(duration(milliseconds:)), reason: reason)
    }

    /// Nil for what no latency is, which only a damaged row can hold.
    private static func duration(milliseconds: Double) -> Duration? {
        Int64(exactly: (milliseconds * 1e6).rounded()).map(Duration.nanoseconds)
    }
}

/// The statement that reads one page of the ledger.
struct LedgerSelection {
    let sql: String
    let arguments: [DatabaseValue]

    /// - Parameter limit: the page's length; one row more is read, to know whether another page follows.
    init(_ query: LedgerQuery, cursor: PageCursor?, newest: Int64, limit: Int) {
        var conditions = PageConditions(table: "ledger")
        if let alert = query.alert {
            conditions.add(
                "ledger.id IN (SELECT ledger FROM ledger_alert WHERE alert = ?)", [alert.description.databaseValue])
        }
        if let receiver = query.receiver { conditions.add("ledger.receiver = ?", [receiver.databaseValue]) }
        if let destination = query.destination {
            conditions.add("ledger.destination = ?", [destination.description.databaseValue])
        }
        if let message = query.message { conditions.add("ledger.message = ?", [message.databaseValue]) }
        conditions.addAny("kind", of: query.kinds.map(\.rawValue))
        conditions.addTime(from: query.from, to: query.to)
        conditions.addPosition(order: query.order, cursor: cursor, newest: newest)
        sql = "SELECT ledger.* FROM ledger \(conditions.ending(order: query.order, limit: limit + 1))"
        arguments = conditions.arguments
    }
}
