import Alerting
import Settings

/// A file in which something is wrong: `▸` stands just before the character that the message must point at.
struct Wrong: Sendable, CustomStringConvertible {
    /// What is wrong, in a few words; the test's name.
    let description: String
    let text: String
    let location: SourceLocation
    /// What the message must say.
    let message: String
    /// What the remedy must say.
    let remedy: String
    let severity: SettingsProblem.Severity

    init(
        _ description: String, _ marked: String, _ message: String, mend remedy: String,
        _ severity: SettingsProblem.Severity = .error
    ) {
        self.description = description
        self.message = message
        self.remedy = remedy
        self.severity = severity
        var place = (line: 1, column: 1)
        for character in marked.unicodeScalars.prefix(while: { $0 != "▸" }) {
            place = character == "\n" ? (place.line + 1, 1) : (place.line, place.column + 1)
        }
        text = marked.filter { $0 != "▸" }
        location = SourceLocation(file: "tocsin.yaml", line: place.line, column: place.column)
    }

    /// The settings file: what is missing for a whole one is added at the end.
    var settings: String {
        var whole = text
        if !text.hasPrefix("route:") && !text.contains("\nroute:") { whole += "\nroute: {receiver: none}" }
        if !text.hasPrefix("receivers:") && !text.contains("\nreceivers:") { whole += "\nreceivers: [{name: none}]" }
        return whole
    }

    /// Whether a problem is the one expected.
    func matches(_ problem: SettingsProblem) -> Bool {
        problem.severity == severity && problem.location == location && problem.message.contains(message)
            && (problem.remedy ?? "").contains(remedy)
    }
}

extension FileReader {
    /// A file system in memory.
    static func memory(_ texts: [String: String]) -> FileReader {
        FileReader(
            bytes: { path throws(FileReader.Failure) in
                guard let text = texts[path] else { throw FileReader.Failure("there is no such file") }
                return Array(text.utf8)
            },
            names: { folder in
                let prefix = folder == "." ? "" : folder + "/"
                let names = texts.keys.filter { $0.hasPrefix(prefix) }.compactMap { path in
                    path.dropFirst(prefix.count).split(separator: "/").first.map(String.init)
                }
                return names.isEmpty ? nil : Array(Set(names))
            })
    }
}

/// Reads settings that must be right; the problems as an error otherwise.
func settings(
    _ text: String, environment: [String: String] = [:], files: [String: String] = [:]
) throws -> AgentSettings {
    try AgentSettings.parse(text, path: "tocsin.yaml", environment: environment, files: .memory(files))
}

/// The problems of settings that must be wrong, or the warnings of those that can be used.
func problems(
    _ text: String, environment: [String: String] = [:], files: [String: String] = [:]
) -> [SettingsProblem] {
    do {
        return try AgentSettings.parse(
            text, path: "tocsin.yaml", environment: environment, files: .memory(files),
            dsnCheck: { $0.contains("nonsense") ? "`\($0)` is no connection string" : nil }
        ).warnings
    } catch {
        return error.problems
    }
}
