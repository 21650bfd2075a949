import PromQL
import Settings

/// Compares what an expression gives with an entry of `promql_expr_test`.
struct ExpressionCheck {
    /// The resolution of subqueries that name none.
    let step: Duration
    let comparesFuzzily: Bool

    /// What is wrong; nil where nothing is.
    func failure(
        _ expectation: ExpressionExpectation, start: Timestamp, in source: some SampleSource
    ) -> RuleTestReport.Failure? {
        let found: [VectorElement]
        do {
            let limits = EvaluationLimits(subqueryStep: step)
            switch try expectation.expression.evaluate(
                at: start + expectation.evalTime, in: source, limits: limits)
            {
            case .vector(let elements): found = elements
            case .scalar(let value): found = [VectorElement(labels: Labels(), value: value)]
            case .matrix, .string: return failure(expectation, ["it gives neither a vector nor a number"])
            }
        } catch {
            return failure(expectation, ["it can't be evaluated: \(error)"])
        }
        let difference = Difference(expectation.samples, found.sorted { $0.labels < $1.labels }) {
            $0.labels == $1.labels && isEqual($0.value, $1.value)
        }
        guard !difference.isEmpty else { return nil }
        var lines = difference.lines(
            expected: { ["\($0.labels) \(Shown.number($0.value))"] },
            found: { ["\($0.labels) \(Shown.number($0.value))"] })
        if difference.missing.contains(where: \.value.isNaN) {
            lines.append("NaN equals nothing, as in promtool; look for it with `x != x`")
        }
        return failure(expectation, lines)
    }

    private func failure(_ expectation: ExpressionExpectation, _ lines: [String]) -> RuleTestReport.Failure {
        RuleTestReport.Failure(
            location: expectation.location,
            title: "`\(expectation.expression.text)` at \(expectation.evalTime.promQL)", difference: lines)
    }

    private func isEqual(_ one: Double, _ other: Double) -> Bool {
        one == other || comparesFuzzily && (one.nextUp == other || one.nextDown == other)
    }
}
