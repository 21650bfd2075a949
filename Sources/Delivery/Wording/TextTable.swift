import Alerting

/// Draws rows as columns of plain text for a fixed-width face.
struct TextTable: Sendable {
    let columns: [String]
    let rows: [[String]]
    /// Rows that the query gave and that were not kept.
    let omittedRows: Int
    /// The most characters of one cell; longer ones end in `…`.
    let cellWidth: Int
    /// The most characters of the whole.
    let limit: Int

    init(_ evidence: Evidence, cellWidth: Int, limit: Int, maxRows: Int) {
        columns = evidence.columns.prefix(Self.maxColumns).map { Self.cell($0, width: cellWidth) }
        rows = evidence.rows.prefix(maxRows).map { row in
            row.prefix(Self.maxColumns).map { Self.cell($0, width: cellWidth) }
        }
        omittedRows = evidence.omittedRows + max(0, evidence.rows.count - maxRows)
        self.cellWidth = cellWidth
        self.limit = limit
    }

    /// Lines joined by line feeds; whole rows are left out where it would be longer than the limit, and counted.
    var text: String {
        let all = [columns] + rows
        let count = all.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in
            all.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        var lines: [String] = []
        var used = 0
        // The last line may have to say how many rows are missing.
        let room = limit - 24
        for row in all {
            let line = drawn(row, widths)
            guard used + line.count + 1 <= room else { break }
            lines.append(line)
            used += line.count + 1
        }
        let missing = omittedRows + all.count - max(1, lines.count)
        if missing > 0 { lines.append("… \(missing) more \(missing == 1 ? "row" : "rows")") }
        return lines.joined(separator: "\n")
    }

    private func drawn(_ row: [String], _ widths: [Int]) -> String {
        var line = ""
        for (column, cell) in row.enumerated() {
            line += cell
            if column + 1 < row.count {
                line += String(repeating: " ", count: widths[column] - cell.count + 2)
            }
        }
        return line
    }

    /// What stands in place of a table that has no rows; nil where it has some.
    static func sentence(_ evidence: Evidence) -> String? {
        if let failure = evidence.failure { return "No evidence: \(SafeText.line(failure))" }
        return evidence.rows.isEmpty ? "The query found no rows." : nil
    }

    private static let maxColumns = 12

    private static func cell(_ text: String, width: Int) -> String {
        let line = SafeText.line(text, atMost: width * 4)
        return line.count <= width ? line : String(line.prefix(max(0, width - 1))) + "…"
    }
}
