extension TemplateExpander {
    mutating func evaluate(
        _ command: Command, _ dot: TemplateValue, last: TemplateValue?
    ) throws(TemplateError) -> TemplateValue {
        try step(at: command.offset)
        let rest = Array(command.operands.dropFirst())
        switch command.operands[0] {
        case .function(let name, []): return try apply(name, rest, dot, last: last, at: command.offset)
        case .literal(let value): return value
        case .field, .variable, .function, .nested:
            var arguments: [TemplateValue] = []
            for operand in rest { arguments.append(try evaluate(operand, dot, at: command.offset)) }
            if let last { arguments.append(last) }
            return try evaluate(command.operands[0], dot, arguments, at: command.offset)
        }
    }

    /// - Parameter arguments: of the method that ends the operand's names.
    private mutating func evaluate(
        _ operand: Operand, _ dot: TemplateValue, _ arguments: [TemplateValue] = [], at offset: Int
    ) throws(TemplateError) -> TemplateValue {
        switch operand {
        case .literal(let value): return value
        case .field(let path): return try follow(path, from: dot, arguments, at: offset)
        case .variable(let name, let path): return try follow(path, from: variable(name), arguments, at: offset)
        case .function(let name, let path):
            return try follow(path, from: try apply(name, [], dot, last: nil, at: offset), arguments, at: offset)
        case .nested(let pipeline, let path):
            return try follow(path, from: try evaluate(pipeline, dot), arguments, at: offset)
        }
    }

    private mutating func follow(
        _ path: [String], from value: TemplateValue, _ arguments: [TemplateValue], at offset: Int
    ) throws(TemplateError) -> TemplateValue {
        var value = value
        for (place, name) in path.enumerated() {
            let given = place == path.count - 1 ? arguments : []
            try step(bytes: value.shallowSize + given.reduce(0) { $0 + $1.shallowSize }, at: offset)
            do {
                value = try value.member(name, given, isFirst: place == 0, environment: environment)
            } catch {
                throw self.error(error.isCall ? "error calling \(name): \(error.message)" : error.message, at: offset)
            }
        }
        if !arguments.isEmpty { try check(value, whole: false, at: offset) }
        return value
    }

    private mutating func apply(
        _ name: String, _ operands: [Operand], _ dot: TemplateValue, last: TemplateValue?, at offset: Int
    ) throws(TemplateError) -> TemplateValue {
        guard let function = dialectFunction(name) else { throw error("unknown function `\(name)`", at: offset) }
        var arguments: [TemplateValue] = []
        for operand in operands {
            let value = try evaluate(operand, dot, at: offset)
            // As in Go, what follows the deciding argument is not evaluated.
            if name == "and", !value.isTrue { return value }
            if name == "or", value.isTrue { return value }
            arguments.append(value)
        }
        if let last { arguments.append(last) }
        guard function.arity.contains(arguments.count) else {
            throw error(
                "`\(name)` takes \(function.shownArity), not \(arguments.count)", at: offset)
        }
        try charge(function, arguments, at: offset)
        if name == "tmpl" {
            guard case .string(let called) = arguments[0] else {
                throw error("wrong type for value; expected string; got \(arguments[0].typeName)", at: offset)
            }
            return try text(of: called, arguments[1], at: offset)
        }
        let result: TemplateValue
        do {
            result = try function.body(arguments, environment)
        } catch let failure as FunctionFailure {
            throw error(failure.isCall ? "error calling \(name): \(failure.message)" : failure.message, at: offset)
        } catch let other {
            throw error("error calling \(name): \(other)", at: offset)
        }
        // What functions build could double at each step.
        switch function.cost {
        case .shallow, .deep, .expression: try check(result, whole: false, at: offset)
        case .part, .query: break
        }
        return result
    }

    /// Counts the work of a call before it is done.
    private mutating func charge(
        _ function: TemplateFunction, _ arguments: [TemplateValue], at offset: Int
    ) throws(TemplateError) {
        switch function.cost {
        case .shallow, .part: try step(bytes: arguments.reduce(0) { $0 + $1.shallowSize }, at: offset)
        case .expression: try step(bytes: 8 * arguments.reduce(0) { $0 + $1.shallowSize }, at: offset)
        case .deep: for argument in arguments { try check(argument, whole: true, at: offset) }
        case .query: try step(bytes: 64 * environment.maxSteps / 100, at: offset)
        }
    }
}
