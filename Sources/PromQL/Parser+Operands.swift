extension Parser {
    // MARK: Ranges, offset and @

    /// An operand with what follows it: `[5m]`, `[1h:5m]`, `offset 5m`, `@ 123`.
    mutating func postfix() throws(ExpressionError) -> Node {
        // Only a subquery goes after parentheses; a range, `offset` and `@` do not.
        var isInParentheses = isSymbol("(")
        var node = try operand()
        while true {
            if isSymbol("[") {
                node = try bracket(after: node, isInParentheses: isInParentheses)
                isInParentheses = false
            } else if isSymbol("@") {
                let place = current.offset
                advance()
                let modifier = try atModifier()
                if isInParentheses { throw misplaced("@", at: place) }
                try apply(at: modifier, to: &node, at: place)
            } else if keyword() == "offset" {
                let place = current.offset
                advance()
                let offset = try signedDuration()
                if isInParentheses { throw misplaced("offset", at: place) }
                try apply(offset: offset, to: &node, at: place)
            } else if let refusal = keyword().flatMap(Refusal.ofModifier) {
                throw refused(refusal)
            } else {
                return node
            }
        }
    }

    private func misplaced(_ modifier: String, at place: Int) -> ExpressionError {
        error("`\(modifier)` goes only after a selector or a subquery", at: place)
    }

    private mutating func bracket(after node: Node, isInParentheses: Bool) throws(ExpressionError) -> Node {
        let place = current.offset
        advance()
        let range = try bracketDuration("a range")
        guard range > 0 else { throw error("a range must be longer than zero", at: place) }
        if take(":") {
            var step: Int64?
            if !isSymbol("]") { step = try bracketDuration("a resolution") }
            try expect("]", "after the subquery")
            if let step, step <= 0 { throw error("a resolution must be longer than zero", at: place) }
            guard node.type == .vector || node.type == .scalar else {
                throw error("a subquery goes after an instant vector, not \(article(node.type))", at: place)
            }
            return .subquery(Subquery(inner: node, range: range, step: step))
        }
        try expect("]", "after the range")
        guard case .selector(let selector) = node, !isInParentheses else {
            throw error(
                "a range goes only after a selector", at: place,
                hint: "for other expressions write a subquery, such as [5m:]")
        }
        guard selector.offset == nil, selector.at == nil else {
            throw error("`offset` and `@` go after the range", at: place)
        }
        return .range(selector, range)
    }

    private mutating func apply(offset: Int64, to node: inout Node, at place: Int) throws(ExpressionError) {
        let present: Int64?
        switch node {
        case .selector(var selector):
            present = selector.offset
            selector.offset = offset
            node = .selector(selector)
        case .range(var selector, let range):
            present = selector.offset
            selector.offset = offset
            node = .range(selector, range)
        case .subquery(var subquery):
            present = subquery.offset
            subquery.offset = offset
            node = .subquery(subquery)
        case .number, .string, .negate, .binary, .aggregate, .call: throw misplaced("offset", at: place)
        }
        if let present, present != 0 { throw error("`offset` is given twice", at: place) }
    }

    private mutating func apply(at modifier: AtModifier, to node: inout Node, at place: Int) throws(ExpressionError) {
        let present: AtModifier?
        switch node {
        case .selector(var selector):
            present = selector.at
            selector.at = modifier
            node = .selector(selector)
        case .range(var selector, let range):
            present = selector.at
            selector.at = modifier
            node = .range(selector, range)
        case .subquery(var subquery):
            present = subquery.at
            subquery.at = modifier
            node = .subquery(subquery)
        case .number, .string, .negate, .binary, .aggregate, .call: throw misplaced("@", at: place)
        }
        if present != nil { throw error("`@` is given twice", at: place) }
    }

    private mutating func atModifier() throws(ExpressionError) -> AtModifier {
        if let word = keyword(), word == "start" || word == "end" {
            advance()
            try expect("(", "after `\(word)`")
            try expect(")", "after `\(word)(`")
            return word == "start" ? .start : .end
        }
        let isMinus = isSymbol("-")
        if isMinus || isSymbol("+") { advance() }
        let milliseconds: Int64
        switch current.kind {
        case .number(let seconds) where seconds.isFinite && abs(seconds) < 9e12:
            milliseconds = Int64((seconds * 1_000).rounded())
        // Since Prometheus 3 a duration is a number of seconds.
        case .duration(let duration): milliseconds = duration
        case .number, .identifier, .string, .symbol, .end:
            throw error("`@` takes a time in seconds, start() or end(), not \(current.shown)")
        }
        advance()
        return .time(isMinus ? -milliseconds : milliseconds)
    }

    private mutating func signedDuration() throws(ExpressionError) -> Int64 {
        let isMinus = isSymbol("-")
        if isMinus || isSymbol("+") { advance() }
        try refuseDurationExpression()
        let length = try duration("an offset")
        return isMinus ? -length : length
    }

    /// A duration in brackets, where everything but a plain one is a duration expression.
    private mutating func bracketDuration(_ what: String) throws(ExpressionError) -> Int64 {
        if isSymbol("-") || isSymbol("+") { throw refused(.durationExpression) }
        try refuseDurationExpression()
        let length = try duration(what)
        if ["+", "-", "*", "/", "%", "^"].contains(where: isSymbol) { throw refused(.durationExpression) }
        return length
    }

    /// Refuses what begins a duration expression: a parenthesis, or a call such as `step()`.
    private func refuseDurationExpression() throws(ExpressionError) {
        if isSymbol("(") { throw refused(.durationExpression) }
        guard case .identifier(let name) = current.kind, peek().kind == .symbol("(") else { return }
        if ["min", "max"].contains(name.lowercased()) { throw refused(.durationExpression) }
        if let refusal = Refusal.ofCall(name) { throw refused(refusal) }
    }

    /// A duration, or a number of seconds.
    private mutating func duration(_ what: String) throws(ExpressionError) -> Int64 {
        switch current.kind {
        case .duration(let milliseconds):
            advance()
            return milliseconds
        case .number(let seconds) where seconds.isFinite && abs(seconds) < 9e9:
            advance()
            return Int64((seconds * 1_000).rounded())
        case .number, .identifier, .string, .symbol, .end:
            throw error("expected \(what) such as 5m, found \(current.shown)")
        }
    }

    // MARK: Operands

    private mutating func operand() throws(ExpressionError) -> Node {
        let token = current
        switch token.kind {
        case .number(let value):
            advance()
            return .number(value)
        case .duration(let milliseconds):
            advance()
            return .number(Double(milliseconds) / 1_000)
        case .string(let text):
            advance()
            return .string(text)
        case .symbol("("):
            advance()
            let inner = try binary(above: 0)
            try expect(")", "to close the parenthesis")
            return inner
        case .symbol("{"):
            return try selector(name: nil)
        case .identifier(let name):
            return try named(name)
        case .symbol, .end:
            throw error("expected an expression, found \(token.shown)")
        }
    }

    private mutating func named(_ name: String) throws(ExpressionError) -> Node {
        let lower = name.lowercased()
        let opensCall = peek().kind == .symbol("(")
        if let operation = Aggregation.Operation(rawValue: lower), opensCall || isGrouping(peek()) {
            return try aggregation(operation)
        }
        if opensCall || isGrouping(peek()), let refusal = Refusal.ofCall(name) { throw refused(refusal) }
        if opensCall, !name.contains(":") { return try call(name) }
        if lower == "inf" || lower == "nan" {
            advance()
            return .number(lower == "inf" ? .infinity : .nan)
        }
        if BinaryOperator(rawValue: lower) != nil
            || ["bool", "on", "ignoring", "group_left", "group_right", "offset", "by", "without"].contains(lower)
        {
            throw error("expected an expression, found the keyword `\(name)`")
        }
        return try selector(name: name)
    }

    private func isGrouping(_ token: Token) -> Bool {
        guard case .identifier(let name) = token.kind else { return false }
        return ["by", "without"].contains(name.lowercased())
    }

    private mutating func aggregation(_ operation: Aggregation.Operation) throws(ExpressionError) -> Node {
        let place = current.offset
        advance()
        var result = Aggregation(operation: operation, inner: .number(0))
        var isGrouped = try grouping(of: &result)
        try expect("(", "after `\(operation.rawValue)`")
        if let wanted = operation.parameter {
            result.parameterPlace = ExpressionPlace(offset: current.offset, in: text)
            let parameter = try binary(above: 0)
            guard parameter.type == wanted else {
                throw error(
                    "the parameter of `\(operation.rawValue)` is a \(wanted.shown), not \(article(parameter.type))",
                    at: place)
            }
            result.parameter = parameter
            try expect(",", "after the parameter of `\(operation.rawValue)`")
        }
        result.inner = try binary(above: 0)
        guard result.inner.type == .vector else {
            throw error("`\(operation.rawValue)` takes an instant vector, not \(article(result.inner.type))", at: place)
        }
        try expect(")", "to close `\(operation.rawValue)(`")
        if !isGrouped { isGrouped = try grouping(of: &result) }
        return .aggregate(result)
    }

    private mutating func grouping(of aggregation: inout Aggregation) throws(ExpressionError) -> Bool {
        guard isGrouping(current) else { return false }
        aggregation.isWithout = keyword() == "without"
        advance()
        aggregation.labels = try labelList()
        return true
    }

    private mutating func call(_ name: String) throws(ExpressionError) -> Node {
        let place = current.offset
        guard let function = Function.named(name) else {
            let known = Function.all.map(\.name) + Aggregation.Operation.allCases.map(\.rawValue) + Self.keywords
            let near = Nearest.of(name, in: known)
            throw error("unknown function `\(name)`", hint: near.map { "did you mean `\($0)`?" })
        }
        advance()
        advance()
        var arguments: [Node] = []
        var places: [Int] = []
        while !isSymbol(")") {
            places.append(current.offset)
            arguments.append(try binary(above: 0))
            guard take(",") else { break }
            if isSymbol(")") { throw error("an argument is missing after the comma") }
        }
        try expect(")", "to close `\(name)(`")
        try check(arguments, at: places, of: function, place: place)
        return .call(
            Call(
                function: function, arguments: arguments,
                places: places.map { ExpressionPlace(offset: $0, in: text) }))
    }

    private func check(_ arguments: [Node], at places: [Int], of function: Function, place: Int) throws(ExpressionError)
    {
        let least = function.arguments.count - function.optional
        let most = function.isVariadic ? Int.max : function.arguments.count
        guard (least...most).contains(arguments.count) else {
            let wanted =
                function.isVariadic ? "at least \(least)" : (least == most ? "\(least)" : "\(least) to \(most)")
            throw error("`\(function.name)` takes \(wanted) arguments, not \(arguments.count)", at: place)
        }
        for (index, argument) in arguments.enumerated() {
            let wanted = function.arguments[min(index, function.arguments.count - 1)]
            guard argument.type == wanted else {
                throw error(
                    "`\(function.name)` takes \(article(wanted)) here, not \(article(argument.type))",
                    at: places[index],
                    hint: wanted == .matrix ? "give the selector a range, such as [5m]" : nil)
            }
        }
    }

    // MARK: Selectors

    private mutating func selector(name: String?) throws(ExpressionError) -> Node {
        let place = current.offset
        var matchers: [Matcher] = []
        if let name {
            matchers.append(try matcher(Labels.metricName, .equal, name, at: place))
            advance()
        }
        if take("{") {
            while !isSymbol("}") {
                matchers.append(
                    try labelMatcher(
                        hasName: name != nil
                            || matchers.contains { $0.name == Labels.metricName && $0.operation == .equal }))
                guard take(",") else { break }
            }
            try expect("}", "to close the selector")
        }
        guard matchers.contains(where: { !$0.matches(value: "") }) else {
            throw error(
                "the selector must hold at least one matcher that does not match the empty text", at: place,
                hint: "name a metric, such as up{job=\"x\"}")
        }
        defer { selectors += 1 }
        return .selector(Selector(matchers: matchers, position: place, ordinal: selectors))
    }

    private mutating func labelMatcher(hasName: Bool) throws(ExpressionError) -> Matcher {
        let place = current.offset
        let label: String
        switch current.kind {
        case .identifier(let name): label = name
        case .string(let name):
            label = name
            if peek().kind == .symbol(",") || peek().kind == .symbol("}") {
                // `{"metric.name"}`: a quoted metric's name.
                if hasName { throw error("the metric's name is given twice") }
                advance()
                return try matcher(Labels.metricName, .equal, name, at: place)
            }
        case .number, .duration, .symbol, .end: throw error("expected a label's name, found \(current.shown)")
        }
        advance()
        guard case .symbol(let symbol) = current.kind, let operation = Matcher.Operation(rawValue: symbol) else {
            throw error("expected =, !=, =~ or !~ after the label, found \(current.shown)")
        }
        if label == Labels.metricName && hasName && operation == .equal {
            throw error("the metric's name is given twice", at: place)
        }
        advance()
        guard case .string(let value) = current.kind else {
            throw error("expected a quoted value, found \(current.shown)", hint: "write \(label)\(symbol)\"…\"")
        }
        let valuePlace = current.offset
        advance()
        return try matcher(label, operation, value, at: valuePlace)
    }

    private func matcher(
        _ name: String, _ operation: Matcher.Operation, _ value: String, at place: Int
    ) throws(ExpressionError) -> Matcher {
        do {
            return try Matcher(name, operation, value)
        } catch let problem {
            throw error("\(problem)", at: place)
        }
    }
}
