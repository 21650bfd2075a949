import ArgumentParser

/// The command line. Each subcommand has a file of its own, and none decides anything.
@main
struct Tocsin: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "tocsin",
        abstract: "Alerts for applications on PostgreSQL: samples, decides with hysteresis, tells once.",
        discussion: """
            Exit codes: 0 all well; 1 something is wrong, and it says what; 64 the command line is wrong.

            EXAMPLES
              tocsin init --database postgresql://tocsin@db/app      a first settings file, and what the role lacks
              DATABASE_URL=postgresql://tocsin@db/app tocsin run     watch one database, no file needed
              tocsin check tocsin.yaml                               is this file right?
              tocsin doctor                                          what is well, what is not, what to do first
              tocsin probe                                           one round of every probe, now
              tocsin alerts                                          what is wrong now
              tocsin explain PoolUtilizationHigh pool=web            the story of one alert: what happened, who was told
              tocsin runbook diagnose blocking                       look for the cause
            """,
        version: version,
        subcommands: [
            Run.self, Init.self, Check.self, Doctor.self, ProbeCommand.self, Alerts.self, QueryCommand.self,
            TestCommand.self, HistoryCommand.self, Explain.self, RoutesCommand.self, SilenceCommand.self,
            AcknowledgeCommand.self, UnacknowledgeCommand.self, MaintenanceCommand.self,
            RunbookCommand.self, NotifyTest.self, Receive.self, TokenCommand.self, Version.self,
        ])
}

/// Prints the version.
struct Version: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the version.", discussion: "EXAMPLE\n  tocsin version --json")

    @Flag(help: "As JSON.")
    var json = false

    func run() {
        Terminal.out(json ? #"{"name":"tocsin","version":"\#(Tocsin.version)"}"# : "tocsin \(Tocsin.version)")
    }
}
