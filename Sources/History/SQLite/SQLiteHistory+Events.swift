import Alerting
import GRDB
import PromQL

extension SQLiteHistory {
    package func events(_ query: EventQuery) async throws(HistoryError) -> EventPage {
        let cursor = try PageCursor(query.cursor, order: query.order)
        let limit = min(max(query.limit, 1), EventQuery.longestPage)
        return try await read { db in
            let newest = try cursor?.newest ?? Int64.fetchOne(db, sql: "SELECT max(id) FROM event") ?? 0
            let selection = try EventSelection(query, cursor: cursor, newest: newest, limit: limit, in: db)
            let rows = try Row.fetchAll(
                db.cachedStatement(sql: selection.sql), arguments: StatementArguments(selection.arguments))
            var page = EventPage()
            for row in rows.prefix(limit) {
                if let event = Self.event(row) { page.events.append(event) } else { page.unreadable += 1 }
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

    /// Nil where a column holds what no event has.
    private static func event(_ row: Row) -> AlertEvent? {
        guard let alert = row.text("alert").flatMap({ AlertID($0) }),
            let at = row.integer("at"),
            let kind = row.text("kind").flatMap(AlertEvent.Kind.init(rawValue:)), let rule = row.text("rule"),
            let json = row.text("labels"),
            let labels = try? BodyCoding.decode(Labels.self, from: json, table: "event", key: "")
        else { return nil }
        return AlertEvent(
            alert: alert, at: Timestamp(milliseconds: at), kind: kind, rule: rule, labels: labels,
            level: row.text("level").flatMap(Severity.init(rawValue:)),
            previousLevel: row.text("previous_level").flatMap(Severity.init(rawValue:)),
            value: row.number("value"), threshold: row.text("threshold"), peak: row.number("peak"),
            summary: row.text("summary"), reason: row.text("reason"),
            // A table that can't be read does not take its event along.
            evidence: row.text("evidence").flatMap {
                try? BodyCoding.decode(Evidence.self, from: $0, table: "event", key: "")
            })
    }
}

/// The statement that reads one page of events.
struct EventSelection {
    let sql: String
    let arguments: [DatabaseValue]

    /// Up to so many alerts are looked up one by one; with more, reading by time meets wanted events soon enough.
    static let mostAlertsLookedUp = 100

    /// - Parameter limit: the page's length; one row more is read, to know whether another page follows.
    init(_ query: EventQuery, cursor: PageCursor?, newest: Int64, limit: Int, in db: Database) throws {
        var conditions = PageConditions(table: "event")
        let filter = LabelFilter(labels: query.labels, matchers: query.matchers)
        if let alert = query.alert { conditions.add("event.alert = ?", [alert.description.databaseValue]) }
        if let rule = query.rule { conditions.add("event.rule = ?", [rule.databaseValue]) }
        conditions.addAny("kind", of: query.kinds.map(\.rawValue))
        conditions.addAny("level", of: query.levels.map(\.rawValue))

        if !filter.isEmpty || filter.judgesSeverity {
            let candidates = try Self.candidates(filter, in: db)
            if !filter.isEmpty {
                let wanted = candidates.map(\.alert)
                let isLookedUp = wanted.count <= Self.mostAlertsLookedUp && query.alert == nil
                conditions.add(
                    "\(isLookedUp ? "" : "+")event.alert IN (SELECT value FROM json_each(?))", [Self.list(wanted)])
            }
            if filter.judgesSeverity {
                // Without a level, an alert may have a `severity` label of its own.
                let own = candidates.filter { filter.matchesSeverity(of: $0.labels) }.map(\.alert)
                conditions.add(
                    """
                    (+event.level IN (SELECT value FROM json_each(?))
                        OR (event.level IS NULL AND +event.alert IN (SELECT value FROM json_each(?))))
                    """, [Self.list(filter.matchingLevels.map(\.rawValue)), Self.list(own)])
            }
        }
        conditions.addTime(from: query.from, to: query.to)
        conditions.addPosition(order: query.order, cursor: cursor, newest: newest)
        sql = """
            SELECT event.*, alert_identity.labels
            FROM event LEFT JOIN alert_identity ON alert_identity.alert = event.alert
            \(conditions.ending(order: query.order, limit: limit + 1))
            """
        arguments = conditions.arguments
    }

    /// The alerts whose labels satisfy the filter. What must be exactly so is looked up; the rest is tried on each.
    private static func candidates(
        _ filter: LabelFilter, in db: Database
    ) throws -> [(alert: String, labels: Labels)] {
        let exact = filter.exact
        let conditions = exact.map { _ in
            "alert IN (SELECT alert FROM alert_label WHERE name = ? AND value = ?)"
        }
        var sql = "SELECT alert, labels FROM alert_identity"
        if !conditions.isEmpty { sql += " WHERE " + conditions.joined(separator: " AND ") }
        let rows = try Row.fetchCursor(
            db, sql: sql,
            arguments: StatementArguments(exact.flatMap { [$0.name.databaseValue, $0.value.databaseValue] }))
        var found: [(alert: String, labels: Labels)] = []
        while let row = try rows.next() {
            guard let alert = row.text("alert"), let json = row.text("labels"),
                let labels = try? BodyCoding.decode(Labels.self, from: json, table: "alert_identity", key: alert),
                filter.matches(labels)
            else { continue }
            found.append((alert, labels))
        }
        return found
    }

    private static func list(_ texts: [String]) -> DatabaseValue {
        // Levels and alert ids only: nothing in them needs an escape.
        ("[" + texts.map { "\"\($0)\"" }.joined(separator: ",") + "]").databaseValue
    }
}
