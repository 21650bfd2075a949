package import Alerting
import PromQL

/// A rule file: its groups as far as they are right, and what is wrong with the rest.
package struct RuleFile: Sendable {
    /// The path as the user named it.
    package let path: String
    package let groups: [RuleGroup]
    /// Errors and warnings, in the file's order.
    package let problems: [SettingsProblem]

    /// Reads a rule file.
    ///
    /// - Parameter defaultInterval: the interval of groups that set none.
    package static func load(
        path: String, defaultInterval: Duration = .seconds(15), files: FileReader = .real
    ) -> RuleFile {
        do {
            return parse(try files.text(path), path: path, defaultInterval: defaultInterval)
        } catch {
            let problem = SettingsProblem(
                at: SourceLocation(file: path, line: 1, column: 1), "can't read the rule file: \(error.reason)",
                remedy: "look at the path and at who may read it")
            return RuleFile(path: path, groups: [], problems: [problem])
        }
    }

    /// Reads the text of a rule file. Ordinals are given when all files are at hand, by `RuleSet`.
    package static func parse(
        _ text: String, path: String, defaultInterval: Duration = .seconds(15)
    ) -> RuleFile {
        let yaml = YAMLReader(file: path, text: text)
        let reader = RuleFileReader(yaml: yaml, path: path, defaultInterval: defaultInterval)
        let groups = reader.read()
        return RuleFile(path: path, groups: groups, problems: yaml.problems.inReadingOrder)
    }
}
