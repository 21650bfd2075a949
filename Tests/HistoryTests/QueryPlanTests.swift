import Alerting
import GRDB
import PromQL
import Testing

@testable import History

/// No filter may read a whole table, and no page of one filter may sort all that it matches.
@Suite struct QueryPlanTests {
    private static func plan(_ sql: String, _ arguments: [DatabaseValue], in db: Database) throws -> [String] {
        try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN \(sql)", arguments: StatementArguments(arguments))
            .map { $0["detail"] }
    }

    private func withFilledStore(_ body: (SQLiteHistory) async throws -> Void) async throws {
        let folder = try Folder()
        let (store, _) = try await SQLiteHistory.open(path: folder.history, now: Make.start)
        let rules = (0..<200).map { "Rule\($0)" }
        try await store.commit(
            rules.flatMap { rule in
                (0..<5).map { .event(Make.event(rule, ["team": "db", "pool": rule], at: Double($0))) }
            })
        try await store.commit((0..<500).map { .ledger(Make.entry(at: Double($0), message: Int64($0))) })
        try await body(store)
        await store.close()
    }

    /// A query, and the index that must serve it.
    static let events: [(query: EventQuery, index: String)] = [
        (EventQuery(), "event_by_time"),
        (EventQuery(from: Make.time(1), to: Make.time(2)), "event_by_time"),
        (EventQuery(alert: Make.event().alert), "event_by_alert"),
        (EventQuery(rule: "Rule1"), "event_by_rule"),
        (EventQuery(from: Make.time(1), rule: "Rule1"), "event_by_rule"),
        (EventQuery(kinds: [.fired]), "event_by_kind"),
        (EventQuery(kinds: [.fired, .resolved]), "event_by_time"),
        (EventQuery(levels: [.critical]), "event_by_level"),
        (EventQuery(levels: [.critical, .warning]), "event_by_time"),
        (EventQuery(labels: ["pool": "Rule1"]), "event_by_alert"),
        (EventQuery(labels: ["team": "db"]), "event_by_time"),
        (EventQuery(labels: ["severity": "critical"]), "event_by_time"),
    ]

    private func steps(
        of query: EventQuery, cursor: PageCursor?, in store: SQLiteHistory
    ) async throws -> [String] {
        try await store.read { db in
            let selection = try EventSelection(query, cursor: cursor, newest: 900, limit: 50, in: db)
            return try Self.plan(selection.sql, selection.arguments, in: db)
        }
    }

    @Test(
        "Each filter of events is served by its index, on the first page and on later ones", arguments: [false, true])
    func events(isLaterPage: Bool) async throws {
        try await withFilledStore { store in
            for (query, index) in Self.events {
                for order in HistoryOrder.allCases {
                    var query = query
                    query.order = order
                    let cursor = PageCursor(order: order, at: Make.time(1).milliseconds, id: 40, newest: 900)
                    let steps = try await steps(of: query, cursor: isLaterPage ? cursor : nil, in: store)
                    let isServed = steps.contains { $0.contains("event") && $0.contains("INDEX \(index)") }
                    #expect(isServed, "\(query): \(steps)")
                    // A few alerts are looked up one by one, and only their events are sorted.
                    let isSorted = steps.contains { $0.contains("USE TEMP B-TREE FOR ORDER BY") }
                    #expect(!isSorted || index == "event_by_alert", "\(query): \(steps)")
                }
            }
        }
    }

    static let ledger: [(query: LedgerQuery, index: String)] = [
        (LedgerQuery(), "INDEX ledger_by_time"),
        (LedgerQuery(from: Make.time(1), to: Make.time(2)), "INDEX ledger_by_time"),
        (LedgerQuery(alert: Make.alert("PoolFull").id), "PRIMARY KEY (alert=?)"),
        (LedgerQuery(receiver: "ops"), "INDEX ledger_by_receiver"),
        (LedgerQuery(destination: Make.destination()), "INDEX ledger_by_destination"),
        (LedgerQuery(message: 3), "INDEX ledger_by_message"),
        (LedgerQuery(kinds: [.delivered]), "INDEX ledger_by_kind"),
        (LedgerQuery(kinds: [.delivered, .retry]), "INDEX ledger_by_time"),
    ]

    @Test("Each filter of the ledger is served by its index")
    func ledger() async throws {
        try await withFilledStore { store in
            for (query, index) in Self.ledger {
                let steps = try await store.read { db in
                    let selection = LedgerSelection(query, cursor: nil, newest: 900, limit: 50)
                    return try Self.plan(selection.sql, selection.arguments, in: db)
                }
                #expect(steps.contains { $0.contains(index) }, "\(query): \(steps)")
            }
        }
    }

    @Test("An exact label is looked up, not searched for among all alerts")
    func labels() async throws {
        try await withFilledStore { store in
            let steps = try await store.read { db in
                try Self.plan(
                    "SELECT alert, labels FROM alert_identity WHERE alert IN "
                        + "(SELECT alert FROM alert_label WHERE name = ? AND value = ?)",
                    ["pool".databaseValue, "Rule1".databaseValue], in: db)
            }
            #expect(steps.contains { $0.contains("SEARCH alert_label USING PRIMARY KEY (name=? AND value=?)") })
            #expect(!steps.contains { $0.hasPrefix("SCAN") })
        }
    }
}
