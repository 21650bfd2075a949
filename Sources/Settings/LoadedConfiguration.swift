package import Alerting
import PromQL

/// The settings and the rules, both checked, and against each other.
package struct LoadedConfiguration: Sendable {
    package let settings: AgentSettings
    /// The rules of all files, with the settings' overrides in them.
    package let groups: [RuleGroup]
    /// What deserves a word, though everything can be used.
    package let warnings: [SettingsProblem]

    /// Reads settings and rules.
    ///
    /// - Parameters:
    ///   - settingsPath: the file; nil looks in the usual places, then for `DATABASE_URL`.
    ///   - executablePath: where this program lies, for finding the shipped rules.
    ///   - dsnCheck: says what is wrong with a connection string, without quoting it; nil where nothing is.
    /// - Throws: every problem of the settings file, or else every problem of the rule files and overrides.
    package static func load(
        settingsPath: String?, environment: [String: String], executablePath: String?, files: FileReader = .real,
        dsnCheck: @escaping @Sendable (String) -> String? = { _ in nil }
    ) throws(SettingsProblems) -> LoadedConfiguration {
        let settings: AgentSettings
        if let path = AgentSettings.locate(explicit: settingsPath, files: files) {
            settings = try AgentSettings.load(
                path: path, environment: environment, files: files, dsnCheck: dsnCheck)
        } else if let fallback = AgentSettings.fromEnvironment(environment) {
            if let wrong = fallback.databases.first.flatMap({ dsnCheck($0.dsn.exposed) }) {
                throw SettingsProblems([
                    SettingsProblem(
                        at: nil, "`DATABASE_URL` can't be used: \(wrong)",
                        remedy: "write it as `postgresql://user@host:5432/database`")
                ])
            }
            settings = fallback
        } else {
            let places = AgentSettings.usualPlaces.map { "`\($0)`" }.joined(separator: " nor ")
            throw SettingsProblems([
                SettingsProblem(
                    at: nil, "there are no settings: neither \(places) exists, and `DATABASE_URL` is not set",
                    remedy: "name a file with `--config`, write one (see Deploy/tocsin.yaml), or set `DATABASE_URL`")
            ])
        }
        return try load(settings, environment: environment, executablePath: executablePath, files: files)
    }

    /// Reads the rules for settings that are at hand already.
    ///
    /// - Throws: every problem of the rule files and overrides.
    package static func load(
        _ settings: AgentSettings, environment: [String: String], executablePath: String?, files: FileReader = .real
    ) throws(SettingsProblems) -> LoadedConfiguration {
        var problems = settings.warnings
        var paths: [String] = []
        for source in settings.ruleSources {
            switch source {
            case .shipped(let location):
                let folder = RulePack.locate(environment: environment, executablePath: executablePath, files: files)
                let found = folder.map { RulePack.ruleFiles(in: $0, files: files) } ?? []
                if found.isEmpty {
                    problems.append(
                        SettingsProblem(
                            at: location, "the shipped rules are not found" + (folder.map { " in `\($0)`" } ?? ""),
                            remedy: "set `TOCSIN_ALERTS` to the folder that holds them"))
                }
                paths += found
            case .files(let pattern, let location):
                let found = files.paths(matching: pattern)
                if found.isEmpty {
                    problems.append(
                        SettingsProblem(
                            .warning, at: location, "no file matches `\(pattern)`",
                            remedy: "relative paths start at the settings file's folder"))
                } else if !FileReader.isPattern(pattern), !files.exists(pattern) {
                    problems.append(
                        SettingsProblem(
                            at: location, "there is no readable rule file `\(pattern)`",
                            remedy: "relative paths start at the settings file's folder"))
                    continue
                }
                paths += FileReader.isPattern(pattern) ? found.filter(isNoTest) : found
            }
        }
        var rules = rules(in: paths, defaultInterval: settings.evaluationInterval, files: files)
        rules.apply(settings.overrides)
        problems += rules.problems
        var excerpts = Excerpts(files: files, settingsFile: settings.file)
        problems = problems.map { excerpts.complete($0) }
        if problems.hasErrors { throw SettingsProblems(problems) }
        return LoadedConfiguration(settings: settings, groups: rules.groups, warnings: problems)
    }

    /// Reads rule files alone, without settings.
    ///
    /// - Returns: the rules as far as they are right, and everything that is wrong with the rest.
    package static func checkRules(
        files paths: [String], defaultInterval: Duration = .seconds(15), reader: FileReader = .real
    ) -> (groups: [RuleGroup], problems: [SettingsProblem]) {
        let rules = rules(in: paths, defaultInterval: defaultInterval, files: reader)
        var excerpts = Excerpts(files: reader, settingsFile: nil)
        return (rules.groups, rules.problems.map { excerpts.complete($0) }.inReadingOrder)
    }

    private static func rules(in paths: [String], defaultInterval: Duration, files: FileReader) -> RuleSet {
        var seen: Set<String> = []
        let distinct = paths.filter { seen.insert($0).inserted }
        return RuleSet(distinct.map { RuleFile.load(path: $0, defaultInterval: defaultInterval, files: files) })
    }

    private static func isNoTest(_ path: String) -> Bool {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return !name.hasSuffix(".test.yml") && !name.hasSuffix("_test.yml") && !name.hasSuffix(".test.yaml")
            && !name.hasSuffix("_test.yaml")
    }
}

/// Adds the text of the line to problems that were found after their file was read.
private struct Excerpts {
    private let files: FileReader
    /// The file that may hold secrets; nil for none.
    private let settingsFile: String?
    private var sources: [String: SourceText] = [:]

    init(files: FileReader, settingsFile: String?) {
        self.files = files
        self.settingsFile = settingsFile
    }

    mutating func complete(_ problem: SettingsProblem) -> SettingsProblem {
        guard problem.excerpt == nil, let location = problem.location else { return problem }
        if sources[location.file] == nil {
            guard let text = try? files.text(location.file) else { return problem }
            sources[location.file] = SourceText(
                file: location.file, text: text, hidesSecrets: location.file == settingsFile)
        }
        return SettingsProblem(
            problem.severity, at: location, problem.message, remedy: problem.remedy,
            excerpt: sources[location.file]?.excerpt(line: location.line))
    }
}
