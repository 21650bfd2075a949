import ArgumentParser
import Foundation
import RuleTests

/// Runs rule tests.
struct TestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Run rule tests: promtool's format, with levels, states and messages added.",
        discussion: """
            A test file says which series come, and which alerts, values and messages are expected at which time. What \
            differs is shown with `-` for what was expected and `+` for what was found. The format is promtool's \
            (`promtool test rules`); what is added to it stands in Documentation/RuleTests.md.

            Exit code 0 if all tests passed, 1 if one failed, 2 if a file, or a rule file that it names, is wrong; each \
            mistake is shown with its place and remedy.

            EXAMPLES
              tocsin test Alerts/tests/*.yml
              tocsin test rules/tests/pool.yml --junit results.xml
            """)

    @Argument(help: "The test files.", completion: .file(extensions: ["yaml", "yml"]))
    var files: [String]

    @Option(help: "Write the results as JUnit XML to this file too.", completion: .file(extensions: ["xml"]))
    var junit: String?

    @Flag(help: "Show only what failed, and the counts.")
    var quiet = false

    /// The exit codes that say more than success.
    private static let failed = ExitCode(1)
    private static let unreadable = ExitCode(2)

    func run() throws {
        let runner = RuleTestRunner()
        var reports: [RuleTestReport] = []
        for file in files {
            let report = runner.run(file)
            reports.append(report)
            if !quiet || report.verdict != .passed { Terminal.out(report.text) }
        }
        let passed = reports.reduce(0) { $0 + $1.passed }
        let failed = reports.reduce(0) { $0 + $1.failed }
        let skipped = reports.reduce(0) { $0 + $1.skipped }
        Terminal.out("\(passed) passed, \(failed) failed, \(skipped) skipped")
        if let junit {
            do {
                try Data(JUnitDocument(reports).text.utf8).write(to: URL(fileURLWithPath: junit))
            } catch {
                Terminal.error("can't write `\(junit)`: \(error.localizedDescription)")
                throw Self.unreadable
            }
        }
        if reports.contains(where: { $0.verdict == .unreadable }) { throw Self.unreadable }
        if reports.contains(where: { $0.verdict == .failed }) { throw Self.failed }
    }
}
