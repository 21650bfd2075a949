import Drivers

/// Rows as they are shown: texts, with sensitive columns hidden.
package struct ResultTable: Hashable, Sendable, Encodable {
    package let columns: [String]
    /// Nil for NULL.
    package let rows: [[String?]]
    /// Whether there were more rows than are shown.
    package let isCutOff: Bool

    static let hidden = "<hidden>"

    /// - Parameter limit: how many rows are taken over.
    init(_ found: PostgresRows, limit: Int, sensitive: Set<String>) throws(PostgresError) {
        columns = found.columns
        var rows: [[String?]] = []
        for row in found.prefix(limit) {
            var cells: [String?] = []
            for (place, column) in found.columns.enumerated() {
                let text = try row.text(at: place)
                cells.append(text != nil && sensitive.contains(column) ? Self.hidden : text)
            }
            rows.append(cells)
        }
        self.rows = rows
        isCutOff = found.count > limit
    }
}
