extension TemplateFunction {
    static let comparisons: [TemplateFunction] = [
        TemplateFunction("eq", 1...Int.max, .deep) { values, _ in
            if values.count == 1 { throw FunctionFailure("missing argument for comparison") }
            for other in values.dropFirst() where try equal(values[0], other) { return .bool(true) }
            return .bool(false)
        },
        TemplateFunction("ne", 2...2, .deep) { values, _ in .bool(!(try equal(values[0], values[1]))) },
        TemplateFunction("lt", 2...2, .deep) { values, _ in .bool(try less(values[0], values[1])) },
        TemplateFunction("le", 2...2, .deep) { values, _ in .bool(try lessOrEqual(values[0], values[1])) },
        // As in Go the opposite of the others, also for NaN.
        TemplateFunction("gt", 2...2, .deep) { values, _ in .bool(!(try lessOrEqual(values[0], values[1]))) },
        TemplateFunction("ge", 2...2, .deep) { values, _ in .bool(!(try less(values[0], values[1]))) },
    ]

    /// What can be compared by order, and by which kind.
    private enum Basic {
        case bool(Bool)
        case int(Int64)
        case double(Double)
        case string(String)
    }

    private static func basic(_ value: TemplateValue) -> Basic? {
        switch value {
        case .bool(let flag): .bool(flag)
        case .int(let number), .duration(let number): .int(number)
        case .calendar(let part): .int(part.number)
        case .double(let number): .double(number)
        case .string(let text): .string(text)
        case .null, .list, .map, .labels, .record, .time: nil
        }
    }

    private static let incompatible = FunctionFailure("incompatible types for comparison")
    private static let invalid = FunctionFailure("invalid type for comparison")

    private static func equal(_ one: TemplateValue, _ other: TemplateValue) throws(FunctionFailure) -> Bool {
        switch one {
        case .list, .map, .labels:
            throw FunctionFailure("non-comparable type \(one.typeName): \(GoPrinter.plain(one))")
        case .null, .bool, .int, .double, .string, .record, .time, .duration, .calendar: break
        }
        if one == .null || other == .null { return one == other }
        switch (basic(one), basic(other)) {
        case (.bool(let left), .bool(let right)): return left == right
        case (.int(let left), .int(let right)): return left == right
        case (.double(let left), .double(let right)): return left == right
        case (.string(let left), .string(let right)): return left.equalsInBytes(right)
        case (nil, nil): return one == other
        default: throw incompatible
        }
    }

    private static func less(_ one: TemplateValue, _ other: TemplateValue) throws(FunctionFailure) -> Bool {
        guard let left = basic(one), let right = basic(other) else { throw invalid }
        switch (left, right) {
        case (.int(let left), .int(let right)): return left < right
        case (.double(let left), .double(let right)): return left < right
        case (.string(let left), .string(let right)): return left.precedesInBytes(right)
        case (.bool, .bool): throw invalid
        default: throw incompatible
        }
    }

    private static func lessOrEqual(_ one: TemplateValue, _ other: TemplateValue) throws(FunctionFailure) -> Bool {
        if try less(one, other) { return true }
        return try equal(one, other)
    }
}
