package import PromQL

/// What one probe or the recording rules gave at one time, of the metrics that rules read the past of. It is kept
/// outside of the process, so that ranges are filled again after a restart.
package struct RecordedRound: Hashable, Sendable {
    /// The probe's id; nil for recording rules.
    package let probe: String?
    package let at: Timestamp
    package let samples: [Sample]

    package init(probe: String?, at: Timestamp, samples: [Sample]) {
        self.probe = probe
        self.at = at
        self.samples = samples
    }
}
