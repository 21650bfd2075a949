package import Alerting
package import PromQL

/// Runs one round of a probe under its deadline and makes it a batch.
package struct ProbeRunner {
    /// Runs one round.
    ///
    /// Every sample gets the probe's target labels; a label of the same name that the sample has already is kept as
    /// `exported_…`, as Prometheus does. Added are `probe_up` (1 or 0), `probe_duration_seconds` and, after a failure,
    /// `probe_failure{reason}`. When the deadline passes, the round is cancelled (a statement on the server too) and
    /// has failed with `deadline`.
    ///
    /// - Parameters:
    ///   - now: the agent's time; read once, at the start.
    ///   - clock: what the duration and the deadline are measured with.
    package static func run(
        _ probe: any Probe, now: () -> Timestamp, clock: any Clock<Duration> = ContinuousClock()
    ) async -> ProbeBatch {
        let at = now()
        let (result, duration) = await measure(probe, at: at, clock: clock)
        var samples = result.samples.map { $0.labelled(with: probe.targetLabels) }
        func add(_ metric: String, _ value: Double, _ extra: [(String, String)] = []) {
            let labels = Labels([(Labels.metricName, metric), ("probe", probe.id)] + extra)
            samples.append(Sample(labels: labels.merging(probe.targetLabels), value: value, at: at))
        }
        add("probe_up", result.failure == nil ? 1 : 0)
        add("probe_duration_seconds", duration / .seconds(1))
        if let failure = result.failure { add("probe_failure", 1, [("reason", failure.reason.rawValue)]) }
        let outcome = result.failure.map {
            ProbeBatch.Outcome.failure(reason: $0.reason.rawValue, message: $0.message)
        }
        return ProbeBatch(
            probe: probe.id, targetLabels: probe.targetLabels, at: at, duration: duration,
            outcome: outcome ?? .success, samples: samples)
    }

    private static func measure(
        _ probe: any Probe, at: Timestamp, clock: some Clock<Duration>
    ) async -> (ProbeResult, Duration) {
        let start = clock.now
        let result = await withTaskGroup(of: ProbeResult?.self) { group in
            group.addTask { await probe.sample(at: at) }
            group.addTask {
                // Cancelled as soon as the probe has answered.
                try? await clock.sleep(until: start.advanced(by: probe.deadline), tolerance: nil)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        return (result ?? unanswered(probe, at: at), start.duration(to: clock.now))
    }

    private static func unanswered(_ probe: any Probe, at: Timestamp) -> ProbeResult {
        let samples = probe.samplesWithoutAnswer(at: at)
        if Task.isCancelled {
            return ProbeResult(
                samples: samples, failure: ProbeFailure(.cancelled, "\(probe.id): the agent is stopping"))
        }
        let message = """
            \(probe.id): no answer within \(probe.deadline.promQL), so the round was cancelled; look why the target is \
            slow, or raise `timeout` in its settings
            """
        return ProbeResult(samples: samples, failure: ProbeFailure(.deadline, message))
    }
}

extension Sample {
    /// The sample with the target's labels; a label that it overrules stays as `exported_…`.
    func labelled(with target: Labels) -> Sample {
        var merged = labels
        for (name, value) in target {
            if let own = labels[name] { merged = merged.setting("exported_\(name)", own) }
            merged = merged.setting(name, value)
        }
        return Sample(labels: merged, value: value, at: at)
    }
}
