/// A function that templates may call.
struct TemplateFunction: Sendable {
    typealias Body =
        @Sendable (_ arguments: [TemplateValue], _ environment: TemplateEnvironment) throws -> TemplateValue

    /// What a call costs beside its step.
    enum Cost: Sendable {
        /// It looks at its arguments once, and builds something new.
        case shallow
        /// It gives a part of what it got, so its result is bounded already.
        case part
        /// It walks through all that its arguments hold, to write them.
        case deep
        /// It looks at each byte several times.
        case expression
        /// It asks for data: a hundred of these are too many for one text.
        case query
    }

    let name: String
    let arity: ClosedRange<Int>
    let cost: Cost
    let body: Body

    init(_ name: String, _ arity: ClosedRange<Int>, _ cost: Cost = .shallow, _ body: @escaping Body) {
        self.name = name
        self.arity = arity
        self.cost = cost
        self.body = body
    }

    var shownArity: String {
        if arity.upperBound == Int.max { return "at least \(arity.lowerBound) arguments" }
        if arity.count == 1 { return arity.lowerBound == 1 ? "1 argument" : "\(arity.lowerBound) arguments" }
        return "\(arity.lowerBound) to \(arity.upperBound) arguments"
    }

    // MARK: Arguments

    static func wrongType(_ value: TemplateValue, _ expected: String) -> FunctionFailure {
        value == .null
            ? FunctionFailure("invalid value; expected \(expected)", isCall: false)
            : FunctionFailure("wrong type for value; expected \(expected); got \(value.typeName)", isCall: false)
    }

    static func text(_ value: TemplateValue) throws(FunctionFailure) -> String {
        guard case .string(let text) = value else { throw wrongType(value, "string") }
        return text
    }

    static func texts(_ value: TemplateValue) throws(FunctionFailure) -> [String] {
        guard case .list(let list) = value else { throw wrongType(value, "[]string") }
        var result: [String] = []
        for element in list.elements { result.append(try text(element)) }
        return result
    }

    static func time(_ value: TemplateValue) throws(FunctionFailure) -> TemplateTime {
        guard case .time(let time) = value else { throw wrongType(value, "time.Time") }
        return time
    }

    static func integer(_ value: TemplateValue, _ expected: String = "int") throws(FunctionFailure) -> Int64 {
        switch value {
        case .int(let number), .duration(let number): return number
        case .null, .bool, .double, .string, .list, .map, .labels, .record, .time, .calendar:
            throw wrongType(value, expected)
        }
    }

    /// A number, or a text that spells one; a duration counts in seconds.
    static func number(_ value: TemplateValue) throws(FunctionFailure) -> Double {
        switch value {
        case .int(let number): return Double(number)
        case .double(let number): return number
        case .duration(let nanoseconds): return Double(nanoseconds) / 1e9
        case .string(let text):
            guard let number = GoFloat.parse(text) else {
                throw FunctionFailure("strconv.ParseFloat: parsing \(GoText.quoted(text)): invalid syntax")
            }
            return number
        case .null, .bool, .list, .map, .labels, .record, .time, .calendar:
            throw FunctionFailure("can't convert \(value.typeName) to float")
        }
    }
}

/// What a function refuses, in its own words; the expander adds the place.
struct FunctionFailure: Error {
    let message: String
    /// Whether the function itself failed, and not the look at its arguments.
    let isCall: Bool

    init(_ message: String, isCall: Bool = true) {
        self.message = message
        self.isCall = isCall
    }
}
