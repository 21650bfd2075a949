import PromQL

/// Collects the samples of one round.
struct SampleList {
    let at: Timestamp
    private(set) var samples: [Sample] = []

    init(at: Timestamp) {
        self.at = at
    }

    /// Adds a sample; nil means that the value is not known, and adds nothing.
    mutating func add(_ metric: String, _ value: Double?, _ labels: [(String, String)] = []) {
        guard let value else { return }
        samples.append(Sample(labels: Labels([(Labels.metricName, metric)] + labels), value: value, at: at))
    }
}
