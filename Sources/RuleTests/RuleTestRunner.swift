import Alerting
import PromQL
package import Settings

/// Runs files of rule tests.
package struct RuleTestRunner: Sendable {
    /// The most evaluations of rules in one entry of `tests`.
    static let mostEvaluations = 20_000_000
    /// The most samples in one entry of `tests`.
    static let mostSamples = 20_000_000

    private let files: FileReader

    package init(files: FileReader = .real) {
        self.files = files
    }

    /// Runs the tests of one file.
    package func run(_ path: String) -> RuleTestReport {
        let (file, problems) = RuleTestFile.load(path: path, files: files)
        var report = RuleTestReport(path: path, problems: problems)
        guard let file, !problems.hasErrors else { return report }
        let (paths, warnings) = file.rulePaths(files: files)
        report.problems += warnings
        // As in promtool, rule files matter only where there is a test.
        guard !file.tests.isEmpty else { return report }
        let (groups, wrong) = LoadedConfiguration.checkRules(
            files: paths, defaultInterval: file.evaluationInterval, reader: files)
        // That two rules have one name is nothing that a test must be told of.
        report.problems += wrong.filter { $0.severity == .error }
        guard !report.problems.hasErrors else { return report }
        let ordered = Self.ordered(groups, by: file.groupOrder)
        for test in file.tests {
            if test.needsEngine {
                var run = EngineRun(test, of: file, groups: ordered)
                report.groups.append(run.run())
            } else {
                var run = PrometheusRun(test, of: file, groups: ordered)
                report.groups.append(run.run())
            }
        }
        return report
    }

    /// The groups in the order of evaluation: those that the file lists as listed; the others as if they stood first,
    /// which is where promtool puts them.
    private static func ordered(_ groups: [RuleGroup], by order: [String]) -> [RuleGroup] {
        let places = Dictionary(order.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        return groups.enumerated().sorted { one, other in
            let (first, second) = (places[one.element.name] ?? 0, places[other.element.name] ?? 0)
            return (first, one.offset) < (second, other.offset)
        }.map(\.element)
    }
}
