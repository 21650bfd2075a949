import ArgumentParser
import Foundation
import RuleTests

/// Runs rule tests.
struct TestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Run unit tests of rules: promtool's files, and what Tocsin adds to them.",
        discussion: """
            A file names its rule files, gives series with their values, and says which alerts and results it expects \
            at which time (Documentation/RuleTests.md). Exit code 0 if everything is as expected, 1 if not or if a file \
            can't be read.

            EXAMPLES
              tocsin test rules/*.test.yml
              tocsin test Alerts/tests/*.yml --junit results.xml
            """)

    @Argument(help: "Test files.", completion: .file(extensions: ["yaml", "yml"]))
    var files: [String]

    @Option(help: "Write the results to this file as JUnit's XML as well.", completion: .file(extensions: ["xml"]))
    var junit: String?

    func run() throws {
        let reports = files.map { RuleTestRunner.run(path: $0) }
        for report in reports { Terminal.out(report.text + "\n") }
        if let junit {
            do {
                try RuleTestReport.junit(reports).write(toFile: junit, atomically: true, encoding: .utf8)
            } catch {
                Terminal.error("error: can't write `\(junit)`: look at the folder and at who may write there")
                throw ExitCode.failure
            }
        }
        if !reports.allSatisfy(\.passes) { throw ExitCode.failure }
    }
}
