/// A place in a file that a person wrote: what an error message points at.
package struct SourceLocation: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The path as the user named it.
    package let file: String
    /// The line, from 1.
    package let line: Int
    /// The column in characters, from 1.
    package let column: Int

    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    package var description: String { "\(file):\(line):\(column)" }
}
