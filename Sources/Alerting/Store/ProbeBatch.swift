package import PromQL

/// What one round of one probe brought: samples, or the reason why there are none.
package struct ProbeBatch: Hashable, Sendable {
    package enum Outcome: Hashable, Sendable {
        case success
        /// `reason` is a stable name such as `permission_denied`, for labels and rules; `message` is for people: what,
        /// where, and how to mend it.
        case failure(reason: String, message: String)
    }

    /// Which probe on which target: unique in the agent, stable across restarts, such as `database:main`.
    package let probe: String
    /// The labels that every sample of it carries (`instance` and `database`, `pool` or `process`).
    package let targetLabels: Labels
    package let at: Timestamp
    package let duration: Duration
    package let outcome: Outcome
    /// All samples of the round. After a failure only those that are true all the same, such as `pg_up 0`.
    package let samples: [Sample]

    package init(
        probe: String, targetLabels: Labels, at: Timestamp, duration: Duration, outcome: Outcome, samples: [Sample]
    ) {
        self.probe = probe
        self.targetLabels = targetLabels
        self.at = at
        self.duration = duration
        self.outcome = outcome
        self.samples = samples
    }
}
