package import PromQL

/// A small table that shows the cause: what a diagnosis found when the alert fired or rose.
package struct Evidence: Hashable, Sendable, Codable {
    /// What was asked, and where: `blocking/tree on main`.
    package var title: String
    package var columns: [String]
    /// Cells on one line each, shortened; empty for NULL.
    package var rows: [[String]]
    /// How many rows there were beyond those kept.
    package var omittedRows: Int
    /// Why there are no rows, on one line; nil where the diagnosis came to its end.
    package var failure: String?
    /// When it was asked; nil where that is not known.
    package var takenAt: Timestamp?

    package init(
        title: String, columns: [String], rows: [[String]], omittedRows: Int = 0, failure: String? = nil,
        takenAt: Timestamp? = nil
    ) {
        self.title = title
        self.columns = columns
        self.rows = rows
        self.omittedRows = omittedRows
        self.failure = failure
        self.takenAt = takenAt
    }

    /// The most characters of one cell, and of a failure.
    package static let longestCell = 80
    package static let longestFailure = 400

    /// A value as a cell: on one line, without control characters, cut with an ellipsis.
    package static func cell(_ text: String?, atMost limit: Int = longestCell) -> String {
        var line = ""
        var count = 0
        var isBlank = true
        for scalar in (text ?? "").unicodeScalars {
            let isSpace = scalar.properties.isWhitespace || scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            if isSpace && isBlank { continue }
            guard count < limit else {
                line.unicodeScalars.removeLast()
                return line + "…"
            }
            line.unicodeScalars.append(isSpace ? " " : scalar)
            isBlank = isSpace
            count += 1
        }
        return line
    }
}
