/// Reads a template's tokens into a tree, and checks functions and variables on the way.
struct TemplateParser {
    private let text: String
    private let name: String
    private let tokens: [TemplateLexer.Placed]
    private var position = 0
    private var variables: [Set<String>]
    private var loops = 0
    private var depth = 0
    private(set) var definitions: [String: [TemplateNode]] = [:]

    private static let deepest = 100

    init(_ text: String, name: String, predefined: [String]) throws(TemplateError) {
        self.text = text
        self.name = name
        var lexer = TemplateLexer(text, name: name)
        tokens = try lexer.run()
        variables = [Set(predefined + [""])]
    }

    mutating func parse() throws(TemplateError) -> [TemplateNode] {
        let (nodes, stop) = try list(until: [])
        if let stop { throw error("`\(stop)` without its beginning") }
        return nodes
    }

    private var current: TemplateLexer.Token { tokens[position].token }
    private var offset: Int { tokens[position].offset }

    private mutating func advance() {
        if position < tokens.count - 1 { position += 1 }
    }

    private func error(_ message: String, at place: Int? = nil) -> TemplateError {
        TemplateError(message, at: place ?? offset, in: text, name: name)
    }

    private var keyword: String? {
        guard position + 1 < tokens.count, case .open = current, case .word(let word) = tokens[position + 1].token
        else { return nil }
        return word
    }

    /// Reads nodes up to an action that begins with one of the words, whose opening it leaves.
    private mutating func list(until stops: Set<String>) throws(TemplateError) -> (nodes: [TemplateNode], stop: String?)
    {
        depth += 1
        defer { depth -= 1 }
        if depth > Self.deepest { throw error("the template is nested too deeply") }
        var nodes: [TemplateNode] = []
        while true {
            switch current {
            case .end:
                if !stops.isEmpty { throw error("`{{end}}` is missing") }
                return (nodes, nil)
            case .text(let piece):
                nodes.append(.text(piece))
                advance()
            case .open:
                if let word = keyword, ["end", "else"].contains(word) { return (nodes, word) }
                if let node = try action() { nodes.append(node) }
            default: throw error("unexpected token")
            }
        }
    }

    private mutating func action() throws(TemplateError) -> TemplateNode? {
        let place = offset
        let word = keyword
        advance()
        switch word {
        case "if", "with":
            advance()
            return .branch(try branch(setsDot: word == "with", isLoop: false))
        case "range":
            advance()
            return .range(try branch(setsDot: true, isLoop: true))
        case "break", "continue":
            guard loops > 0 else { throw error("`\(word ?? "")` outside of `range`", at: place) }
            advance()
            try close()
            return word == "break" ? .break : .continue
        case "define", "block": return try definition(isBlock: word == "block", from: place)
        case "template":
            advance()
            let called = try templateName()
            var argument: Pipeline?
            if current != .close { argument = try pipeline() }
            try close()
            return .call(name: called, argument, offset: place)
        default:
            let pipeline = try pipeline()
            try close()
            return .action(pipeline)
        }
    }

    private mutating func close() throws(TemplateError) {
        guard current == .close else { throw error("unexpected token before `}}`") }
        advance()
    }

    private mutating func branch(setsDot: Bool, isLoop: Bool) throws(TemplateError) -> Branch {
        variables.append([])
        defer { variables.removeLast() }
        let condition = try pipeline(isLoop: isLoop)
        try close()
        if isLoop { loops += 1 }
        let (body, stop) = try list(until: ["end", "else"])
        if isLoop { loops -= 1 }
        var otherwise: [TemplateNode] = []
        advance()
        advance()
        if stop == "else" {
            if case .word(let next) = current, next == "if" || next == "with" {
                advance()
                return Branch(
                    setsDot: setsDot, condition: condition, body: body,
                    otherwise: [.branch(try branch(setsDot: next == "with", isLoop: false))])
            }
            try close()
            let (rest, end) = try list(until: ["end"])
            guard end == "end" else { throw error("a second `else`") }
            otherwise = rest
            advance()
            advance()
        }
        try close()
        return Branch(setsDot: setsDot, condition: condition, body: body, otherwise: otherwise)
    }

    private mutating func templateName() throws(TemplateError) -> String {
        guard case .literal(.string(let called)) = current else {
            throw error("a template's name in quotes is missing")
        }
        advance()
        return called
    }

    private mutating func definition(isBlock: Bool, from place: Int) throws(TemplateError) -> TemplateNode? {
        advance()
        let defined = try templateName()
        var argument: Pipeline?
        if isBlock { argument = try pipeline() }
        try close()
        let saved = (variables, loops)
        variables = [[""]]
        loops = 0
        let (body, stop) = try list(until: ["end"])
        (variables, loops) = saved
        guard stop == "end" else { throw error("`else` without `if`") }
        advance()
        advance()
        try close()
        definitions[defined] = body
        return isBlock ? .call(name: defined, argument, offset: place) : nil
    }

    // MARK: Pipelines

    private mutating func pipeline(isLoop: Bool = false) throws(TemplateError) -> Pipeline {
        depth += 1
        defer { depth -= 1 }
        if depth > Self.deepest { throw error("the template is nested too deeply") }
        var result = Pipeline(commands: [], offset: offset)
        try declaration(of: &result, isLoop: isLoop)
        repeat { result.commands.append(try command(isFirst: result.commands.isEmpty)) } while takeSymbol("|")
        if result.declares {
            for name in result.variables { variables[variables.count - 1].insert(name) }
        }
        return result
    }

    private mutating func takeSymbol(_ symbol: String) -> Bool {
        guard current == .symbol(symbol) else { return false }
        advance()
        return true
    }

    private mutating func declaration(of pipeline: inout Pipeline, isLoop: Bool) throws(TemplateError) {
        guard case .variable(let first, []) = current else { return }
        let next = tokens[min(position + 1, tokens.count - 1)].token
        var names = [first]
        var distance = 1
        if isLoop, next == .symbol(","), position + 2 < tokens.count,
            case .variable(let second, []) = tokens[position + 2].token
        {
            names.append(second)
            distance = 3
        }
        let sign = tokens[min(position + distance, tokens.count - 1)].token
        guard sign == .symbol(":=") || sign == .symbol("=") else { return }
        pipeline.variables = names
        pipeline.declares = sign == .symbol(":=")
        if !pipeline.declares { for name in names { try checkVariable(name, at: offset) } }
        for _ in 0...distance { advance() }
    }

    private func checkVariable(_ name: String, at place: Int) throws(TemplateError) {
        guard variables.contains(where: { $0.contains(name) }) else {
            let known = variables.flatMap { $0 }.filter { !$0.isEmpty }.sorted().map { "$" + $0 }.joined(
                separator: ", ")
            throw error("undefined variable `$\(name)`; there are \(known.isEmpty ? "none" : known)", at: place)
        }
    }

    private mutating func command(isFirst: Bool) throws(TemplateError) -> Command {
        let place = offset
        var operands: [Operand] = []
        while let operand = try operand() { operands.append(operand) }
        guard let first = operands.first else { throw error("a value or a function is missing") }
        if case .function(let called) = first {
            guard let function = TemplateFunction.named(called) else {
                throw error("unknown function `\(called)`", at: place)
            }
            let count = operands.count - 1 + (isFirst ? 0 : 1)
            guard function.arity.contains(count) else {
                throw error("`\(called)` takes \(function.shownArity), not \(count)", at: place)
            }
        } else if operands.count > 1 || !isFirst {
            throw error("only a function takes arguments", at: place)
        }
        return Command(operands: operands, offset: place)
    }

    private mutating func operand() throws(TemplateError) -> Operand? {
        let place = offset
        switch current {
        case .literal(let value):
            advance()
            return .literal(value)
        case .field(let path):
            advance()
            return .field(path)
        case .variable(let name, let path):
            try checkVariable(name, at: place)
            advance()
            return .variable(name, path)
        case .word(let name):
            guard TemplateFunction.named(name) != nil else {
                let near = TemplateFunction.nearest(name)
                throw error("unknown function `\(name)`" + (near.map { "; did you mean `\($0)`?" } ?? ""))
            }
            advance()
            return .function(name)
        case .symbol("("):
            advance()
            let inner = try pipeline()
            guard takeSymbol(")") else { throw error("`)` is missing") }
            if case .fieldOfParenthesis(let path) = current {
                advance()
                return .nested(inner, path)
            }
            return .nested(inner, [])
        case .text, .open, .close, .fieldOfParenthesis, .symbol, .end: return nil
        }
    }
}
