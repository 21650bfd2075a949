package import Alerting
package import PromQL

/// What the engine's shell has counted since the start.
package struct EngineCounters: Sendable, Hashable {
    package var samples = 0
    package var commits = 0
    package var failedCommits = 0
    /// Events and ledger rows dropped because the store could not be written for too long.
    package var droppedRecords = 0
    /// Events and ledger rows that the log lacks, because whoever reads it does not keep up.
    package var unlogged = 0
    package var delivered: [String: Int] = [:]
    package var retried: [String: Int] = [:]
    package var rejected: [String: Int] = [:]
    /// Messages that were not delivered for as long as `give_up_after` allows, by receiver.
    package var givenUp: [String: Int] = [:]
    /// Diagnoses for alerts that came to an end, well or not.
    package var diagnoses = 0
    /// Those of them that failed, or were not asked since too many waited.
    package var failedDiagnoses = 0

    /// Alerts that others sent, each time that they did.
    package var received = 0
    /// Alerts that others sent and that could not be taken.
    package var receivedInvalid = 0

    mutating func count(_ outcome: DeliveryOutcome, receiver: String) {
        switch outcome {
        case .delivered: delivered[receiver, default: 0] += 1
        case .retry: retried[receiver, default: 0] += 1
        case .rejected: rejected[receiver, default: 0] += 1
        }
    }
}

/// How the agent stands.
package struct EngineStatus: Sendable {
    package let counters: EngineCounters
    package let historyFault: String?
    package let lastStep: Timestamp
    package let series: Int
    package let samples: Int
    /// What the packed samples take.
    package let sampleBytes: Int
    package let outboxRows: Int
    package let groups: Int
    /// The receivers that have a channel, sorted.
    package let receivers: [String]
    /// By probe: why its last round failed.
    package let probeFailures: [String: String]
    /// Whether every probe has had its first round, well or not.
    package let probesAnswered: Bool
    /// How many rules failed in their last evaluation.
    package let rulesFailing: Int
    /// Records that wait in memory for a store that can't be written.
    package let backlog: Int
    /// Evaluations of rules since the start.
    package let ruleEvaluations: Int
    /// How far the wall clock has been set since the start.
    package let clockDrift: Duration
    /// How many silences are in each state.
    package let silences: [Silence.State: Int]
    /// How many alerts are acknowledged.
    package let acknowledgements: Int
    package let heartbeats: [HeartbeatStanding]
    /// How many of the agent's loops stand still.
    package let stuckLoops: Int
    /// How each destination stands.
    package let destinations: [Destination: DestinationStanding]
}
