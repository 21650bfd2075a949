package import PromQL

/// One sampler on one target: it asks once and says what it saw.
///
/// A probe decides nothing about alerts, keeps no clock and has no time limit of its own: `ProbeRunner` gives it both.
/// One that keeps something between rounds (the statements' last totals) is an actor.
package protocol Probe: Sendable {
    /// Unique in the agent and stable across restarts: the kind and the target's name, such as `database:main`.
    var id: String { get }
    /// What it samples.
    var kind: ProbeKind { get }
    /// The labels that every sample of it carries: `database`, `pool`, `process` or `endpoint`, and `instance`.
    var targetLabels: Labels { get }
    /// The time between the starts of two rounds.
    var interval: Duration { get }
    /// How long a round may take; after that it is cancelled, also on the server, and has failed.
    var deadline: Duration { get }

    /// Asks once. A failure is a result too; it never throws.
    ///
    /// - Parameter at: the start of the round, which all its samples carry.
    func sample(at: Timestamp) async -> ProbeResult

    /// What holds when there was no answer in time, such as `pg_up 0`; nothing by default.
    func samplesWithoutAnswer(at: Timestamp) -> [Sample]
}

extension Probe {
    package func samplesWithoutAnswer(at: Timestamp) -> [Sample] { [] }
}
