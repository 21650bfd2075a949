package import PromQL

/// What is known of the probes: which series each gave last, and which have not answered yet.
///
/// It turns a probe's batch into what the window must learn: new samples, series that are gone (the probe succeeded
/// without them), and series that are unknown (the probe failed).
package struct ProbeBook: Sendable {
    private struct Entry: Sendable {
        var targetLabels: Labels
        var series: Set<Labels> = []
        var hasSucceeded = false
        var hasAnswered = false
        var failure: String?
    }

    private var entries: [String: Entry] = [:]

    package init() {}

    /// Says which probes there are. A probe that has not succeeded since the start is one of which nothing is known:
    /// an alert that may come from it is held. What a removed probe gave is gone.
    ///
    /// - Returns: the series of the probes that are no more.
    package mutating func setProbes(_ probes: [(id: String, targetLabels: Labels)]) -> [Labels] {
        let wanted = Set(probes.map(\.id))
        let gone = entries.filter { !wanted.contains($0.key) }.flatMap { $0.value.series }
        entries = entries.filter { wanted.contains($0.key) }
        for probe in probes where entries[probe.id] == nil {
            entries[probe.id] = Entry(targetLabels: probe.targetLabels)
        }
        return gone
    }

    /// Takes over which series a probe gave before a restart: they are unknown until it answers.
    package mutating func restore(
        _ series: Set<Labels>, of probe: String, in window: inout SampleWindow, at now: Timestamp
    ) {
        entries[probe]?.series.formUnion(series)
        for labels in series { window.markUnknown(labels, at: now) }
    }

    /// Takes over a batch.
    ///
    /// - Returns: the names of the metrics whose series changed, were lost or became unknown.
    package mutating func record(_ batch: ProbeBatch, in window: inout SampleWindow) -> Set<String> {
        var entry = entries[batch.probe] ?? Entry(targetLabels: batch.targetLabels)
        var touched: Set<String> = []
        var present: Set<Labels> = []
        for sample in batch.samples {
            present.insert(sample.labels)
            if let metric = sample.labels.metric { touched.insert(metric) }
        }
        for labels in entry.series where !present.contains(labels) {
            if let metric = labels.metric { touched.insert(metric) }
            switch batch.outcome {
            case .success: window.markStale(labels, at: batch.at)
            case .failure: window.markUnknown(labels, at: batch.at)
            }
        }
        window.append(batch.samples)
        entry.hasAnswered = true
        switch batch.outcome {
        case .success:
            entry.series = present
            entry.hasSucceeded = true
            entry.failure = nil
        case .failure(let reason, let message):
            // What it gave before stays known by name, so that it is unknown until the probe succeeds without it.
            entry.series.formUnion(present)
            entry.failure = "\(reason): \(message)"
        }
        entries[batch.probe] = entry
        return touched
    }

    /// Takes everything for unknown until its probe answers anew: the agent did not run for a while, so what it knows
    /// is old without any probe having failed.
    package mutating func forgetAnswers(in window: inout SampleWindow, reason: String, at now: Timestamp) {
        for id in entries.keys.sorted() {
            guard var entry = entries[id] else { continue }
            for labels in entry.series { window.markUnknown(labels, at: now) }
            entry.hasSucceeded = false
            entry.failure = reason
            entries[id] = entry
        }
    }

    /// Why the value behind an alert is unknown; nil where all that the rule reads is known.
    ///
    /// - Parameters:
    ///   - labels: the alert's. A series belongs to it where the two agree on every label that both have.
    ///   - selectors: the matchers of each selector of the rule.
    package func unknownReason(for labels: Labels, selectors: [[Matcher]], in window: SampleWindow) -> String? {
        for matchers in selectors {
            for series in window.unknown(matching: matchers) where series.agrees(with: labels) {
                return "no data for \(series)\(failureOf(series: series))"
            }
            for (id, entry) in entries where !entry.hasSucceeded && entry.targetLabels.agrees(with: labels) {
                let ofTarget = try? entry.targetLabels.map { try Matcher($0.name, .equal, $0.value) }
                guard let ofTarget, !window.hasSeries(matching: matchers + ofTarget) else { continue }
                return "probe \(id) has not succeeded since the start\(entry.failure.map { " (\($0))" } ?? "")"
            }
        }
        return nil
    }

    private func failureOf(series: Labels) -> String {
        let owner = entries.first { $0.value.failure != nil && $0.value.series.contains(series) }
        guard let owner, let failure = owner.value.failure else { return "" }
        return " (probe \(owner.key): \(failure))"
    }

    /// Every probe's id, sorted.
    package var ids: [String] { entries.keys.sorted() }

    /// The ids of those that have had a round, well or not, sorted.
    package var answered: [String] { entries.filter(\.value.hasAnswered).keys.sorted() }

    /// Each probe's last failure; a probe that is well, or has not run, has none.
    package var failures: [String: String] { entries.compactMapValues(\.failure) }

    /// Whether every probe has had its first round since the start, well or not.
    package var allHaveAnswered: Bool { entries.values.allSatisfy(\.hasAnswered) }
}

extension Labels {
    /// Whether two label sets agree on every name that both have, the metric's name left aside.
    func agrees(with other: Labels) -> Bool {
        for (name, value) in self where name != Labels.metricName {
            if let known = other[name], known != value { return false }
        }
        return true
    }
}
