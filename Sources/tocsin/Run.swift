import Agent
import ArgumentParser
import Foundation
import History
import Logging
import Runbooks
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
        let log = logger
        let environment = ProcessInfo.processInfo.environment
        let agent = TocsinAgent(
            version: Tocsin.version, environment: environment, logger: logger,
            shelf: { Self.shelf($0, logger: log) }
        ) { () throws(SettingsProblems) in
            let loaded = try ConfigurationOption.load(path)
            Self.warn(of: loaded, logger: log)
            return loaded
        }
        Self.warn(of: loaded, logger: logger)
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

    private static func warn(of loaded: LoadedConfiguration, logger: Logger) {
        for problem in RunbookCheck.problems(of: loaded) { logger.warning("\(problem)") }
    }

    private static func shelf(_ sources: [AgentSettings.RuleSource], logger: Logger) -> RunbookShelf {
        let found = RulePack.runbooks(
            of: sources, environment: ProcessInfo.processInfo.environment,
            executablePath: ConfigurationOption.executablePath)
        for problem in found.problems { logger.warning("\(problem)") }
        return RunbookShelf(found.files)
    }
}
