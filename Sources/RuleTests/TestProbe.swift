import Alerting
import PromQL
import Settings

/// A probe that brings the values which a test writes down: one round at each step.
struct TestProbe {
    let id: String
    let targetLabels: Labels
    private var cursors: [InputCursor]

    /// The labels that say what a probe looks at.
    private static let targetNames = ["instance", "database", "pool", "process"]

    private init(id: String, series: [InputSeries], start: Timestamp, interval: Duration) {
        self.id = id
        cursors = series.map { InputCursor($0, start: start, interval: interval) }
        let targets = series.map { $0.labels.keeping(Self.targetNames) }
        let shared = (targets.first ?? Labels()).filter { pair in targets.allSatisfy { $0[pair.name] == pair.value } }
        targetLabels = Labels(shared.map { ($0.name, $0.value) })
    }

    /// The probes of a test: those that its series name; a series that names none belongs to that of its `instance`.
    static func all(of test: RuleTestGroup) -> [TestProbe] {
        let byProbe = Dictionary(grouping: test.series) { $0.probe ?? $0.labels["instance"] ?? "input" }
        return byProbe.sorted { $0.key < $1.key }.map {
            TestProbe(id: $0.key, series: $0.value, start: test.start, interval: test.interval)
        }
    }

    /// When the next round is; nil after the last value.
    var nextRound: Timestamp? { cursors.compactMap { $0.next?.time }.min() }

    /// The round that is due; nil where none is. A series without a value in a round is not in it.
    mutating func round(at now: Timestamp) -> ProbeBatch? {
        guard let next = nextRound, next <= now else { return nil }
        var samples: [Sample] = []
        var fails = false
        for index in cursors.indices {
            guard let (time, value) = cursors[index].pop(through: now) else { continue }
            switch value {
            case .number(let number): samples.append(Sample(labels: cursors[index].labels, value: number, at: time))
            case .failed: fails = true
            case .missing, .stale: break
            }
        }
        return ProbeBatch(
            probe: id, targetLabels: targetLabels, at: now, duration: .zero,
            outcome: fails ? .failure(reason: "test", message: "the test says that this round failed") : .success,
            samples: samples)
    }
}
