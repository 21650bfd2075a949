import Alerting

/// The text of a file in lines, for excerpts and for finding places in it.
final class SourceText {
    /// The path as the user named it.
    let file: String
    /// The lines without their ends.
    let lines: [String]
    private lazy var masked = SecretMask.mask(lines)

    init(file: String, text: String) {
        self.file = file
        lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            String(line.last == "\r" ? line.dropLast() : line)
        }
    }

    /// A line with secrets masked; nil where there is no such line.
    func excerpt(line: Int) -> String? {
        masked.indices.contains(line - 1) ? masked[line - 1] : nil
    }

    /// A place in this file.
    func location(line: Int, column: Int) -> SourceLocation {
        SourceLocation(file: file, line: max(1, line), column: max(1, column))
    }
}
