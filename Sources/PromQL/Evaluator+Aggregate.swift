extension Evaluator {
    mutating func aggregate(_ aggregation: Aggregation, at now: Int64) throws(EvaluationError) -> [VectorElement] {
        var elements = try vector(aggregation.inner, at: now)
        var number = Double.nan
        var label = ""
        if let parameter = aggregation.parameter {
            if aggregation.operation.parameter == .string {
                label = try string(parameter, at: now)
                guard label.isLabelName else { throw EvaluationError("invalid label name \"\(label)\"") }
                // The value becomes a label before the groups are made: `without` may take it away again.
                for index in elements.indices {
                    let text = PlainNumber.text(elements[index].value)
                    elements[index].labels = elements[index].labels.setting(label, text)
                }
            } else {
                number = try scalar(parameter, at: now)
                try check(number, of: aggregation.operation)
                if aggregation.operation == .quantile, !elements.isEmpty {
                    check(quantile: number, at: aggregation.parameterPlace)
                }
            }
        }
        var order: [Labels] = []
        var groups: [Labels: [VectorElement]] = [:]
        for element in elements {
            let key =
                aggregation.isWithout
                ? element.labels.dropping(aggregation.labels + [Labels.metricName])
                : element.labels.keeping(label.isEmpty ? aggregation.labels : aggregation.labels + [label])
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(element)
        }
        var result: [VectorElement] = []
        for key in order {
            let members = groups[key] ?? []
            let reduced = reduce(aggregation, key, members, number: number)
            result +=
                limits.delaysNameRemoval && aggregation.operation.makesElements && members.contains(where: \.dropsName)
                ? reduced.map { VectorElement(labels: $0.labels, value: $0.value, dropsName: true) } : reduced
        }
        return result
    }

    /// How many elements `topk` and `bottomk` keep must be a whole number.
    private func check(_ count: Double, of operation: Aggregation.Operation) throws(EvaluationError) {
        guard operation == .topk || operation == .bottomk else { return }
        guard !count.isNaN else { throw EvaluationError("Parameter value is NaN") }
        guard abs(count) < 9.2e18 else { throw EvaluationError("Scalar value \(count) overflows int64") }
    }

    /// Outside of 0…1 a quantile is infinite, which is seldom meant.
    mutating func check(quantile: Double, at place: ExpressionPlace?) {
        guard let place, !(0...1).contains(quantile) else { return }
        statistics.warn("quantile value should be between 0 and 1, got \(PlainNumber.text(quantile))", at: place)
    }

    private func reduce(
        _ aggregation: Aggregation, _ key: Labels, _ elements: [VectorElement], number: Double
    ) -> [VectorElement] {
        let values = elements.map(\.value)
        let one: Double
        switch aggregation.operation {
        case .sum: one = values.kahanSum
        case .avg: one = values.mean
        case .min: one = values.prometheusMin ?? .nan
        case .max: one = values.prometheusMax ?? .nan
        case .count, .countValues: one = Double(values.count)
        case .group: one = 1
        case .stddev: one = values.variance.squareRoot()
        case .stdvar: one = values.variance
        case .quantile: one = values.quantile(number)
        case .topk, .bottomk: return extremes(aggregation.operation, elements, count: number)
        }
        return [VectorElement(labels: key, value: one)]
    }

    private func extremes(
        _ operation: Aggregation.Operation, _ elements: [VectorElement], count: Double
    ) -> [VectorElement] {
        let isTop = operation == .topk
        let ordered = elements.sorted { one, other in
            // NaN is the last choice of both.
            if one.value.isNaN || other.value.isNaN { return !one.value.isNaN && other.value.isNaN }
            return isTop ? one.value > other.value : one.value < other.value
        }
        return Array(ordered.prefix(max(0, Int(count))))
    }
}

extension String {
    /// Whether it can name a label: any text but the empty one, since Prometheus 3 takes UTF-8 names.
    var isLabelName: Bool { !isEmpty }
}
