import Agent
import Alerting
import ArgumentParser
import Drivers
import Foundation
import Settings

/// The guide's health check and performance diagnostic as one command.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look at everything once, and say what is well, what is not, and what to do first.",
        discussion: """
            It judges by the rules, without waiting for their `for`; rates and trends need the running agent. It only \
            reads. The running agent gives the same report under /api/v1/health.

            Exit code 0 if healthy, 1 if degraded, 2 if unhealthy or not to be reached.

            EXAMPLES
              tocsin doctor
              tocsin doctor --database postgresql://tocsin@db.example:5432/app
              tocsin doctor --config /etc/tocsin/tocsin.yaml --json
            """)

    @OptionGroup var configuration: ConfigurationOption

    @Option(help: "Look at this database alone, by its connection string; no settings are read then.")
    var database: String?

    @Flag(help: "As JSON.")
    var json = false

    func validate() throws {
        if database != nil && configuration.config != nil {
            throw ValidationError("give --config or --database, not both")
        }
    }

    func run() async throws {
        let loaded: LoadedConfiguration
        do {
            loaded = try database.map(Self.settings) ?? configuration.load()
        } catch is ExitCode {
            // Said already. Settings that can't be read are no degraded database.
            throw ExitCode(2)
        }
        let assembly = Assembly(version: Tocsin.version)
        let report = await Examination.report(of: loaded, assembly: assembly)
        await assembly.shutdown()
        Terminal.out(json ? try Terminal.json(report) : Self.text(report))
        switch report.status {
        case .healthy: return
        case .degraded: throw ExitCode(1)
        case .unhealthy: throw ExitCode(2)
        }
    }

    private static func settings(for dsn: String) throws -> LoadedConfiguration {
        if let wrong = PostgresSettings.check(dsn: dsn) {
            Terminal.error("--database can't be used: \(wrong)\n  write it as `postgresql://user@host:5432/database`")
            throw ExitCode(2)
        }
        let environment = ProcessInfo.processInfo.environment
        let named = environment.merging(["DATABASE_URL": dsn]) { _, own in own }
        do {
            guard let settings = AgentSettings.fromEnvironment(named) else { throw ExitCode(2) }
            return try LoadedConfiguration.load(
                settings, environment: environment, executablePath: ConfigurationOption.executablePath)
        } catch let problems as SettingsProblems {
            Terminal.error(problems.description)
            throw ExitCode(2)
        }
    }

    /// The report for people.
    static func text(_ report: HealthReport) -> String {
        var lines = ["\(report.status.rawValue.uppercased()): \(report.message)", ""]
        let failed = report.details.checks.filter { !$0.isWell }
        if !report.details.problems.isEmpty {
            lines.append("What is wrong:")
            for problem in report.details.problems {
                lines.append("  \(problem.level): \(problem.summary)")
                if let description = problem.description { lines.append("    \(description)") }
                if let runbook = problem.runbook { lines.append("    What to do: tocsin runbook show \(runbook)") }
            }
            lines.append("")
        }
        if !failed.isEmpty {
            lines.append("What could not be looked at:")
            lines += failed.filter { !saysTheSame($0, as: failed) }.map { "  \($0.message ?? $0.name)" }
            lines.append("")
        }
        let well = report.details.checks.filter(\.isWell).map(\.name)
        if !well.isEmpty { lines.append("Sampled: \(well.joined(separator: ", "))") }
        if let tables = report.details.tableCount, let expected = report.details.tablesExpected {
            lines.append("Parlant tables: \(tables) of \(expected)")
        }
        if let events = report.details.recentEvents {
            let more = report.details.recentEventsAtLeast ? " or more" : ""
            lines.append("Events in the last hour: \(DoctorText.grouped(events))\(more)")
        }
        lines += DoctorText.performance(report.details.performance)
        if let first = report.details.problems.first(where: { $0.level != Severity.info.rawValue }) {
            lines += (lines.last == "" ? [] : [""]) + ["First: \(first.summary)"]
        }
        return lines.joined(separator: "\n")
    }

    /// Where the database itself can't be reached, its other probes only say the same again.
    private static func saysTheSame(_ check: HealthReport.Check, as others: [HealthReport.Check]) -> Bool {
        func reason(_ check: HealthReport.Check) -> Substring? { check.message?.prefix { $0 != ":" } }
        let target = check.name.drop { $0 != ":" }
        let database = others.first { $0.name == "database" + target }
        return database.map {
            $0.name != check.name && reason($0) == reason(check) && reason($0) != "permission_denied"
        } ?? false
    }
}
