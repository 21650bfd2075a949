import ArgumentParser
import Drivers
import Foundation
import Settings

/// The option that names the settings file, and reading it.
struct ConfigurationOption: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: "The settings file; without it ./tocsin.yaml, /etc/tocsin/tocsin.yaml, or DATABASE_URL.",
        completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    func load() throws -> LoadedConfiguration {
        do {
            return try Self.load(config)
        } catch {
            Terminal.error(error.description)
            throw ExitCode.failure
        }
    }

    static func load(_ path: String?) throws(SettingsProblems) -> LoadedConfiguration {
        try LoadedConfiguration.load(
            settingsPath: path, environment: ProcessInfo.processInfo.environment, executablePath: executablePath,
            dsnCheck: PostgresSettings.check)
    }

    /// Where this program lies, for finding the shipped rules beside it.
    static var executablePath: String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    }
}
