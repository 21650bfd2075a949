package import Drivers

/// Rows as they are shown: texts, with sensitive columns hidden.
package struct ResultTable: Hashable, Sendable, Encodable {
    package let columns: [String]
    /// Nil for NULL.
    package let rows: [[String?]]
    /// Whether there were more rows than are shown.
    package let isCutOff: Bool
    /// How many more there were; nil where they were not counted.
    package let omitted: Int?

    package static let hidden = "<hidden>"

    /// - Parameters:
    ///   - limit: how many rows are taken over.
    ///   - count: a last column that says how many rows there are in all; nil where there is none.
    package init(
        _ found: PostgresRows, limit: Int, sensitive: Set<String>, count: String? = nil
    ) throws(PostgresError) {
        let shown = found.columns.last == count ? found.columns.dropLast() : found.columns[...]
        columns = Array(shown)
        var rows: [[String?]] = []
        for row in found.prefix(limit) {
            var cells: [String?] = []
            for (place, column) in shown.enumerated() {
                let text = try row.text(at: place)
                cells.append(text != nil && sensitive.contains(column) ? Self.hidden : text)
            }
            rows.append(cells)
        }
        self.rows = rows
        guard let count else {
            isCutOff = found.count > limit
            omitted = nil
            return
        }
        let all = try found.first?.int(count) ?? 0
        omitted = max(0, Int(all) - rows.count)
        isCutOff = Int(all) > rows.count
    }
}
