import Alerting

/// Everything that is wrong with the settings, at least one error among it.
package struct SettingsProblems: Error, Hashable, Sendable, Codable, CustomStringConvertible {
    /// The problems, in the order of files and lines.
    package let problems: [SettingsProblem]

    package init(_ problems: [SettingsProblem]) {
        self.problems = problems
    }

    /// The problems one below the other, and how many there are.
    package var description: String {
        let errors = problems.count { $0.severity == .error }
        let warnings = problems.count - errors
        var counts = [errors == 1 ? "1 error" : "\(errors) errors"]
        if warnings > 0 { counts.append(warnings == 1 ? "1 warning" : "\(warnings) warnings") }
        return (problems.map(\.description) + [counts.joined(separator: ", ")]).joined(separator: "\n")
    }
}

extension [SettingsProblem] {
    /// Whether one of them is an error.
    package var hasErrors: Bool { contains { $0.severity == .error } }

    /// The problems of each file together, in the order in which the files first occur, by line and column.
    var inReadingOrder: [SettingsProblem] {
        var order: [String: Int] = [:]
        for problem in self {
            guard let file = problem.location?.file, order[file] == nil else { continue }
            order[file] = order.count
        }
        func place(_ problem: SettingsProblem) -> (Int, Int, Int) {
            guard let location = problem.location else { return (-1, 0, 0) }
            return (order[location.file] ?? 0, location.line, location.column)
        }
        return enumerated().sorted { one, other in
            let (first, second) = (place(one.element), place(other.element))
            return first == second ? one.offset < other.offset : first < second
        }.map(\.element)
    }
}
