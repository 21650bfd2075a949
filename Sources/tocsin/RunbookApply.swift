import ArgumentParser
import Foundation
import Mending
import Runbooks
import Settings

/// Applies a remedy.
struct RunbookApply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Plan a remedy, ask, and change just the rows that were planned.",
        discussion: """
            Runs over `write_dsn` alone. In one transaction it counts again, changes, compares and verifies; whatever \
            differs rolls everything back. Who did what is kept beside the history: see `tocsin runbook log`. Exit code \
            0 if it was applied or there was nothing to mend, 1 if it was refused or failed.

            EXAMPLE
              tocsin runbook apply orphaned-rows --remedy sessions --as ada
            """)

    @OptionGroup var options: RunbookRunOptions
    @OptionGroup var remedy: RemedyOption
    @Flag(help: "Apply what is planned without asking.") var yes = false
    @Option(name: .customLong("as"), help: "Who applies it; without it $SUDO_USER or $USER.") var who: String?

    func run() async throws {
        let runbook = try options.shelf.load(options.name, strict: true)
        let remedy = try remedy.choose(from: runbook)
        let values = try options.values(for: remedy.parameters, of: remedy.name)
        let (settings, mender) = try options.open()
        do {
            guard mender.target.writeDSN != nil else { throw Mender.noWriteConnection(mender.target) }
            let plan = try await mender.plan(remedy, of: runbook, values: values)
            RunbookText.show(plan)
            guard plan.count > 0 else { return }
            guard yes || confirmed(plan) else {
                Terminal.error("Nothing was changed.")
                throw ExitCode.failure
            }
            let log = ActionLog(historyPath: settings.history.path)
            let record = ActionRecord(
                who: name, host: ProcessInfo.processInfo.hostName, pid: ProcessInfo.processInfo.processIdentifier,
                began: Date(), plan: plan, values: values, version: Tocsin.version)
            // Without a record nothing is changed.
            try log.write(record)
            try await apply(remedy, plan, values, mender, log, record)
        } catch let failure as MendingFailure {
            Terminal.error("error: \(failure)")
            throw ExitCode.failure
        } catch let failure as ActionLog.Failure {
            Terminal.error("error: nothing was changed, since it can't be recorded: \(failure)")
            throw ExitCode.failure
        }
    }

    private func apply(
        _ remedy: Remedy, _ plan: RemedyPlan, _ values: [String: String], _ mender: Mender, _ log: ActionLog,
        _ record: ActionRecord
    ) async throws(MendingFailure) {
        let outcome: Result<MendingResult, MendingFailure>
        do {
            outcome = .success(try await mender.apply(remedy, values: values, planned: plan.count))
        } catch {
            outcome = .failure(error)
        }
        do {
            try log.write(record.ended(at: Date(), outcome))
        } catch {
            // What was done is done; it is only the record that still says `began`.
            Terminal.error("warning: how it ended can't be recorded: \(error)")
        }
        let result = try outcome.get()
        for note in result.notes { Terminal.out(note) }
        Terminal.out(result.changed == 1 ? "Applied: 1 row." : "Applied: \(result.changed) rows.")
    }

    /// Whether the user types the number of rows.
    private func confirmed(_ plan: RemedyPlan) -> Bool {
        Terminal.prompt("Type the number of rows to apply it (anything else leaves all as it is): ")
        return readLine()?.trimmingCharacters(in: .whitespaces) == "\(plan.count)"
    }

    private var name: String {
        let environment = ProcessInfo.processInfo.environment
        let named = [who, environment["SUDO_USER"], environment["USER"]].compactMap { $0 }.first { !$0.isEmpty }
        return named ?? "uid \(getuid())"
    }
}
