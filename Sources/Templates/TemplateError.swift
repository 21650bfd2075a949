/// Why a template can't be used, or could not be expanded: what and where.
package struct TemplateError: Error, Hashable, Sendable, CustomStringConvertible {
    package let message: String
    /// From 1.
    package let line: Int
    /// From 1, in Unicode scalars.
    package let column: Int
    /// What it is the template of; empty where it has no name.
    package let name: String

    package init(message: String, line: Int, column: Int, name: String) {
        self.message = message
        self.line = line
        self.column = column
        self.name = name
    }

    init(_ message: String, at offset: Int, in text: String, name: String) {
        var line = 1
        var column = 1
        for scalar in text.unicodeScalars.prefix(offset) {
            if scalar == "\n" {
                line += 1
                column = 1
            } else {
                column += 1
            }
        }
        self.init(message: message, line: line, column: column, name: name)
    }

    package var description: String {
        "template\(name.isEmpty ? "" : " \(name)"), \(line):\(column): \(message)"
    }
}
