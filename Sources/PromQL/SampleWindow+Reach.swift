extension SampleWindow {
    /// How far back rules look at each metric.
    package struct Reach: Hashable, Sendable {
        private var byMetric: [String: Duration] = [:]
        /// What selectors without an exact name look back.
        private var others = Duration.zero
        /// The metrics of which rules read more than the newest sample.
        private var ofThePast: Set<String> = []
        /// Whether a selector without an exact name does.
        private var allOfThePast = false

        package init() {}

        /// - Parameter expressions: those of all rules.
        package init(_ expressions: [Expression]) {
            for expression in expressions {
                for read in expression.reads {
                    if let metric = read.metric {
                        byMetric[metric] = max(byMetric[metric] ?? .zero, read.lookback)
                        if read.readsThePast { ofThePast.insert(metric) }
                    } else {
                        others = max(others, read.lookback)
                        if read.readsThePast { allOfThePast = true }
                    }
                }
            }
        }

        package func of(_ metric: String?) -> Duration {
            max(others, metric.flatMap { byMetric[$0] } ?? .zero)
        }

        /// The furthest that any rule looks back.
        package var longest: Duration { byMetric.values.reduce(others, max) }

        /// Whether a rule reads more of a metric than its newest sample.
        package func readsThePast(of metric: String?) -> Bool {
            allOfThePast || metric.map(ofThePast.contains) ?? false
        }
    }
}
