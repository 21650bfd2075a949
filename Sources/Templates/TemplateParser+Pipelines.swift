extension TemplateParser {
    mutating func pipeline(isLoop: Bool = false) throws(TemplateError) -> Pipeline {
        try deeper { (parser) throws(TemplateError) in
            var result = Pipeline(offset: parser.offset)
            try parser.declaration(of: &result, isLoop: isLoop)
            repeat {
                result.commands.append(try parser.command(stage: result.commands.count + 1))
            } while parser.take("|")
            if result.declares { for name in result.variables { parser.declare(name) } }
            return result
        }
    }

    private mutating func declaration(of pipeline: inout Pipeline, isLoop: Bool) throws(TemplateError) {
        guard case .variable(let first) = current else { return }
        var names = [first]
        var distance = 1
        if ahead(1) == .symbol(",") {
            guard isLoop, case .variable(let second) = ahead(2) else {
                throw error("only `range` declares two variables")
            }
            names.append(second)
            distance = 3
        }
        let sign = ahead(distance)
        guard sign == .symbol(":=") || sign == .symbol("=") else {
            if distance == 3 { throw error("`:=` or `=` is missing after the variables") }
            return
        }
        if names.contains("") { throw error("`$` itself can't be set") }
        pipeline.variables = names
        pipeline.declares = sign == .symbol(":=")
        if !pipeline.declares { for name in names { try checkVariable(name, at: offset) } }
        for _ in 0...distance { advance() }
    }

    /// - Parameter stage: from 1, within its pipeline.
    private mutating func command(stage: Int) throws(TemplateError) -> Command {
        let place = offset
        var operands: [Operand] = []
        while true {
            if !operands.isEmpty, !isSpaced, current != .close, current != .symbol(")"), current != .symbol("|") {
                throw error("a blank is missing before \(name(of: current))")
            }
            guard let operand = try operand() else { break }
            operands.append(operand)
        }
        guard current == .close || current == .symbol(")") || current == .symbol("|") else {
            throw error("unexpected \(name(of: current))")
        }
        guard let first = operands.first else { throw error("a value or a function is missing") }
        try check(first, operands, stage: stage, at: place)
        return Command(operands: operands, offset: place)
    }

    private mutating func check(
        _ first: Operand, _ operands: [Operand], stage: Int, at place: Int
    ) throws(TemplateError) {
        let count = operands.count - 1 + (stage > 1 ? 1 : 0)
        switch first {
        case .function(let called, let path):
            guard path.isEmpty, let function = dialect.function(called) else { return }
            guard function.arity.contains(count) else {
                throw error("`\(called)` takes \(function.shownArity), not \(count)", at: place)
            }
            if called == "tmpl", operands.count > 1, case .literal(.string(let name)) = operands[1] {
                noteCall(name, at: place)
            }
        case .literal(.null) where count == 0: throw error("nil is not a command", at: place)
        case .literal where stage > 1, .field([]) where stage > 1:
            throw error("non executable command in pipeline stage \(stage)", at: place)
        case .literal where count > 0, .field([]) where count > 0, .variable(_, []) where count > 0,
            .nested(_, []) where count > 0:
            throw error("can't give argument to what is no function", at: place)
        case .literal, .field, .variable, .nested: break
        }
    }

    private mutating func operand() throws(TemplateError) -> Operand? {
        let place = offset
        switch current {
        case .literal(let value):
            advance()
            return try withoutPath(.literal(value))
        case .dot:
            advance()
            return try withoutPath(.field([]))
        case .field: return .field(path(isFirst: true))
        case .variable(let name):
            try checkVariable(name, at: place)
            advance()
            return .variable(name, path())
        case .word(let name):
            if Self.keywords.contains(name) { throw error("unexpected `\(name)`") }
            guard dialect.function(name) != nil else {
                let near = dialect.nearest(name)
                throw error("unknown function `\(name)`" + (near.map { "; did you mean `\($0)`?" } ?? ""))
            }
            advance()
            let path = path()
            if !path.isEmpty, let arity = dialect.function(name)?.arity, !arity.contains(0) {
                throw error("`\(name)` takes arguments, so it stands in parentheses before a field", at: place)
            }
            return .function(name, path)
        case .symbol("("):
            advance()
            let inner = try pipeline()
            guard take(")") else { throw error("`)` is missing") }
            return .nested(inner, path())
        case .text, .open, .close, .symbol, .end: return nil
        }
    }

    /// Fields that follow without a blank.
    private mutating func path(isFirst: Bool = false) -> [String] {
        var path: [String] = []
        while case .field(let name) = current, !isSpaced || (isFirst && path.isEmpty) {
            path.append(name)
            advance()
        }
        return path
    }

    private func withoutPath(_ operand: Operand) throws(TemplateError) -> Operand {
        if case .field(let name) = current, !isSpaced { throw error("unexpected `.\(name)` after a value") }
        return operand
    }
}
