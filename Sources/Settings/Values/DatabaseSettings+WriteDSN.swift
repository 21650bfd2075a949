import Alerting

extension DatabaseSettings {
    /// The connection string for changes; nil where the settings have none.
    ///
    /// - Parameter dsnCheck: says what is wrong with a connection string, without quoting it; nil where nothing is.
    /// - Throws: what is wrong with the file that holds it, and how to mend it.
    package func writeDSN(
        files: FileReader = .real, dsnCheck: (String) -> String?
    ) throws(SettingsProblems) -> String? {
        switch write {
        case nil: return nil
        case .dsn(let secret): return secret.exposed
        case .file(let path):
            let text: String
            do {
                text = try files.text(path).trimmingEnd
            } catch {
                throw Self.problem(
                    "can't read the file that `write_dsn_file` names, `\(path)`: \(error.reason)",
                    "create it, and run the command as a user who may read it")
            }
            if text.isEmpty {
                throw Self.problem("the file that `write_dsn_file` names, `\(path)`, is empty", "write the DSN into it")
            }
            if text == dsn.exposed { throw Self.problem(Self.sameDSN("write_dsn_file"), Self.ownRole) }
            if let wrong = dsnCheck(text) {
                throw Self.problem(
                    "the file that `write_dsn_file` names can't be used: \(wrong.replacing(text, with: "<redacted>"))",
                    "write it as `postgresql://user@host:5432/database` or `host=… dbname=… user=…`")
            }
            return text
        }
    }

    static func sameDSN(_ key: String) -> String { "`\(key)` gives the same connection as `dsn`" }
    static let ownRole = "name a role of its own that may change the tables; the agent's role must only read"

    private static func problem(_ message: String, _ remedy: String) -> SettingsProblems {
        SettingsProblems([SettingsProblem(at: nil, message, remedy: remedy)])
    }
}

extension String {
    fileprivate var trimmingEnd: String {
        var text = self
        while text.last?.isNewline == true { text.removeLast() }
        return text
    }
}
