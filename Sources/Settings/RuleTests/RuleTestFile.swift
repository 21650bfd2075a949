package import Alerting
import PromQL

/// A file of rule tests: promtool's format with Tocsin's additions, read and checked, not yet run.
package struct RuleTestFile: Sendable {
    /// A path or pattern of rule files, as seen from where the program runs.
    package struct Pattern: Hashable, Sendable {
        package let text: String
        package let location: SourceLocation
    }

    /// The path as the user named it.
    package let path: String
    package let ruleFiles: [Pattern]
    /// How often rules are evaluated; the subqueries that name no resolution take it too.
    package let evaluationInterval: Duration
    /// The groups that are evaluated first, in order.
    package let groupOrder: [String]
    /// Whether numbers that differ in the last bit only count as equal.
    package let comparesFuzzily: Bool
    /// Who is told what, for tests of notifications; receivers are names only.
    package let route: Route
    package let inhibitRules: [InhibitRule]
    /// The intervals that routes name.
    package let intervals: [RecurringTime]
    package let tests: [RuleTestGroup]

    /// The route where the file names none: every alert is a group of its own, with the usual waits.
    static let usualRoute = Route(id: "{}", receiver: "default", groupBy: .all)

    /// Reads a file.
    ///
    /// - Returns: the file, nil where nothing can be made of it, and what is wrong with it. With an error among the
    ///   problems its tests must not be run.
    package static func load(
        path: String, files: FileReader = .real
    ) -> (file: RuleTestFile?, problems: [SettingsProblem]) {
        let text: String
        do {
            text = try files.text(path)
        } catch {
            let problem = SettingsProblem(
                at: SourceLocation(file: path, line: 1, column: 1), "can't read the test file: \(error.reason)",
                remedy: "look at the path and at who may read it")
            return (nil, [problem])
        }
        return parse(text, path: path)
    }

    /// As `load`, of a text.
    package static func parse(_ text: String, path: String) -> (file: RuleTestFile?, problems: [SettingsProblem]) {
        let yaml = YAMLReader(file: path, text: text)
        let reader = RuleTestReader(yaml: yaml, path: path)
        let file = reader.read()
        return (file, yaml.problems.inReadingOrder)
    }

    /// The rule files that the patterns mean, each once, and a warning for each pattern that means none.
    package func rulePaths(files: FileReader = .real) -> (paths: [String], warnings: [SettingsProblem]) {
        var paths: [String] = []
        var warnings: [SettingsProblem] = []
        for pattern in ruleFiles {
            let found = files.paths(matching: pattern.text)
                .filter { FileReader.isPattern(pattern.text) || files.exists($0) }
            if found.isEmpty {
                warnings.append(
                    SettingsProblem(
                        .warning, at: pattern.location, "no file matches `\(pattern.text)`",
                        remedy: "relative paths start at the test file's folder"))
            }
            for path in found where !paths.contains(path) { paths.append(path) }
        }
        return (paths, warnings)
    }
}
