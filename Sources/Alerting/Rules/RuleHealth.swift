package import PromQL

/// The evidence that a rule works: how its last evaluations went, and which of its selectors ever found a series.
package struct RuleHealth: Sendable, Hashable {
    /// One evaluation.
    package struct Evaluation: Sendable, Hashable {
        package let at: Timestamp
        /// How long it took; zero where nobody measured it.
        package let duration: Duration
        /// Series that its selectors found, each as often as it was read.
        package let seriesRead: Int
        package let samplesRead: Int
        package let seriesReturned: Int
        /// Why it failed; nil where it did not.
        package let error: String?
    }

    /// The last evaluations, oldest first; empty before the first.
    package private(set) var recent: [Evaluation] = []
    /// The places of the selectors that have never found a series since the rule was loaded, as in
    /// `Expression.selectors`; what `absent` looks for is left out.
    package private(set) var unmatched: Set<Int>
    /// When the rule was loaded.
    package let loadedAt: Timestamp

    init(of expression: Expression, loadedAt: Timestamp) {
        unmatched = Set(expression.selectors.indices).subtracting(expression.selectorsOfAbsent)
        self.loadedAt = loadedAt
    }

    package var last: Evaluation? { recent.last }

    /// - Parameter most: how many evaluations are kept.
    mutating func note(_ evaluation: Evaluation, matched: Set<Int>, keeping most: Int) {
        recent.append(evaluation)
        if recent.count > most { recent.removeFirst(recent.count - most) }
        if !unmatched.isEmpty { unmatched.subtract(matched) }
    }
}
