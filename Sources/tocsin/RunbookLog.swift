import ArgumentParser
import Foundation
import Mending
import Settings

/// Lists what was applied.
struct RunbookLog: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Who applied which remedy, when, and what came of it; the newest first.",
        discussion: "`began` alone means that the command runs, or was killed.\n\nEXAMPLE\n  tocsin runbook log --json")

    @OptionGroup var configuration: ConfigurationOption
    @Option(help: "At most so many.") var limit = 50
    @Flag(help: "As JSON.") var json = false

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit takes a number above 0") }
    }

    func run() async throws {
        let log = ActionLog(historyPath: try configuration.load().settings.history.path)
        let found: (records: [ActionRecord], unreadable: [String])
        do {
            found = try log.records()
        } catch {
            Terminal.error("error: \(error)")
            throw ExitCode.failure
        }
        let records = Array(found.records.prefix(limit))
        if json {
            Terminal.out(try Terminal.json(records))
        } else {
            let rows = records.map { record in
                [
                    record.began.formatted(.iso8601), record.state.rawValue, record.who, record.database,
                    record.runbook, record.remedy,
                    record.changed.map { "\($0)/\(record.planned)" } ?? "?/\(record.planned)", record.message ?? "",
                ].map(RunbookText.cell)
            }
            let heading = ["TIME", "STATE", "WHO", "DATABASE", "RUNBOOK", "REMEDY", "ROWS", "MESSAGE"]
            Terminal.out(rows.isEmpty ? "Nothing." : Terminal.table(heading, rows))
        }
        for path in found.unreadable { Terminal.error("warning: `\(path)` can't be read, or is damaged") }
    }
}
