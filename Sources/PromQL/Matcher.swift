/// A condition on one label.
package struct Matcher: Hashable, Sendable, CustomStringConvertible {
    package enum Operation: String, Hashable, Sendable {
        case equal = "="
        case notEqual = "!="
        /// The whole value matches the regular expression.
        case matches = "=~"
        case notMatches = "!~"
    }

    package let name: String
    package let operation: Operation
    package let value: String
    private let expression: RegularExpression?

    package init(_ name: String, _ operation: Operation, _ value: String) throws(RegexError) {
        self.name = name
        self.operation = operation
        self.value = value
        switch operation {
        case .equal, .notEqual: expression = nil
        case .matches, .notMatches: expression = try RegularExpression(value, dotMatchesNewline: true)
        }
    }

    /// Whether the labels satisfy it; a label that is not there counts as empty.
    package func matches(_ labels: Labels) -> Bool {
        matches(value: labels[name] ?? "")
    }

    package func matches(value candidate: String) -> Bool {
        switch operation {
        case .equal: candidate == value
        case .notEqual: candidate != value
        case .matches: expression?.matchesWhole(candidate) ?? false
        case .notMatches: !(expression?.matchesWhole(candidate) ?? false)
        }
    }

    package var description: String { "\(name)\(operation.rawValue)\"\(value.escapedForQuotes)\"" }
}
