/// How bad it is: the name of a level, shown to routes and receivers as the `severity` label.
package enum Severity: String, Hashable, Sendable, Codable, CaseIterable, Comparable, CustomStringConvertible {
    case info, warning, error, critical

    package var description: String { rawValue }

    /// The label under which a level is shown and routed.
    package static let label = "severity"

    package static func < (one: Severity, other: Severity) -> Bool {
        one.rank < other.rank
    }

    private var rank: Int {
        switch self {
        case .info: 0
        case .warning: 1
        case .error: 2
        case .critical: 3
        }
    }
}
