import Alerting
import PromQL

/// Whether the levels of a rule can work together.
enum LevelCheck {
    /// Something wrong with one level.
    struct Finding: Hashable {
        let level: Severity
        let message: String
        let remedy: String
    }

    /// What is wrong with these levels, lowest first.
    static func findings(in levels: [LevelRule]) -> [Finding] {
        var found: [Finding] = []
        for rule in levels where !rule.clear.isDisjoint(from: rule.raise) {
            found.append(
                Finding(
                    level: rule.level,
                    message:
                        "clear beyond raise: the level `\(rule.level)` is raised at `\(rule.raise)` and cleared at "
                        + "`\(rule.clear)`, which some values satisfy both",
                    remedy: rule.raise.opposite.map { "write a `clear` within `\($0)`" } ?? "part the two"))
        }
        for (lower, higher) in zip(levels, levels.dropFirst()) where !higher.raise.implies(lower.raise) {
            found.append(
                Finding(
                    level: higher.level,
                    message: "the level `\(higher.level)` is raised at `\(higher.raise)`, where the lower level "
                        + "`\(lower.level)` (`\(lower.raise)`) may not be raised",
                    remedy: "whatever raises `\(higher.level)` must raise `\(lower.level)` too"))
        }
        return found
    }
}

extension Threshold {
    /// The condition that holds exactly where this does not. Always there, since it is written with the same bound.
    var opposite: Threshold? {
        let text = description
        let pairs = [(">=", "<"), ("<=", ">"), ("==", "!="), ("!=", "=="), (">", "<="), ("<", ">=")]
        guard let (own, other) = pairs.first(where: { text.hasPrefix($0.0) }) else { return nil }
        return try? Threshold(other + text.dropFirst(own.count))
    }
}
