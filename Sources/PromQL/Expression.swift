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

    /// The matchers of every selector in it, the metric's name among them, in the order of the text.
    package var selectors: [[Matcher]] { allSelectors.map(\.matchers) }

    /// The matchers, where the whole expression is one plain selector such as `up{job="x"}`; else nil.
    package var selectorMatchers: [Matcher]? {
        guard case .selector(let selector) = root, selector.offset == nil, selector.at == nil else { return nil }
        return selector.matchers
    }

    private var allSelectors: [Selector] {
        var all: [Selector] = []
        root.visit { node in
            switch node {
            case .selector(let selector), .range(let selector, _): all.append(selector)
            case .number, .string, .subquery, .negate, .binary, .aggregate, .call: break
            }
        }
        return all.sorted { $0.ordinal < $1.ordinal }
    }

    /// The places in `selectors` of those that a rule may well never find: what `absent` looks for.
    package var selectorsOfAbsent: Set<Int> {
        var found: Set<Int> = []
        root.visit { node in
            guard case .call(let call) = node else { return }
            switch call.function.body {
            case .special(.absent), .special(.absentOverTime):
                node.visit { inner in
                    switch inner {
                    case .selector(let selector), .range(let selector, _): found.insert(selector.ordinal)
                    case .number, .string, .subquery, .negate, .binary, .aggregate, .call: break
                    }
                }
            case .special, .each, .over, .date: break
            }
        }
        return found
    }

    /// What it reads: the metric of each selector, nil where it names none exactly, how far back from the evaluation's
    /// time, and whether more of it than the newest sample.
    package var reads: [(metric: String?, lookback: Duration, readsThePast: Bool)] {
        spans.map { span in
            let name = span.selector.matchers.first { $0.name == Labels.metricName && $0.operation == .equal }
            return (name?.value, .milliseconds(span.back), span.history > 0)
        }
    }

    /// Each selector with how far before and after the evaluation's time it reads, in milliseconds.
    private var spans: [Node.Span] {
        var spans: [Node.Span] = []
        root.collect(back: 0, ahead: 0, into: &spans)
        return spans
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
    package var lookback: Duration { reads.map(\.lookback).max() ?? .zero }

    /// How much of the past its ranges, offsets and subqueries need; zero where it reads only the newest samples.
    package var history: Duration { pasts.map(\.history).max() ?? .zero }

    /// The matchers of each selector, and how much of the past the ranges, offsets and subqueries around it need.
    package var pasts: [(matchers: [Matcher], history: Duration)] {
        spans.map { ($0.selector.matchers, .milliseconds(max(0, $0.history))) }
    }

    /// Whether its result can change without a new sample.
    package var dependsOnTime: Bool {
        var depends = false
        root.visit { node in
            switch node {
            case .range, .subquery: depends = true
            case .selector(let selector): if selector.offset != nil { depends = true }
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
        var statistics = EvaluationStatistics()
        return try evaluate(at: time, in: source, limits: limits, statistics: &statistics)
    }

    /// Computes it at one time.
    ///
    /// - Parameter statistics: what was read is added to it, also where the evaluation fails.
    package func evaluate(
        at time: Timestamp, in source: some SampleSource, limits: EvaluationLimits = EvaluationLimits(),
        statistics: inout EvaluationStatistics
    ) throws(EvaluationError) -> Value {
        var evaluator = Evaluator(source: source, limits: limits, start: time.milliseconds, end: time.milliseconds)
        evaluator.statistics = statistics
        defer { statistics = evaluator.statistics }
        return try evaluator.evaluateAll(root, at: time.milliseconds)
    }

    /// Computes it at each step from `from` to `through`.
    package func evaluateRange(
        from: Timestamp, through: Timestamp, step: Duration, in source: some SampleSource,
        limits: EvaluationLimits = EvaluationLimits()
    ) throws(EvaluationError) -> [RangeSeries] {
        var statistics = EvaluationStatistics()
        return try evaluateRange(
            from: from, through: through, step: step, in: source, limits: limits, statistics: &statistics)
    }

    /// Computes it at each step from `from` to `through`. The samples are read from the source once, not at each step.
    ///
    /// - Parameter statistics: what was read is added to it, also where the evaluation fails.
    /// - Returns: the series in order; those of `sort` too, since a range has no order by value.
    package func evaluateRange(
        from: Timestamp, through: Timestamp, step: Duration, in source: some SampleSource,
        limits: EvaluationLimits = EvaluationLimits(), statistics: inout EvaluationStatistics
    ) throws(EvaluationError) -> [RangeSeries] {
        guard step.milliseconds > 0 else { throw EvaluationError("the step must be longer than zero") }
        guard type == .scalar || type == .vector else {
            throw EvaluationError(
                "invalid expression type \"\(type.shown)\" for range query, must be Scalar or instant Vector")
        }
        let (start, end) = (from.milliseconds, through.milliseconds)
        let prefetched = PrefetchedSource(
            source, reads: spans.map { $0.read(from: start, through: end) })
        var evaluator = Evaluator(source: prefetched, limits: limits, start: start, end: end)
        evaluator.statistics = statistics
        defer { statistics = evaluator.statistics }
        var points: [Labels: [Point]] = [:]
        var moment = start
        while moment <= end {
            switch try evaluator.evaluateAll(root, at: moment) {
            case .scalar(let value): points[Labels(), default: []].append(Point(time: moment, value: value))
            case .vector(let vector):
                for element in vector {
                    points[element.labels, default: []].append(Point(time: moment, value: element.value))
                }
            case .matrix, .string: break
            }
            moment += step.milliseconds
        }
        return points.map { RangeSeries(labels: $0.key, points: $0.value) }.sorted { $0.labels < $1.labels }
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

    /// A selector, and how far before and after the evaluation's time it reads, in milliseconds.
    struct Span {
        let selector: Selector
        let back: Int64
        let ahead: Int64
        /// Of `back` what is more than the look back of an instant selector.
        let history: Int64
        /// Where `@` ties the selector, or a subquery around it, to a time of its own.
        var at: AtModifier?

        /// The time that the selector reads over all steps of a range evaluation: the left end is left out.
        func read(from: Int64, through: Int64) -> (matchers: [Matcher], after: Int64, through: Int64) {
            switch at {
            case nil: (selector.matchers, from - back, through + ahead)
            case .time(let time): (selector.matchers, time - back, time + ahead)
            case .start: (selector.matchers, from - back, from + ahead)
            case .end: (selector.matchers, through - back, through + ahead)
            }
        }
    }

    /// Collects the selectors below, given how far the steps above lie from the evaluation's time.
    func collect(back: Int64, ahead: Int64, at: AtModifier? = nil, into spans: inout [Span]) {
        func add(_ selector: Selector, looking: Int64, isRange: Bool) {
            let offset = selector.offset ?? 0
            // What `@` fixes forgets the steps above.
            let (before, after) = selector.at == nil ? (back, ahead) : (0, 0)
            spans.append(
                Span(
                    selector: selector, back: before + looking + offset, ahead: max(0, after - offset),
                    history: before + offset + (isRange ? looking : 0), at: selector.at ?? at))
        }
        switch self {
        case .number, .string: break
        case .selector(let selector): add(selector, looking: 300_000, isRange: false)
        case .range(let selector, let range): add(selector, looking: range, isRange: true)
        case .subquery(let subquery):
            let offset = subquery.offset ?? 0
            let (before, after) = subquery.at == nil ? (back, ahead) : (0, 0)
            subquery.inner.collect(
                back: before + subquery.range + offset, ahead: max(0, after - offset), at: subquery.at ?? at,
                into: &spans)
        case .negate(let inner): inner.collect(back: back, ahead: ahead, at: at, into: &spans)
        case .binary(let operation):
            operation.left.collect(back: back, ahead: ahead, at: at, into: &spans)
            operation.right.collect(back: back, ahead: ahead, at: at, into: &spans)
        case .aggregate(let aggregation):
            aggregation.inner.collect(back: back, ahead: ahead, at: at, into: &spans)
            aggregation.parameter?.collect(back: back, ahead: ahead, at: at, into: &spans)
        case .call(let call):
            for argument in call.arguments { argument.collect(back: back, ahead: ahead, at: at, into: &spans) }
        }
    }
}
