#if canImport(Glibc)
    import Glibc
#endif

extension Evaluator {
    mutating func binary(_ operation: BinaryOperation, at now: Int64) throws(EvaluationError) -> Value {
        let left = try evaluate(operation.left, at: now)
        let right = try evaluate(operation.right, at: now)
        switch (left, right) {
        case (.scalar(let one), .scalar(let other)):
            return .scalar(Self.compute(operation.operation, one, other).result)
        case (.vector(let elements), .scalar(let number)):
            return .vector(try withScalar(operation, elements, number, scalarIsLeft: false))
        case (.scalar(let number), .vector(let elements)):
            return .vector(try withScalar(operation, elements, number, scalarIsLeft: true))
        case (.vector(let one), .vector(let other)):
            if operation.operation.isSet { return .vector(set(operation, one, other)) }
            return .vector(try match(operation, one, other))
        default: throw EvaluationError("`\(operation.operation.rawValue)` between things that are no numbers")
        }
    }

    /// The number an operator gives, and whether a comparison holds. A comparison gives 1 or 0.
    static func compute(_ operation: BinaryOperator, _ one: Double, _ other: Double) -> (result: Double, holds: Bool) {
        func comparison(_ holds: Bool) -> (Double, Bool) { (holds ? 1 : 0, holds) }
        switch operation {
        case .add: return (one + other, true)
        case .subtract: return (one - other, true)
        case .multiply: return (one * other, true)
        case .divide: return (one / other, true)
        case .modulo: return (fmod(one, other), true)
        case .power: return (pow(one, other), true)
        case .atan2: return (Glibc.atan2(one, other), true)
        case .equal: return comparison(one == other)
        case .notEqual: return comparison(one != other)
        case .greater: return comparison(one > other)
        case .less: return comparison(one < other)
        case .greaterOrEqual: return comparison(one >= other)
        case .lessOrEqual: return comparison(one <= other)
        case .and, .or, .unless: return (.nan, false)
        }
    }

    private func withScalar(
        _ operation: BinaryOperation, _ elements: [VectorElement], _ number: Double, scalarIsLeft: Bool
    ) throws(EvaluationError) -> [VectorElement] {
        let filters = operation.operation.isComparison && !operation.returnsBool
        func compute(_ value: Double) -> (result: Double, holds: Bool) {
            scalarIsLeft
                ? Self.compute(operation.operation, number, value) : Self.compute(operation.operation, value, number)
        }
        if filters { return elements.filter { compute($0.value).holds } }
        return try renamed(elements) { compute($0.value).result }
    }

    private func signature(_ labels: Labels, _ operation: BinaryOperation) -> Labels {
        operation.isOn ? labels.keeping(operation.labels) : labels.dropping(operation.labels + [Labels.metricName])
    }

    private func set(_ operation: BinaryOperation, _ one: [VectorElement], _ other: [VectorElement]) -> [VectorElement]
    {
        switch operation.operation {
        case .and:
            let known = Set(other.map { signature($0.labels, operation) })
            return one.filter { known.contains(signature($0.labels, operation)) }
        case .unless:
            let known = Set(other.map { signature($0.labels, operation) })
            return one.filter { !known.contains(signature($0.labels, operation)) }
        default:
            let known = Set(one.map { signature($0.labels, operation) })
            return one + other.filter { !known.contains(signature($0.labels, operation)) }
        }
    }

    private func match(
        _ operation: BinaryOperation, _ one: [VectorElement], _ other: [VectorElement]
    ) throws(EvaluationError) -> [VectorElement] {
        // Nothing can match, so nothing is looked at, and duplicates are no mistake.
        if one.isEmpty || other.isEmpty { return [] }
        let isSwapped = operation.group == .right
        let (many, single) = isSwapped ? (other, one) : (one, other)
        var bySignature: [Labels: VectorElement] = [:]
        for element in single {
            let key = signature(element.labels, operation)
            if let known = bySignature.updateValue(element, forKey: key) {
                let side = isSwapped ? "left" : "right"
                let both = [known.labels, element.labels].sorted().map(\.braced).joined(separator: ", ")
                throw EvaluationError(
                    "found duplicate series for the match group \(key) on the \(side) hand-side of the operation: "
                        + "[\(both)];many-to-many matching not allowed: matching labels must be "
                        + "unique on one side", column: operation.position + 1)
            }
        }
        let filters = operation.operation.isComparison && !operation.returnsBool
        var result: [VectorElement] = []
        var matched: Set<Labels> = []
        for element in many {
            let key = signature(element.labels, operation)
            guard let partner = bySignature[key] else { continue }
            let (left, right) = isSwapped ? (partner.value, element.value) : (element.value, partner.value)
            let (value, holds) = Self.compute(operation.operation, left, right)
            if operation.group == nil, !matched.insert(key).inserted {
                throw EvaluationError(
                    "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)",
                    column: operation.position + 1)
            }
            if filters && !holds { continue }
            let labels = resultLabels(operation, many: element.labels, single: partner.labels)
            let dropsName = limits.delaysNameRemoval && (operation.returnsBool || element.dropsName)
            result.append(VectorElement(labels: labels, value: filters ? left : value, dropsName: dropsName))
        }
        guard operation.group != nil || !filters else { return result }
        var seen: Set<Labels> = []
        for element in result where !seen.insert(element.labels).inserted {
            throw EvaluationError(
                "multiple matches for labels: grouping labels must ensure unique matches",
                column: operation.position + 1)
        }
        return result
    }

    private func resultLabels(_ operation: BinaryOperation, many: Labels, single: Labels) -> Labels {
        var labels = many
        if !operation.operation.isComparison || (operation.returnsBool && !limits.delaysNameRemoval) {
            labels = labels.droppingMetadata()
        }
        if operation.group == nil {
            return operation.isOn ? labels.keeping(operation.labels) : labels.dropping(operation.labels)
        }
        for name in operation.included { labels = labels.setting(name, single[name]) }
        return labels
    }
}
