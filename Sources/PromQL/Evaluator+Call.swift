extension Evaluator {
    mutating func call(_ call: Call, at now: Int64) throws(EvaluationError) -> Value {
        let function = call.function
        switch function.body {
        case .each(let body):
            let elements = try vector(call.arguments[0], at: now)
            var parameters: [Double] = []
            for argument in call.arguments.dropFirst() { parameters.append(try scalar(argument, at: now)) }
            if function.name == "clamp", parameters[0] > parameters[1] { return .vector([]) }
            return .vector(try renamed(elements) { body($0.value, parameters) })
        case .over(let body): return .vector(try over(call, body, at: now))
        case .date(let body):
            guard let argument = call.arguments.first else {
                return .vector([VectorElement(labels: Labels(), value: body(Timestamp(milliseconds: now).civil))])
            }
            let elements = try vector(argument, at: now)
            return .vector(
                try renamed(elements) { element in
                    guard element.value.isFinite, abs(element.value) < 9e12 else { return .nan }
                    return body(Timestamp(milliseconds: Int64(element.value.rounded(.towardZero)) * 1_000).civil)
                })
        case .special(let special): return try self.special(special, call, at: now)
        }
    }

    private mutating func over(
        _ call: Call, _ body: (RangeInput) -> Double?, at now: Int64
    ) throws(EvaluationError) -> [VectorElement] {
        var parameters: [Double] = []
        var ranges: Ranges?
        for argument in call.arguments {
            if argument.type == .matrix {
                ranges = try self.ranges(of: argument, at: now)
            } else {
                parameters.append(try scalar(argument, at: now))
            }
        }
        guard let ranges else { throw EvaluationError("a range vector is missing") }
        note(call, ranges.series, parameters)
        if call.function.name == "double_exponential_smoothing", !ranges.series.isEmpty {
            for (name, value) in zip(["smoothing", "trend"], parameters) where !(value > 0 && value < 1) {
                throw EvaluationError(
                    "invalid \(name) factor. Expected: 0 < \(name.prefix(1))f < 1, got: \(PlainNumber.text(value))")
            }
        }
        var result: [VectorElement] = []
        for series in ranges.series {
            let input = RangeInput(
                points: series.points, start: ranges.start, end: ranges.end, now: now, parameters: parameters)
            guard let value = body(input) else { continue }
            result.append(VectorElement(labels: series.labels, value: value, dropsName: series.dropsName))
        }
        return call.function.keepsName ? try unique(result) : try renamed(result, \.value)
    }

    /// Says what is probably not meant, as Prometheus does.
    private mutating func note(_ call: Call, _ series: [RangeSeries], _ parameters: [Double]) {
        switch call.function.name {
        case "rate", "increase":
            for metric in Set(series.compactMap(\.labels.metric))
            where !["_total", "_sum", "_count", "_bucket"].contains(where: metric.hasSuffix) {
                statistics.inform(
                    "metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "
                        + "\"\(metric.escapedForQuotes)\"", at: call.places[0])
            }
        case "quantile_over_time":
            if !series.isEmpty { check(quantile: parameters[0], at: call.places[0]) }
        default: break
        }
    }

    private mutating func special(
        _ special: Function.Special, _ call: Call, at now: Int64
    ) throws(EvaluationError) -> Value {
        switch special {
        case .time: return .scalar(Double(now) / 1_000)
        case .pi: return .scalar(.pi)
        case .vector: return .vector([VectorElement(labels: Labels(), value: try scalar(call.arguments[0], at: now))])
        case .scalar:
            let elements = try vector(call.arguments[0], at: now)
            return .scalar(elements.count == 1 ? elements[0].value : .nan)
        case .absent:
            let elements = try vector(call.arguments[0], at: now)
            guard elements.isEmpty else { return .vector([]) }
            return .vector([VectorElement(labels: Self.labels(ofAbsent: call.arguments[0]), value: 1)])
        case .absentOverTime:
            let ranges = try self.ranges(of: call.arguments[0], at: now)
            guard ranges.series.isEmpty else { return .vector([]) }
            return .vector([VectorElement(labels: Self.labels(ofAbsent: call.arguments[0]), value: 1)])
        case .sort, .sortDescending:
            let elements = try vector(call.arguments[0], at: now)
            return .vector(
                elements.sorted { one, other in
                    if one.value.isNaN || other.value.isNaN { return !one.value.isNaN && other.value.isNaN }
                    return special == .sort ? one.value < other.value : one.value > other.value
                })
        case .timestamp: return .vector(try timestamps(call.arguments[0], at: now))
        case .labelReplace: return .vector(try labelReplace(call, at: now))
        case .labelJoin: return .vector(try labelJoin(call, at: now))
        case .histogramQuantile:
            let phi = try scalar(call.arguments[0], at: now)
            let elements = try vector(call.arguments[1], at: now)
            if !elements.isEmpty { check(quantile: phi, at: call.places[0]) }
            return .vector(try histogramQuantile(phi, elements, at: call.places[1]))
        case .histogramFraction:
            let lower = try scalar(call.arguments[0], at: now)
            let upper = try scalar(call.arguments[1], at: now)
            let elements = try vector(call.arguments[2], at: now)
            return .vector(try histogramFraction(from: lower, to: upper, elements, at: call.places[2]))
        }
    }

    /// What `absent` knows of the missing series: the labels that its selector demands, each once.
    private static func labels(ofAbsent node: Node) -> Labels {
        let matchers: [Matcher]
        switch node {
        case .selector(let selector), .range(let selector, _): matchers = selector.matchers
        case .number, .string, .subquery, .negate, .binary, .aggregate, .call: return Labels()
        }
        var labels = Labels()
        var exact: Set<String> = []
        for matcher in matchers where matcher.name != Labels.metricName {
            let isFirst = matcher.operation == .equal && exact.insert(matcher.name).inserted
            labels = labels.setting(matcher.name, isFirst ? matcher.value : nil)
        }
        return labels
    }

    private mutating func timestamps(_ node: Node, at now: Int64) throws(EvaluationError) -> [VectorElement] {
        if case .selector(let selector) = node {
            let found = try instant(selector, at: now)
            return try renamed(
                found.map { VectorElement(labels: $0.element.labels, value: Double($0.time) / 1_000) }, \.value)
        }
        return try renamed(try vector(node, at: now)) { _ in Double(now) / 1_000 }
    }

    private mutating func labelReplace(_ call: Call, at now: Int64) throws(EvaluationError) -> [VectorElement] {
        let elements = try vector(call.arguments[0], at: now)
        let destination = try string(call.arguments[1], at: now)
        let replacement = try string(call.arguments[2], at: now)
        let source = try string(call.arguments[3], at: now)
        let pattern = try string(call.arguments[4], at: now)
        guard destination.isLabelName else {
            throw EvaluationError("invalid destination label name in label_replace(): \(destination)")
        }
        let expression: RegularExpression
        do {
            expression = try RegularExpression(pattern, dotMatchesNewline: true)
        } catch {
            throw EvaluationError("invalid regular expression in label_replace(): \(pattern)")
        }
        return try unique(
            elements.map { element in
                guard let captures = expression.captures(ofWhole: element.labels[source] ?? "") else { return element }
                let value = expression.expand(replacement, captures: captures)
                return Self.relabelled(element, destination, value)
            })
    }

    /// A name that is given anew stays.
    private static func relabelled(_ element: VectorElement, _ name: String, _ value: String) -> VectorElement {
        VectorElement(
            labels: element.labels.setting(name, value), value: element.value,
            dropsName: element.dropsName && name != Labels.metricName)
    }

    private mutating func labelJoin(_ call: Call, at now: Int64) throws(EvaluationError) -> [VectorElement] {
        let elements = try vector(call.arguments[0], at: now)
        let destination = try string(call.arguments[1], at: now)
        let separator = try string(call.arguments[2], at: now)
        var sources: [String] = []
        for argument in call.arguments.dropFirst(3) { sources.append(try string(argument, at: now)) }
        guard destination.isLabelName else {
            throw EvaluationError("invalid destination label name in label_join(): \(destination)")
        }
        guard sources.allSatisfy(\.isLabelName) else {
            throw EvaluationError("invalid source label name in label_join()")
        }
        return try unique(
            elements.map { element in
                let value = sources.map { element.labels[$0] ?? "" }.joined(separator: separator)
                return Self.relabelled(element, destination, value)
            })
    }
}
