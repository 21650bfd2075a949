import Agent
import ArgumentParser
import Foundation

/// Says which rules of a running agent fail or have never found a series.
struct RuleEvidence {
    let agent: String
    let json: Bool

    /// - Throws: exit code 1 where a rule fails.
    func show() async throws {
        let base = agent.hasSuffix("/") ? String(agent.dropLast()) : agent
        let body = try await AgentClient.get(
            "/api/v1/rules", [("exclude_alerts", "true")], from: base,
            token: ProcessInfo.processInfo.environment["TOCSIN_TOKEN"])
        let groups = try JSONDecoder.agent.decode(Answer<RulesView>.self, from: body).data.groups
        let rules = groups.flatMap { group in group.rules.map { (file: group.file, rule: $0) } }
        let failing = rules.filter { $0.rule.health == "err" }
        if json {
            Terminal.out(try Terminal.json(rules.map(\.rule).filter { $0.health == "err" || !$0.neverMatched.isEmpty }))
        } else {
            for (file, rule) in failing {
                Terminal.out("error: \(file): rule \(rule.name) fails: \(rule.lastError ?? "")\n")
            }
            for (file, rule) in rules where !rule.neverMatched.isEmpty {
                let guesses = Set(rule.didYouMean.values).sorted().map { "`\($0)`" }
                let question =
                    guesses.isEmpty
                    ? "is the metric's name right, and is there a probe that brings it?"
                    : "did you mean \(guesses.joined(separator: " and "))?"
                Terminal.out(
                    "warning: \(file): rule \(rule.name) has never found a series for "
                        + rule.neverMatched.joined(separator: " and ") + "\n  \(question)\n")
            }
            let silent = rules.count { !$0.rule.neverMatched.isEmpty }
            Terminal.out(
                "\(rules.count) rules: \(failing.count) fail, \(silent) have a selector that never found a series")
        }
        if !failing.isEmpty { throw ExitCode.failure }
    }
}
