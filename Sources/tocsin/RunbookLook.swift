import ArgumentParser
import Mending
import Runbooks

/// Runs a runbook's diagnosis.
struct RunbookDiagnose: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diagnose", abstract: "Run the statements of a runbook that only look.",
        discussion: """
            Each in a read-only transaction over `dsn`, at most 20 rows. Exit code 1 if one fails.

            EXAMPLE
              tocsin runbook diagnose blocking --database main
            """)

    @OptionGroup var options: RunbookRunOptions
    @Flag(help: "As JSON.") var json = false

    func run() async throws {
        let runbook = try options.shelf.load(options.name, strict: true)
        let values = try options.values(for: runbook.diagnoses.flatMap(\.parameters), of: runbook.name)
        let findings: [Finding]
        do {
            findings = try await options.open().mender.diagnose(runbook, values: values)
        } catch let failure as MendingFailure {
            Terminal.error("error: \(failure)")
            throw ExitCode.failure
        }
        if json {
            Terminal.out(try Terminal.json(findings))
        } else {
            if findings.isEmpty { Terminal.out("\(runbook.name) has no statements to run; read it with `show`.") }
            for finding in findings {
                Terminal.out("\(runbook.name):\(finding.line)" + (finding.name.map { " \($0)" } ?? ""))
                if let table = finding.table { RunbookText.show(table) }
                if let failure = finding.failure { Terminal.out("  FAILED: \(failure)") }
                Terminal.out("")
            }
        }
        if findings.contains(where: { $0.failure != nil }) { throw ExitCode.failure }
    }
}

/// Shows what a remedy would change.
struct RunbookPlan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Exactly how many rows a remedy would change, and the first ten of them.",
        discussion: """
            In a read-only transaction, over `write_dsn` where there is one, else over `dsn`.

            EXAMPLE
              tocsin runbook plan orphaned-rows --remedy sessions
            """)

    @OptionGroup var options: RunbookRunOptions
    @OptionGroup var remedy: RemedyOption
    @Flag(help: "As JSON.") var json = false

    func run() async throws {
        let runbook = try options.shelf.load(options.name, strict: true)
        let remedy = try remedy.choose(from: runbook)
        let values = try options.values(for: remedy.parameters, of: remedy.name)
        let mender = try options.open().mender
        do {
            let plan = try await mender.plan(remedy, of: runbook, values: values)
            if json { return Terminal.out(try Terminal.json(plan)) }
            RunbookText.show(plan)
        } catch let failure as MendingFailure {
            Terminal.error("error: \(failure)")
            throw ExitCode.failure
        }
    }
}
