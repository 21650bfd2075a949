import Alerting
import ArgumentParser
import Settings

/// Checks settings and rules.
struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the settings with their rules, or rule files alone; every mistake with its place and remedy.",
        discussion: """
            Exit code 0 if all is right, 1 if not. With --agent the running agent is asked as well which rules have \
            never found a series, and which fail.

            EXAMPLES
              tocsin check /etc/tocsin/tocsin.yaml
              tocsin check --rules rules/*.yml
              tocsin check --agent http://127.0.0.1:9911
            """)

    @Argument(help: "The settings file; without it the usual places.", completion: .file(extensions: ["yaml", "yml"]))
    var file: String?

    @Option(
        name: .shortAndLong, help: "The settings file, as for `run`.", completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    @Option(
        parsing: .upToNextOption, help: "Rule files to check alone.", completion: .file(extensions: ["yaml", "yml"]))
    var rules: [String] = []

    @Flag(help: "As JSON.")
    var json = false

    @Option(help: "The address of a running agent, to ask how its rules fare.")
    var agent: String?

    func run() async throws {
        if let agent { return try await RuleEvidence(agent: agent, json: json).show() }
        let problems: [SettingsProblem]
        var summary = ""
        if rules.isEmpty {
            do {
                let loaded = try ConfigurationOption.load(file ?? config)
                problems = loaded.warnings + RunbookCheck.problems(of: loaded)
                let count = loaded.groups.reduce(0) { $0 + $1.rules.count }
                summary =
                    "\(loaded.settings.file ?? "settings"): \(count) rules in \(loaded.groups.count) groups, "
                    + "\(loaded.settings.databases.count) databases, \(loaded.settings.pools.count) pools, "
                    + "\(loaded.settings.processes.count) processes, \(loaded.settings.receivers.count) receivers"
            } catch {
                problems = error.problems
            }
        } else {
            let (groups, found) = LoadedConfiguration.checkRules(files: rules)
            problems = found
            summary = "\(groups.reduce(0) { $0 + $1.rules.count }) rules in \(groups.count) groups"
        }
        if json {
            Terminal.out(try Terminal.json(problems))
        } else {
            for problem in problems { Terminal.out("\(problem)\n") }
            Terminal.out(
                problems.hasErrors ? SettingsProblems(problems).description.lines.last ?? "" : "\(summary): all right")
        }
        if problems.hasErrors { throw ExitCode.failure }
    }
}

extension String {
    var lines: [String] { split(separator: "\n").map(String.init) }
}
