/// The rows that one statement gave.
package struct PostgresRows: Sendable, RandomAccessCollection {
    /// The columns' names in order.
    package let columns: [String]
    private let statement: String
    private let values: [[String?]]
    private let places: [String: Int]

    init(columns: [String], values: [[String?]], statement: String) {
        self.columns = columns
        self.values = values
        self.statement = statement
        places = Dictionary(columns.enumerated().map { ($0.element, $0.offset) }) { first, _ in first }
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { values.count }
    package subscript(position: Int) -> PostgresRow {
        PostgresRow(values: values[position], columns: columns, places: places, statement: statement)
    }
}
