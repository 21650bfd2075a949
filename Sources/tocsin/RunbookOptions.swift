import Alerting
import ArgumentParser
import Diagnoses
import Drivers
import Foundation
import Mending
import Runbooks
import Settings

/// The option that leads to the runbooks. They can be read without settings.
struct RunbookShelfOption: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOption

    /// All runbooks: the shipped ones, and those beside the settings' own rule files.
    func load() throws -> RunbookShelf {
        let sources: [AgentSettings.RuleSource]
        if configuration.config != nil {
            sources = try configuration.load().settings.ruleSources
        } else {
            sources = (try? ConfigurationOption.load(nil))?.settings.ruleSources ?? [.shipped(nil)]
        }
        return Self.shelf(sources)
    }

    static func shelf(_ sources: [AgentSettings.RuleSource]) -> RunbookShelf {
        let found = RulePack.runbooks(
            of: sources, environment: ProcessInfo.processInfo.environment,
            executablePath: ConfigurationOption.executablePath)
        for problem in found.problems { Terminal.error("\(problem)") }
        return RunbookShelf(found.files)
    }

    /// One runbook.
    ///
    /// - Parameter strict: whether one with mistakes is refused.
    func load(_ name: String, strict: Bool) throws -> Runbook {
        let shelf = try load()
        guard let runbook = shelf.runbook(name) else {
            let names = shelf.runbooks.map(\.name)
            throw ValidationError(
                names.isEmpty
                    ? "there are no runbooks; set TOCSIN_ALERTS to the folder that holds `runbooks`"
                    : "there is no runbook `\(name)`; there are \(names.joined(separator: ", "))")
        }
        let problems = shelf.problems(of: runbook)
        if strict, !problems.isEmpty {
            for problem in problems { Terminal.error("\(problem)") }
            throw ExitCode.failure
        }
        return runbook
    }
}

/// The options for running a runbook on a database.
struct RunbookRunOptions: ParsableArguments {
    @Argument(help: "The runbook's name.") var name: String
    @OptionGroup var shelf: RunbookShelfOption
    @Option(help: "The database, where the settings have several.") var database: String?
    @Option(name: .customLong("set"), help: "A value that the runbook needs, as session=5f0c…; may be repeated.")
    var values: [String] = []

    func validate() throws {
        var seen: Set<String> = []
        for value in values {
            guard let equals = value.firstIndex(of: "="), equals != value.startIndex else {
                throw ValidationError("--set takes name=value, not `\(value)`")
            }
            let name = String(value[..<equals])
            guard seen.insert(name).inserted else { throw ValidationError("--set gives `\(name)` twice") }
        }
    }

    private var valuesByName: [String: String] {
        var result: [String: String] = [:]
        for value in values {
            guard let equals = value.firstIndex(of: "=") else { continue }
            result[String(value[..<equals])] = String(value[value.index(after: equals)...])
        }
        return result
    }

    /// The values, all of them known and none missing.
    ///
    /// - Parameter name: the runbook or remedy that takes them.
    func values(for parameters: [RunbookParameter], of name: String) throws -> [String: String] {
        let values = valuesByName
        do {
            try RunbookValues.check(values, against: parameters, of: name)
        } catch {
            throw ValidationError("\(error.message)\n  \(error.remedy)")
        }
        return values
    }

    /// The settings, and the mender of the chosen database.
    func open() throws -> (settings: AgentSettings, mender: Mender) {
        let settings = try shelf.configuration.load().settings
        let names = settings.databases.map(\.name)
        let chosen: DatabaseSettings
        if let database {
            guard let found = settings.databases.first(where: { $0.name == database }) else {
                throw ValidationError(
                    "the settings have no database `\(database)`; there are \(names.joined(separator: ", "))")
            }
            chosen = found
        } else {
            guard let only = settings.databases.first else { throw ValidationError("the settings have no database") }
            guard names.count == 1 else {
                throw ValidationError("which database? Add --database with one of \(names.joined(separator: ", "))")
            }
            chosen = only
        }
        let write: String?
        do {
            write = try chosen.writeDSN(dsnCheck: PostgresSettings.check)
        } catch {
            Terminal.error(error.description)
            throw ExitCode.failure
        }
        let target = MendingTarget(
            database: chosen.name, dsn: chosen.dsn.exposed, writeDSN: write, schema: chosen.parlant.schema)
        return (settings, Mender(target, poller: PostgresPoller()))
    }
}

/// The option that chooses one of a runbook's remedies.
struct RemedyOption: ParsableArguments {
    @Option(help: "The remedy, where the runbook has several.") var remedy: String?

    func choose(from runbook: Runbook) throws -> Remedy {
        let names = runbook.remedies.map(\.name).joined(separator: ", ")
        if let remedy {
            guard let found = runbook.remedy(remedy) else {
                throw ValidationError(
                    "`\(runbook.name)` has no remedy `\(remedy)`"
                        + (names.isEmpty ? " and no other that can be run" : "; it has \(names)"))
            }
            return found
        }
        guard let only = runbook.remedies.first else {
            throw ValidationError(
                "`\(runbook.name)` has no remedy that can be run; read it with: tocsin runbook show \(runbook.name)")
        }
        guard runbook.remedies.count == 1 else {
            throw ValidationError("which remedy? Add --remedy with one of \(names)")
        }
        return only
    }
}
