import Alerting
import Foundation
import Runbooks
import Settings

/// What is wrong with the runbooks that rules point to, and with what they name there as evidence.
enum RunbookCheck {
    /// Warnings: a rule can be used without its runbook, and without evidence.
    static func problems(of loaded: LoadedConfiguration) -> [SettingsProblem] {
        problems(of: loaded.groups, shelf: RunbookShelfOption.shelf(loaded.settings.ruleSources))
    }

    static func problems(of groups: [RuleGroup], shelf: RunbookShelf) -> [SettingsProblem] {
        var seen: Set<String> = []
        return groups.flatMap(\.rules).flatMap { entry -> [SettingsProblem] in
            guard case .alert(let rule) = entry else { return [] }
            var problems = evidenceProblem(of: rule, shelf: shelf).map { [$0] } ?? []
            // An address leads elsewhere.
            if let name = rule.runbook, !name.contains("/"), seen.insert(name).inserted {
                problems += runbookProblems(name, of: rule, shelf: shelf)
            }
            return problems
        }
    }

    private static func runbookProblems(
        _ name: String, of rule: AlertRule, shelf: RunbookShelf
    ) -> [SettingsProblem] {
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

    private static func evidenceProblem(of rule: AlertRule, shelf: RunbookShelf) -> SettingsProblem? {
        guard let evidence = rule.evidence else { return nil }
        func problem(_ message: String, _ remedy: String?) -> SettingsProblem {
            SettingsProblem(.warning, at: rule.evidenceLocation ?? rule.location, message, remedy: remedy)
        }
        guard let diagnosis = rule.diagnosis, let slash = diagnosis.lastIndex(of: "/") else {
            return problem(
                "the evidence `\(evidence)` is looked for in the rule's own runbook, and it has none",
                "add `runbook: NAME`, or write `evidence: RUNBOOK/\(evidence)`")
        }
        let (name, block) = (String(diagnosis[..<slash]), String(diagnosis[diagnosis.index(after: slash)...]))
        guard let runbook = shelf.runbook(name) else {
            // Of the rule's own runbook that is said already.
            guard name != rule.runbook else { return nil }
            return problem(
                "there is no runbook `\(name)` to take the evidence from",
                Nearest.remedy(name, among: shelf.runbooks.map(\.name), kind: "runbooks"))
        }
        guard let found = runbook.diagnoses.first(where: { $0.name == block }) else {
            let names = runbook.diagnoses.compactMap(\.name)
            return problem(
                "the runbook `\(name)` has no block `diagnose name=\(block)`",
                names.isEmpty
                    ? "add `name=\(block)` to one of its `diagnose` blocks"
                    : Nearest.remedy(block, among: names, kind: "its blocks"))
        }
        if found.statements.count > 1 {
            return problem(
                "the block `\(block)` of the runbook `\(name)` has \(found.statements.count) statements, and evidence is "
                    + "one table", "only the first is run: make the others blocks of their own")
        }
        return nil
    }
}
