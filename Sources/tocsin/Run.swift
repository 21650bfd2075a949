import Agent
import ArgumentParser
import Foundation
import History
import Logging
import Settings

/// Runs the agent.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the agent until SIGTERM; SIGHUP reads the settings again.",
        discussion: """
            EXAMPLES
              tocsin run --config /etc/tocsin/tocsin.yaml
              DATABASE_URL=postgresql://tocsin@db/app tocsin run
            """)

    @OptionGroup var configuration: ConfigurationOption

    func run() async throws {
        let loaded = try configuration.load()
        let settings = loaded.settings
        let path = configuration.config
        let level = Logger.Level(rawValue: settings.log.level.rawValue) ?? .info
        var logger = Logger(label: "tocsin") { _ in
            LogHandlerLine(isJSON: settings.log.format == .json)
        }
        logger.logLevel = level
        let environment = ProcessInfo.processInfo.environment
        let agent = TocsinAgent(
            version: Tocsin.version, environment: environment,
            alertsFolder: RulePack.locate(
                environment: environment, executablePath: ConfigurationOption.executablePath),
            logger: logger
        ) { () throws(SettingsProblems) in
            try ConfigurationOption.load(path)
        }
        do {
            try await agent.run(loaded)
        } catch let problem as HistoryError {
            Terminal.error("error: \(problem)")
            throw ExitCode.failure
        } catch {
            Terminal.error(
                "error: \(error)\n  is another agent running on \(settings.server.host):\(settings.server.port)?")
            throw ExitCode.failure
        }
    }
}
