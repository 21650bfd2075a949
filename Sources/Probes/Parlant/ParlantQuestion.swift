import Drivers
import PromQL

/// One statement on the Parlant tables whose rows are samples: the columns named as labels are labels, every other
/// column is a metric of its name.
struct ParlantQuestion: Sendable {
    let name: String
    /// The tables and columns that it reads. Where a table is missing it is not asked: that is the schema's alert.
    let needs: [String: [String]]
    /// What must lead an index, or the table be small. Where that is not so it is not asked, and the sample
    /// `parlant_check_skipped` says so: reading a large table whole is worse than not knowing.
    var found: [(table: String, column: String)] = []
    let sql: String
    var parameters: [PostgresValue] = []
    var labels: [String] = []
    /// Whether the answer is kept while the tables don't change: for what reads whole tables that change seldom.
    var isKept = false

    var statement: PostgresStatement { PostgresStatement(name: name, sql: sql, parameters: parameters) }

    /// - Parameter answers: what is known from the rounds before.
    func statement(after answers: KeptAnswers, at now: Timestamp) -> PostgresStatement {
        guard isKept else { return statement }
        return PostgresStatement(
            name: name, sql: KeptAnswers.statement(sql, reading: needs.keys, parameter: parameters.count + 1),
            parameters: parameters + [answers.mark(of: name, at: now).map(PostgresValue.text) ?? .null])
    }

    /// At most so many rows have series of their own; the others become one, with `other` for every label.
    private static let mostRows = 200

    /// Adds the rows' samples. NULL is no sample; a truth value is 0 or 1.
    func add(_ rows: PostgresRows, to list: inout SampleList) throws(PostgresError) {
        var rest: [String: Double] = [:]
        for (place, row) in rows.enumerated() {
            var own: [(String, String)] = []
            for label in labels { own.append((label, try row.text(label) ?? "")) }
            for column in row.columns
            where !labels.contains(column) && column != KeptAnswers.markColumn && column != KeptAnswers.askedColumn {
                let text = try row.text(column)
                let value = text == "t" ? 1 : text == "f" ? 0 : try row.double(column)
                if place < Self.mostRows || labels.isEmpty {
                    list.add(column, value, own)
                } else {
                    rest[column, default: 0] += value ?? 0
                }
            }
        }
        for (column, value) in rest.sorted(by: { $0.key < $1.key }) {
            list.add(column, value, labels.map { ($0, "other") })
        }
    }

    /// Why it can't be asked.
    enum Obstacle: Equatable {
        case missingTable(String)
        case missingColumn(table: String, column: String)
        case unreadable(tables: [String])
        case missingIndex(table: String, column: String)
    }

    /// Nil where it can be asked.
    func obstacle(in catalog: ParlantCatalog) -> Obstacle? {
        for (table, columns) in needs.sorted(by: { $0.key < $1.key }) {
            guard let known = catalog.tables[table] else { return .missingTable(table) }
            if let column = columns.first(where: { !known.columns.contains($0) }) {
                return .missingColumn(table: table, column: column)
            }
        }
        let unreadable = needs.keys.filter { catalog.tables[$0]?.isReadable == false }
        if !unreadable.isEmpty { return .unreadable(tables: unreadable.sorted()) }
        for (table, column) in found where !catalog.finds(table, by: column) {
            return .missingIndex(table: table, column: column)
        }
        return nil
    }
}
