/// A compiled expression of PromQL.
package struct Expression: Sendable, CustomStringConvertible {
    package let text: String
    let root: Node

    /// Reads and checks the text.
    package init(_ text: String) throws(ExpressionError) {
        var parser = try Parser(text)
        self.text = text
        root = try parser.parse()
    }

    package var type: ValueType { root.type }
    package var description: String { text }

    /// The matchers of every selector in it, the metric's name among them.
    package var selectors: [[Matcher]] {
        var all: [[Matcher]] = []
        root.visit { node in
            switch node {
            case .selector(let selector), .range(let selector, _): all.append(selector.matchers)
            case .number, .string, .subquery, .negate, .binary, .aggregate, .call: break
            }
        }
        return all
    }

    /// The metrics it reads; nil where a selector does not name its metric exactly.
    package var metricNames: Set<String>? {
        var names: Set<String> = []
        for matchers in selectors {
            guard let name = matchers.first(where: { $0.name == Labels.metricName && $0.operation == .equal }) else {
                return nil
            }
            names.insert(name.value)
        }
        return names
    }

    /// How far back it can look at most: ranges, offsets, subqueries and the five minutes of an instant selector.
    package var lookback: Duration { .milliseconds(root.lookback) }

    /// Whether its result can change without a new sample.
    package var dependsOnTime: Bool {
        var depends = false
        root.visit { node in
            switch node {
            case .range, .subquery: depends = true
            case .selector(let selector): if selector.offset != 0 { depends = true }
            case .call(let call):
                switch call.function.body {
                case .date, .special(.time), .special(.absent), .special(.absentOverTime), .special(.timestamp):
                    depends = true
                case .each, .over, .special: break
                }
            case .number, .string, .negate, .binary, .aggregate: break
            }
        }
        return depends
    }

    /// Whether the root is a comparison that filters, without `bool`: a rule with levels must not have one, since what
    /// it leaves out looks like a series that is gone.
    package var isFilteringComparison: Bool {
        guard case .binary(let operation) = root else { return false }
        return operation.operation.isComparison && !operation.returnsBool && root.type == .vector
    }

    /// Computes it at one time.
    package func evaluate(
        at time: Timestamp, in source: some SampleSource, limits: EvaluationLimits = EvaluationLimits()
    ) throws(EvaluationError) -> Value {
        var evaluator = Evaluator(source: source, limits: limits, start: time.milliseconds, end: time.milliseconds)
        return try evaluator.evaluate(root, at: time.milliseconds)
    }

    /// Computes it at each step from `from` to `through`.
    package func evaluateRange(
        from: Timestamp, through: Timestamp, step: Duration, in source: some SampleSource,
        limits: EvaluationLimits = EvaluationLimits()
    ) throws(EvaluationError) -> [RangeSeries] {
        guard step.milliseconds > 0 else { throw EvaluationError("the step must be longer than zero") }
        var evaluator = Evaluator(source: source, limits: limits, start: from.milliseconds, end: through.milliseconds)
        var points: [Labels: [Point]] = [:]
        var order: [Labels] = []
        var moment = from.milliseconds
        while moment <= through.milliseconds {
            let elements: [VectorElement]
            switch try evaluator.evaluate(root, at: moment) {
            case .scalar(let value): elements = [VectorElement(labels: Labels(), value: value)]
            case .vector(let vector): elements = vector
            case .matrix, .string:
                throw EvaluationError(
                    "invalid expression type \"\(type.shown)\" for range query, must be Scalar or instant Vector")
            }
            for element in elements {
                if points[element.labels] == nil { order.append(element.labels) }
                points[element.labels, default: []].append(Point(time: moment, value: element.value))
            }
            moment += step.milliseconds
        }
        return order.map { RangeSeries(labels: $0, points: points[$0] ?? []) }
    }
}

extension Node {
    /// Calls the closure for this node and all below.
    func visit(_ body: (Node) -> Void) {
        body(self)
        switch self {
        case .number, .string, .selector, .range: break
        case .subquery(let subquery): subquery.inner.visit(body)
        case .negate(let inner): inner.visit(body)
        case .binary(let operation):
            operation.left.visit(body)
            operation.right.visit(body)
        case .aggregate(let aggregation):
            aggregation.inner.visit(body)
            aggregation.parameter?.visit(body)
        case .call(let call): for argument in call.arguments { argument.visit(body) }
        }
    }

    /// In milliseconds.
    var lookback: Int64 {
        switch self {
        case .number, .string: 0
        case .selector(let selector): 300_000 + max(0, selector.offset)
        case .range(let selector, let range): 300_000 + range + max(0, selector.offset)
        case .subquery(let subquery): subquery.range + max(0, subquery.offset) + subquery.inner.lookback
        case .negate(let inner): inner.lookback
        case .binary(let operation): max(operation.left.lookback, operation.right.lookback)
        case .aggregate(let aggregation): max(aggregation.inner.lookback, aggregation.parameter?.lookback ?? 0)
        case .call(let call): call.arguments.map(\.lookback).max() ?? 0
        }
    }
}
