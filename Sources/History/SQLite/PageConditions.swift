import GRDB
import PromQL

/// The end of a statement that reads one page: what must hold, in which order, and how much.
///
/// Pages follow time, then row number, which is the order of every index here; so a page begins where the one before
/// ended without counting rows.
struct PageConditions {
    private let table: String
    private var conditions: [String] = []
    private(set) var arguments: [DatabaseValue] = []

    init(table: String) {
        self.table = table
    }

    mutating func add(_ condition: String, _ values: [DatabaseValue]) {
        conditions.append(condition)
        arguments += values
    }

    /// One value is looked up in its index. Several are looked for while reading by time: an index would give each
    /// one's rows apart, to be sorted as a whole for every page.
    mutating func addAny(_ column: String, of values: [String]) {
        guard !values.isEmpty else { return }
        let values = values.sorted().map(\.databaseValue)
        if values.count == 1 {
            add("\(table).\(column) = ?", values)
        } else {
            add("+\(table).\(column) IN (\(values.map { _ in "?" }.joined(separator: ", ")))", values)
        }
    }

    /// `from` is included, `to` is not.
    mutating func addTime(from: Timestamp?, to: Timestamp?) {
        if let from { add("\(table).at >= ?", [from.milliseconds.databaseValue]) }
        if let to { add("\(table).at < ?", [to.milliseconds.databaseValue]) }
    }

    mutating func addPosition(order: HistoryOrder, cursor: PageCursor?, newest: Int64) {
        switch order {
        case .newestFirst:
            if let cursor {
                let at = cursor.at.databaseValue
                add("\(table).at <= ? AND (\(table).at < ? OR \(table).id < ?)", [at, at, cursor.id.databaseValue])
            }
            add("+\(table).id <= ?", [newest.databaseValue])
        case .oldestFirst:
            if let cursor {
                let at = cursor.at.databaseValue
                add("\(table).at >= ? AND (\(table).at > ? OR \(table).id > ?)", [at, at, cursor.id.databaseValue])
            }
        }
    }

    func ending(order: HistoryOrder, limit: Int) -> String {
        let direction =
            switch order {
            case .newestFirst: "DESC"
            case .oldestFirst: "ASC"
            }
        let condition = conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND ")) "
        return "\(condition)ORDER BY \(table).at \(direction), \(table).id \(direction) LIMIT \(limit)"
    }
}
