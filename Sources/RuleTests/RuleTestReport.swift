package import Alerting
package import Settings

/// What the tests of one file gave.
package struct RuleTestReport: Sendable {
    package enum Verdict: String, Sendable, Hashable, CaseIterable {
        case passed, failed
        /// The file, or a rule file that it names, is wrong: its tests were not run.
        case unreadable
    }

    /// One expectation that was not met.
    package struct Failure: Sendable, Hashable {
        package let location: SourceLocation
        /// What was looked at, and when.
        package let title: String
        /// Lines that begin with `-` for what was expected and `+` for what was found, or with a sentence.
        package let difference: [String]
    }

    /// The outcome of one entry of `tests`.
    package struct Group: Sendable, Hashable {
        package let name: String
        package let location: SourceLocation
        package var passed = 0
        package var failures: [Failure] = []
        /// Why checks were left out, once for each.
        package var skips: [String] = []
        /// How many series were left out.
        package var skippedSeries = 0

        init(_ test: RuleTestGroup) {
            name = test.name
            location = test.location
            skippedSeries = test.skippedSeries.count
        }
    }

    /// The path as the user named it.
    package let path: String
    /// What is wrong with the file and its rule files, warnings among it.
    package var problems: [SettingsProblem] = []
    package var groups: [Group] = []

    package var verdict: Verdict {
        if problems.hasErrors { return .unreadable }
        return groups.contains { !$0.failures.isEmpty } ? .failed : .passed
    }

    package var passed: Int { groups.reduce(0) { $0 + $1.passed } }
    package var failed: Int { groups.reduce(0) { $0 + $1.failures.count } }
    package var skipped: Int { groups.reduce(0) { $0 + $1.skips.count } }
    package var skippedSeries: Int { groups.reduce(0) { $0 + $1.skippedSeries } }

    /// The counts of checks: `5 passed, 0 failed, 2 skipped`.
    package var summary: String { "\(passed) passed, \(failed) failed, \(skipped) skipped" }
}
