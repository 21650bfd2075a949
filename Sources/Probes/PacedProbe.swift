package import PromQL

/// A probe whose question is asked of the target only now and then, and whose answer is given again in between.
///
/// What is asked every five minutes would otherwise be too old to count for rules, which look back five minutes, before
/// it is asked again. The answer's time is that of the round; how old it can be is the pace.
package actor PacedProbe: Probe {
    package nonisolated let id: String
    package nonisolated let kind: ProbeKind
    package nonisolated let targetLabels: Labels
    package nonisolated let interval: Duration
    package nonisolated let deadline: Duration
    private let probe: any Probe
    private let pace: Duration
    private var last: (result: ProbeResult, at: Timestamp)?

    /// The longest time between two answers: an answer may be missed once without being too old.
    private static let longestInterval = Duration.seconds(60)

    /// - Parameter probe: asked as often as its `interval` says.
    package init(_ probe: any Probe) {
        id = probe.id
        kind = probe.kind
        targetLabels = probe.targetLabels
        deadline = probe.deadline
        pace = probe.interval
        interval = min(probe.interval, Self.longestInterval)
        self.probe = probe
    }

    package func sample(at: Timestamp) async -> ProbeResult {
        // Half a round early counts as due: rounds are not exact. A failure is tried again with the next round.
        if let last, last.result.failure == nil, at - last.at + interval / 2 < pace {
            return ProbeResult(
                samples: last.result.samples.map { Sample(labels: $0.labels, value: $0.value, at: at) })
        }
        let result = await probe.sample(at: at)
        last = (result, at)
        return result
    }
}
