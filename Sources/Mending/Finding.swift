package import Diagnoses

/// What one statement of a diagnosis found.
package struct Finding: Hashable, Sendable, Encodable {
    /// The block's name; nil where it has none.
    package let name: String?
    /// The line of the statement in the runbook, from 1.
    package let line: Int
    /// Nil where the statement failed.
    package let table: ResultTable?
    /// Why it failed; nil where it did not.
    package let failure: String?
}

/// What a remedy would change.
package struct RemedyPlan: Hashable, Sendable, Encodable {
    package let runbook: String
    package let remedy: String
    package let database: String
    /// Exactly how many rows the fix would change.
    package let count: Int
    /// The first of them.
    package let examples: ResultTable
    /// The statements of the fix, as they would be run.
    package let fix: [String]
    /// Whether the fix can't be undone by a rollback.
    package let runsOutsideTransaction: Bool
}

/// What applying a remedy came to, when it came to its end.
package struct MendingResult: Hashable, Sendable, Encodable {
    /// How many rows were changed.
    package let changed: Int
    /// What else was done, such as an invalid index that was dropped first.
    package let notes: [String]
}
