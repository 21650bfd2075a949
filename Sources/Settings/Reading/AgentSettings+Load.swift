import Alerting
import PromQL

extension AgentSettings {
    /// Where a settings file is looked for when none is named.
    package static let usualPlaces = ["./tocsin.yaml", "/etc/tocsin/tocsin.yaml"]

    /// The settings file to read: the named one, else the first of the usual places that exists. Nil where there is none.
    package static func locate(
        explicit: String?, files: FileReader = .real
    ) -> String? {
        if let explicit { return explicit }
        return usualPlaces.first { files.exists($0) }
    }

    /// Reads and checks a settings file, without the rule files that it names.
    ///
    /// - Parameter dsnCheck: says what is wrong with a connection string, without quoting it; nil where nothing is.
    package static func load(
        path: String, environment: [String: String], files: FileReader = .real,
        dsnCheck: @escaping @Sendable (String) -> String? = { _ in nil }
    ) throws(SettingsProblems) -> AgentSettings {
        let text: String
        do {
            text = try files.text(path)
        } catch {
            throw SettingsProblems([
                SettingsProblem(
                    at: SourceLocation(file: path, line: 1, column: 1),
                    "can't read the settings file: \(error.reason)",
                    remedy: "name another with `--config`, or write one (see Deploy/tocsin.yaml)")
            ])
        }
        return try parse(text, path: path, environment: environment, files: files, dsnCheck: dsnCheck)
    }

    /// As `load`, of a text.
    package static func parse(
        _ text: String, path: String, environment: [String: String], files: FileReader = .real,
        dsnCheck: @escaping @Sendable (String) -> String? = { _ in nil }
    ) throws(SettingsProblems) -> AgentSettings {
        let reader = SettingsReader(
            path: path, text: text, environment: environment, files: files, dsnCheck: dsnCheck)
        let settings = reader.read()
        let problems = reader.yaml.problems.inReadingOrder
        guard var settings, !problems.hasErrors else { throw SettingsProblems(problems) }
        settings.warnings = problems
        return settings
    }

    /// The settings for an agent that has only `DATABASE_URL`: one database `main`, the shipped rules, and nobody told.
    /// Nil where the variable is not set.
    package static func fromEnvironment(_ environment: [String: String]) -> AgentSettings? {
        guard let dsn = environment["DATABASE_URL"], !dsn.isEmpty else { return nil }
        let state = environment["STATE_DIRECTORY"].flatMap { $0.split(separator: ":").first.map(String.init) }
        return AgentSettings(
            history: History(path: state.map { $0 + "/history.sqlite" } ?? "./tocsin-history.sqlite"),
            databases: [DatabaseSettings(name: "main", dsn: Secret(dsn))],
            route: Route(id: "{}", receiver: "none"), receivers: [ReceiverSettings(name: "none")])
    }
}
