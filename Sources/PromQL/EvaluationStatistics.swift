/// What an evaluation read: the evidence that a rule's selectors find something.
package struct EvaluationStatistics: Hashable, Sendable {
    /// Series that selectors found, each counted as often as it was read.
    package private(set) var seriesRead = 0
    package private(set) var samplesRead = 0
    /// The places of the selectors that found at least one series, as in `Expression.selectors`.
    package private(set) var matched: Set<Int> = []

    /// What is probably not meant, in Prometheus's words and with the place: «quantile value should be between 0 and 1».
    package private(set) var warnings: Set<String> = []
    /// What may be meant and often is not: `rate` of a metric that does not look like a counter.
    package private(set) var infos: Set<String> = []

    package init() {}

    mutating func warn(_ message: String, at place: ExpressionPlace) {
        warnings.insert("PromQL warning: \(message) (\(place))")
    }

    mutating func inform(_ message: String, at place: ExpressionPlace) {
        infos.insert("PromQL info: \(message) (\(place))")
    }

    mutating func note(_ selector: Selector, series: Int, samples: Int) {
        guard series > 0 else { return }
        seriesRead += series
        samplesRead += samples
        matched.insert(selector.ordinal)
    }
}
