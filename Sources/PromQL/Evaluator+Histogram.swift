/// Functions over classic histograms: series that count what is at most `le`.
extension Evaluator {
    /// One histogram: its own labels, the metric's name among them, and its buckets.
    private struct Histogram {
        let labels: Labels
        var buckets: ClassicBuckets

        /// As messages end.
        var suffix: String { labels.metric.map { " for metric name \"\($0.escapedForQuotes)\"" } ?? "" }
    }

    /// `histogram_quantile`: a quantile of each histogram among the elements.
    mutating func histogramQuantile(
        _ phi: Double, _ elements: [VectorElement], at place: ExpressionPlace
    ) throws(EvaluationError) -> [VectorElement] {
        var found: [VectorElement] = []
        for histogram in histograms(elements, at: place) {
            let (value, isForced) = histogram.buckets.quantile(phi)
            found.append(VectorElement(labels: histogram.labels, value: value))
            guard isForced else { continue }
            statistics.inform(
                "input to histogram_quantile needed to be fixed for monotonicity (see https://prometheus.io/docs/"
                    + "prometheus/latest/querying/functions/#histogram_quantile)\(histogram.suffix)", at: place)
        }
        return try renamed(found, \.value)
    }

    /// `histogram_fraction`: the share of observations between two values, of each histogram among the elements.
    mutating func histogramFraction(
        from lower: Double, to upper: Double, _ elements: [VectorElement], at place: ExpressionPlace
    ) throws(EvaluationError) -> [VectorElement] {
        try renamed(
            histograms(elements, at: place).map { histogram in
                VectorElement(labels: histogram.labels, value: histogram.buckets.fraction(from: lower, to: upper))
            }, \.value)
    }

    /// The elements by histogram, in order of their labels. What has no bound is said and left out.
    private mutating func histograms(_ elements: [VectorElement], at place: ExpressionPlace) -> [Histogram] {
        var groups: [Labels: Histogram] = [:]
        for element in elements {
            let text = element.labels["le"] ?? ""
            guard let bound = NumberText.parse(text) else {
                let metric = element.labels.metric.map { " for metric name \"\($0.escapedForQuotes)\"" } ?? ""
                statistics.warn(
                    "bucket label \"le\" is missing or has a malformed value of \"\(text.escapedForQuotes)\"\(metric)",
                    at: place)
                continue
            }
            let labels = element.labels.setting("le", nil)
            groups[labels, default: Histogram(labels: labels, buckets: ClassicBuckets())].buckets
                .add(bound: bound, count: element.value)
        }
        return groups.values.sorted { $0.labels < $1.labels }
    }
}
