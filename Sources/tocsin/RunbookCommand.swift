import ArgumentParser
import Runbooks

/// Reads and runs runbooks.
struct RunbookCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runbook", abstract: "What to do about a trouble: read it, diagnose, plan, and apply a remedy.",
        discussion: """
            `diagnose` and `plan` only read. `apply` changes rows, over the connection `write_dsn` alone, after you have \
            confirmed the number of rows. The agent itself never changes a database.

            EXAMPLES
              tocsin runbook list
              tocsin runbook show event-order
              tocsin runbook diagnose blocking
              tocsin runbook plan event-order --set session=5f0c…
              tocsin runbook apply event-order --set session=5f0c…
            """,
        subcommands: [
            RunbookList.self, RunbookShow.self, RunbookDiagnose.self, RunbookPlan.self, RunbookApply.self,
            RunbookLog.self,
        ])
}

/// Lists the runbooks.
struct RunbookList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "The runbooks, and the remedies that each has.",
        discussion: "Exit code 1 if something is wrong with one.\n\nEXAMPLE\n  tocsin runbook list")

    @OptionGroup var shelf: RunbookShelfOption

    func run() async throws {
        let shelf = try shelf.load()
        let rows = shelf.runbooks.map { runbook in
            [runbook.name, runbook.title, runbook.remedies.map(\.name).joined(separator: " ")]
        }
        Terminal.out(Terminal.table(["NAME", "TROUBLE", "REMEDIES"], rows))
        for problem in shelf.problems { Terminal.error("\n\(problem)") }
        if !shelf.problems.isEmpty { throw ExitCode.failure }
    }
}

/// Prints a runbook.
struct RunbookShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "A runbook as it is written.",
        discussion: "EXAMPLE\n  tocsin runbook show pool-exhaustion")

    @Argument(help: "The runbook's name.") var name: String
    @OptionGroup var shelf: RunbookShelfOption

    func run() async throws {
        Terminal.out(try shelf.load(name, strict: false).text)
    }
}
