/// What is wrong with a runbook, where, and how to mend it.
package struct RunbookProblem: Error, Hashable, Sendable, CustomStringConvertible {
    package let path: String
    /// From 1.
    package let line: Int
    package let message: String
    package let remedy: String

    package init(path: String, line: Int, message: String, remedy: String) {
        self.path = path
        self.line = line
        self.message = message
        self.remedy = remedy
    }

    package var description: String { "\(path):\(line): error: \(message)\n  \(remedy)" }
}
