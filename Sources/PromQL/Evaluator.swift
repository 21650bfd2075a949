/// Computes a tree at one time.
struct Evaluator<Source: SampleSource> {
    let source: Source
    let limits: EvaluationLimits
    /// What `start()` and `end()` stand for, in milliseconds.
    let start: Int64
    let end: Int64
    var samplesRead = 0
    var statistics = EvaluationStatistics()

    /// How far an instant selector looks back, in milliseconds; the bound itself is left out, as in Prometheus 3.
    static var lookback: Int64 { 300_000 }

    init(source: Source, limits: EvaluationLimits, start: Int64, end: Int64) {
        self.source = source
        self.limits = limits
        self.start = start
        self.end = end
    }

    /// Computes the whole: as `evaluate`, and takes away the names that were kept until now.
    mutating func evaluateAll(_ node: Node, at now: Int64) throws(EvaluationError) -> Value {
        let value = try evaluate(node, at: now)
        guard limits.delaysNameRemoval else { return value }
        switch value {
        case .scalar, .string: return value
        case .vector(let elements):
            return .vector(
                try unique(
                    elements.map { element in
                        VectorElement(
                            labels: element.dropsName ? element.labels.droppingMetadata() : element.labels,
                            value: element.value)
                    }))
        case .matrix(let series):
            return .matrix(
                series.map { one in
                    RangeSeries(
                        labels: one.dropsName ? one.labels.droppingMetadata() : one.labels, points: one.points)
                })
        }
    }

    mutating func evaluate(_ node: Node, at now: Int64) throws(EvaluationError) -> Value {
        switch node {
        case .number(let value): return .scalar(value)
        case .string(let text): return .string(text)
        case .selector(let selector): return .vector(try instant(selector, at: now).map(\.element))
        case .range(let selector, let range): return .matrix(try self.range(selector, range, at: now).series)
        case .subquery(let subquery): return .matrix(try self.subquery(subquery, at: now).series)
        case .negate(let inner):
            switch try evaluate(inner, at: now) {
            case .scalar(let value): return .scalar(-value)
            case .vector(let elements):
                return .vector(try renamed(elements) { -$0.value })
            case .matrix, .string: throw EvaluationError("a sign before something that is no number")
            }
        case .binary(let operation): return try binary(operation, at: now)
        case .aggregate(let aggregation): return .vector(try aggregate(aggregation, at: now))
        case .call(let call): return try self.call(call, at: now)
        }
    }

    // MARK: Selectors

    private func time(_ now: Int64, offset: Int64?, at: AtModifier?) -> Int64 {
        let base: Int64
        switch at {
        case nil: base = now
        case .time(let time): base = time
        case .start: base = start
        case .end: base = end
        }
        return base - (offset ?? 0)
    }

    mutating func count(_ samples: Int) throws(EvaluationError) {
        samplesRead += samples
        if samplesRead > limits.maxSamples {
            throw EvaluationError(
                "the query reads more than \(limits.maxSamples) samples; narrow its selectors or ranges")
        }
        if limits.isCancelled?() == true { throw EvaluationError(limits.whyCancelled) }
    }

    mutating func instant(
        _ selector: Selector, at now: Int64
    ) throws(EvaluationError) -> [(element: VectorElement, time: Int64)] {
        let time = time(now, offset: selector.offset, at: selector.at)
        let found = source.newest(
            selector.matchers, after: Timestamp(milliseconds: time - Self.lookback),
            through: Timestamp(milliseconds: time))
        try count(found.count)
        statistics.note(selector, series: found.count, samples: found.count)
        return found.compactMap { one in
            if StaleMarker.isStale(one.point.value) { return nil }
            return (VectorElement(labels: one.labels, value: one.point.value), one.point.time)
        }
    }

    /// A range with its ends: the series, and where the range begins and ends in time.
    struct Ranges {
        var series: [RangeSeries]
        var start: Int64
        var end: Int64
    }

    mutating func range(_ selector: Selector, _ range: Int64, at now: Int64) throws(EvaluationError) -> Ranges {
        let end = time(now, offset: selector.offset, at: selector.at)
        let slices = source.select(
            selector.matchers, after: Timestamp(milliseconds: end - range), through: Timestamp(milliseconds: end))
        var series: [RangeSeries] = []
        var read = 0
        for slice in slices {
            let hasStale = slice.samples.contains { StaleMarker.isStale($0.value) }
            let points =
                hasStale ? slice.samples.filter { !StaleMarker.isStale($0.value) } : Array(slice.samples)
            try count(points.count)
            read += points.count
            if !points.isEmpty { series.append(RangeSeries(labels: slice.labels, points: points)) }
        }
        statistics.note(selector, series: slices.count, samples: read)
        return Ranges(series: series, start: end - range, end: end)
    }

    mutating func subquery(_ subquery: Subquery, at now: Int64) throws(EvaluationError) -> Ranges {
        let last = time(now, offset: subquery.offset, at: subquery.at)
        let first = last - subquery.range
        let step = subquery.step ?? limits.subqueryStep.milliseconds
        // Steps are aligned to multiples of the resolution; the range is open at its left end.
        var moment = (first / step) * step
        while moment <= first { moment += step }
        var points: [Labels: [Point]] = [:]
        var dropping: Set<Labels> = []
        while moment <= last {
            switch try evaluate(subquery.inner, at: moment) {
            case .scalar(let value): points[Labels(), default: []].append(Point(time: moment, value: value))
            case .vector(let elements):
                for element in elements {
                    points[element.labels, default: []].append(Point(time: moment, value: element.value))
                    if element.dropsName { dropping.insert(element.labels) }
                }
            case .matrix, .string: throw EvaluationError("a subquery over something that is no instant vector")
            }
            try count(1)
            moment += step
        }
        var series = points.map { RangeSeries(labels: $0.key, points: $0.value) }.sorted { $0.labels < $1.labels }
        if !dropping.isEmpty {
            for index in series.indices { series[index].dropsName = dropping.contains(series[index].labels) }
        }
        return Ranges(series: series, start: first, end: last)
    }

    mutating func ranges(of node: Node, at now: Int64) throws(EvaluationError) -> Ranges {
        switch node {
        case .range(let selector, let range): return try self.range(selector, range, at: now)
        case .subquery(let subquery): return try self.subquery(subquery, at: now)
        case .number, .string, .selector, .negate, .binary, .aggregate, .call:
            throw EvaluationError("a range vector is missing")
        }
    }

    // MARK: Small tools

    mutating func vector(_ node: Node, at now: Int64) throws(EvaluationError) -> [VectorElement] {
        guard case .vector(let elements) = try evaluate(node, at: now) else {
            throw EvaluationError("an instant vector is missing")
        }
        return elements
    }

    mutating func scalar(_ node: Node, at now: Int64) throws(EvaluationError) -> Double {
        guard case .scalar(let value) = try evaluate(node, at: now) else {
            throw EvaluationError("a scalar is missing")
        }
        return value
    }

    mutating func string(_ node: Node, at now: Int64) throws(EvaluationError) -> String {
        guard case .string(let text) = try evaluate(node, at: now) else { throw EvaluationError("a string is missing") }
        return text
    }

    /// The elements with a value of their own each and without the metric's name, as most functions give them.
    func renamed(
        _ elements: [VectorElement], _ value: (VectorElement) throws(EvaluationError) -> Double
    ) throws(EvaluationError) -> [VectorElement] {
        var result: [VectorElement] = []
        result.reserveCapacity(elements.count)
        if limits.delaysNameRemoval {
            for element in elements {
                result.append(VectorElement(labels: element.labels, value: try value(element), dropsName: true))
            }
            return result
        }
        var losesMore = false
        for element in elements {
            let labels = element.labels.droppingMetadata()
            if labels.count + 1 < element.labels.count { losesMore = true }
            result.append(VectorElement(labels: labels, value: try value(element)))
        }
        return shareMetric(elements) && !losesMore ? result : try unique(result)
    }

    /// Whether all have one metric's name: then they still differ without it, and need not be compared.
    private func shareMetric(_ elements: [VectorElement]) -> Bool {
        guard let metric = elements.first?.labels.metric else { return elements.count < 2 }
        return elements.allSatisfy { $0.labels.metric == metric }
    }

    /// - Throws: where two elements have the same labels.
    func unique(_ elements: [VectorElement]) throws(EvaluationError) -> [VectorElement] {
        guard elements.count > 1 else { return elements }
        var seen: Set<Labels> = []
        for element in elements where !seen.insert(element.labels).inserted {
            throw EvaluationError("vector cannot contain metrics with the same labelset: \(element.labels)")
        }
        return elements
    }
}
