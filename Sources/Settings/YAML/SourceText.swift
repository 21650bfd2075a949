import Alerting

/// The text of a file in lines, for excerpts and for finding places in it.
final class SourceText {
    /// The path as the user named it.
    let file: String
    /// The lines without their ends.
    let lines: [String]
    private let hidesSecrets: Bool
    private lazy var masked = hidesSecrets ? SecretMask.mask(lines) : lines

    /// - Parameter hidesSecrets: false for files that hold none, such as rule files.
    init(file: String, text: String, hidesSecrets: Bool) {
        self.file = file
        self.hidesSecrets = hidesSecrets
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
