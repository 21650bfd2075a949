package import Alerting

/// What a test file gave.
package struct RuleTestReport: Sendable {
    /// An expectation that was not met.
    package struct Failure: Sendable, Hashable {
        package let location: SourceLocation
        /// What was looked at: `alertname: PoolHigh, time: 5m`.
        package let subject: String
        /// One line each; empty where the failure is no difference.
        package let expected: [String]
        package let got: [String]
        /// Why it failed where it is no difference; nil where it is one.
        package let reason: String?

        init(_ location: SourceLocation, _ subject: String, expected: [String], got: [String]) {
            self.location = location
            self.subject = subject
            self.expected = expected
            self.got = got
            reason = nil
        }

        init(_ location: SourceLocation, _ subject: String, reason: String) {
            self.location = location
            self.subject = subject
            self.reason = reason
            (expected, got) = ([], [])
        }
    }

    /// What an entry of `tests` gave.
    package struct Group: Sendable, Hashable {
        /// Its name, or `tests[2]`.
        package let name: String
        package let location: SourceLocation
        /// Expectations that were met.
        package var passed = 0
        /// Series and expectations left out because they need native histograms.
        package var skipped = 0
        package var failures: [Failure] = []
    }

    package let path: String
    package var groups: [Group] = []
    /// Why the file could not be run, one text each; empty where it could.
    package var problems: [String] = []

    package var passes: Bool { problems.isEmpty && groups.allSatisfy(\.failures.isEmpty) }
}
