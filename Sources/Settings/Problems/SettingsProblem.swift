package import Alerting

/// One thing that is wrong in a settings or rule file: what, where, and how to mend it.
///
/// Secrets never stand in it: the excerpt is masked, and messages quote what was written, not what a variable holds.
package struct SettingsProblem: Error, Hashable, Sendable, Codable, CustomStringConvertible {
    /// How bad a problem is.
    package enum Severity: String, Hashable, Sendable, Codable, CaseIterable {
        /// The settings can't be used.
        case error
        /// The settings can be used, but probably say something else than was meant.
        case warning
    }

    package let severity: Severity
    /// The place in the file; nil where no file is to blame.
    package let location: SourceLocation?
    /// What is wrong.
    package let message: String
    /// How to mend it; nil where the message says all.
    package let remedy: String?
    /// The text of the line, with secrets masked; nil where there is none.
    package let excerpt: String?

    package init(
        _ severity: Severity = .error, at location: SourceLocation?, _ message: String, remedy: String? = nil,
        excerpt: String? = nil
    ) {
        self.severity = severity
        self.location = location
        self.message = message
        self.remedy = remedy
        self.excerpt = excerpt
    }

    /// The problem as a compiler would print it: place and message, the line, a caret, the remedy.
    package var description: String {
        var lines = [(location.map { "\($0): " } ?? "") + "\(severity.rawValue): \(message)"]
        if let excerpt, let location, !excerpt.isEmpty {
            lines.append("  " + excerpt)
            // Tabs stay tabs, so that the caret stands below the character whatever a tab's width is.
            let before = excerpt.unicodeScalars.prefix(location.column - 1).map { $0 == "\t" ? "\t" : " " }
            let missing = String(repeating: " ", count: max(0, location.column - 1 - before.count))
            lines.append("  " + before.joined() + missing + "^")
        }
        if let remedy { lines.append("  " + remedy) }
        return lines.joined(separator: "\n")
    }
}
