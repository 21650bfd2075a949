import Alerting
import Foundation
import Runbooks
import Settings

/// What is wrong with the runbooks that rules point to.
enum RunbookCheck {
    /// Warnings: a rule can be used without its runbook.
    static func problems(of loaded: LoadedConfiguration) -> [SettingsProblem] {
        let shelf = RunbookShelfOption.shelf(loaded.settings.ruleSources)
        var seen: Set<String> = []
        return loaded.groups.flatMap(\.rules).flatMap { entry -> [SettingsProblem] in
            // An address leads elsewhere.
            guard case .alert(let rule) = entry, let name = rule.runbook, !name.contains("/"),
                seen.insert(name).inserted
            else { return [] }
            guard let runbook = shelf.runbook(name) else {
                return [
                    SettingsProblem(
                        .warning, at: rule.location, "the rule points to the runbook `\(name)`, which is not there",
                        remedy: "write `runbooks/\(name).md` beside the rule file, or name one that is there")
                ]
            }
            return shelf.problems(of: runbook).map { problem in
                SettingsProblem(
                    .warning, at: SourceLocation(file: problem.path, line: problem.line, column: 1), problem.message,
                    remedy: problem.remedy)
            }
        }
    }
}
