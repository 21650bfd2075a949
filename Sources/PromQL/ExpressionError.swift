/// Why an expression can't be used: what, where, and how to mend it.
package struct ExpressionError: Error, Hashable, Sendable, CustomStringConvertible {
    package let message: String
    /// From 1.
    package let line: Int
    /// From 1, in characters.
    package let column: Int
    /// How to mend it; nil where the message says enough.
    package let hint: String?
    /// What of Prometheus's language is not supported here; nil where the expression is wrong in Prometheus as well.
    package let refusal: Refusal?
    /// The whole expression.
    package let text: String

    package init(
        message: String, line: Int, column: Int, hint: String? = nil, refusal: Refusal? = nil, text: String
    ) {
        self.message = message
        self.refusal = refusal
        self.line = line
        self.column = column
        self.hint = hint
        self.text = text
    }

    package var description: String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let excerpt = lines.indices.contains(line - 1) ? String(lines[line - 1]) : ""
        let caret = String(repeating: " ", count: max(0, column - 1)) + "^"
        return "\(line):\(column): \(message)\n  \(excerpt)\n  \(caret)" + (hint.map { "\n  \($0)" } ?? "")
    }
}

/// Why an expression could not be evaluated on the samples at hand.
package struct EvaluationError: Error, Hashable, Sendable, CustomStringConvertible {
    package let message: String
    /// Where in the expression, from 1; nil where it is about the whole.
    package let column: Int?

    package init(_ message: String, column: Int? = nil) {
        self.message = message
        self.column = column
    }

    package var description: String { message }
}

/// What one evaluation may cost.
package struct EvaluationLimits: Sendable {
    /// The most samples that it may read, as Prometheus's `query.max-samples`.
    package var maxSamples: Int
    /// Asked now and then; true ends the evaluation.
    package var isCancelled: (@Sendable () -> Bool)?
    /// The error's words where `isCancelled` ended it.
    package var whyCancelled = "the query was cancelled"
    /// The resolution of subqueries that name none; in Prometheus the evaluation interval. At least a millisecond.
    package var subqueryStep: Duration
    /// Whether the metric's name goes only at the end, as with Prometheus's feature flag `promql-delayed-name-removal`:
    /// until then `label_replace` can still read it. Prometheus's own tests run with it; rules do without, as its server.
    package var delaysNameRemoval: Bool

    package init(
        maxSamples: Int = 50_000_000, subqueryStep: Duration = .seconds(60), delaysNameRemoval: Bool = false,
        isCancelled: (@Sendable () -> Bool)? = nil
    ) {
        self.maxSamples = maxSamples
        self.delaysNameRemoval = delaysNameRemoval
        self.subqueryStep = max(subqueryStep, .milliseconds(1))
        self.isCancelled = isCancelled
    }
}
