/// The rows that one statement gave.
package struct PostgresRows: Sendable, RandomAccessCollection {
    /// The columns' names in order.
    package let columns: [String]
    /// How many rows the statement changed or, for a query, gave; nil for one that counts none, such as CREATE INDEX.
    package let affected: Int?
    private let statement: String
    private let values: [[String?]]
    private let places: [String: Int]

    init(columns: [String], values: [[String?]], statement: String, affected: Int? = nil) {
        self.columns = columns
        self.values = values
        self.affected = affected
        self.statement = statement
        places = Dictionary(columns.enumerated().map { ($0.element, $0.offset) }) { first, _ in first }
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { values.count }
    package subscript(position: Int) -> PostgresRow {
        PostgresRow(values: values[position], columns: columns, places: places, statement: statement)
    }
}
