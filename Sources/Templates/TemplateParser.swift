/// Reads a template's tokens into a tree, and checks functions and variables on the way.
struct TemplateParser {
    let source: TemplateSource
    let dialect: TemplateDialect
    private let tokens: [TemplateLexer.Placed]
    private var position = 0
    private var variables: [Set<String>]
    private var loops = 0
    private var depth = 0
    private(set) var definitions: [String: TemplateDefinition] = [:]
    /// The templates that it calls by name, with their places.
    private(set) var calls: [(name: String, offset: Int)] = []

    private static let deepest = 50
    static let keywords: Set<String> = [
        "block", "break", "continue", "define", "else", "end", "if", "range", "template", "with",
    ]

    init(_ source: TemplateSource, dialect: TemplateDialect, predefined: [String]) throws(TemplateError) {
        self.source = source
        self.dialect = dialect
        var lexer = TemplateLexer(source)
        tokens = try lexer.run()
        variables = [Set(predefined + [""])]
    }

    mutating func parse() throws(TemplateError) -> [TemplateNode] {
        let (nodes, stop) = try list(until: [])
        if let stop { throw error("`\(stop)` without its beginning") }
        return nodes
    }

    // MARK: Tokens

    var current: TemplateLexer.Token { tokens[position].token }
    var offset: Int { tokens[position].offset }
    var isSpaced: Bool { tokens[position].isSpaced }

    func ahead(_ distance: Int) -> TemplateLexer.Token { tokens[min(position + distance, tokens.count - 1)].token }

    mutating func advance() {
        if position < tokens.count - 1 { position += 1 }
    }

    func error(_ message: String, at place: Int? = nil) -> TemplateError {
        source.error(message, at: place ?? offset)
    }

    mutating func take(_ symbol: String) -> Bool {
        guard current == .symbol(symbol) else { return false }
        advance()
        return true
    }

    private var keyword: String? {
        guard case .open = current, case .word(let word) = ahead(1) else { return nil }
        return word
    }

    private mutating func close() throws(TemplateError) {
        guard current == .close else { throw error("unexpected \(name(of: current)) before `}}`") }
        advance()
    }

    /// How messages call a token.
    func name(of token: TemplateLexer.Token) -> String {
        switch token {
        case .text: "text"
        case .open: "`{{`"
        case .close: "`}}`"
        case .word(let word): "`\(word)`"
        case .dot: "`.`"
        case .field(let name): "`.\(name)`"
        case .variable(let name): "`$\(name)`"
        case .literal(let value): "`\(GoPrinter.plain(value).prefix(30))`"
        case .symbol(let symbol): "`\(symbol)`"
        case .end: "end of the text"
        }
    }

    mutating func deeper<Value>(
        _ body: (inout TemplateParser) throws(TemplateError) -> Value
    ) throws(TemplateError) -> Value {
        depth += 1
        defer { depth -= 1 }
        if depth > Self.deepest { throw error("the template is nested too deeply") }
        return try body(&self)
    }

    // MARK: Variables

    mutating func declare(_ name: String) { variables[variables.count - 1].insert(name) }

    func checkVariable(_ name: String, at place: Int) throws(TemplateError) {
        if variables.contains(where: { $0.contains(name) }) { return }
        let known = variables.flatMap { $0 }.filter { !$0.isEmpty }.sorted().map { "$" + $0 }.joined(separator: ", ")
        throw error("undefined variable `$\(name)`; there are \(known.isEmpty ? "none" : known)", at: place)
    }

    private mutating func scoped<Value>(
        _ body: (inout TemplateParser) throws(TemplateError) -> Value
    ) throws(TemplateError) -> Value {
        variables.append([])
        defer { variables.removeLast() }
        return try body(&self)
    }

    // MARK: Nodes

    /// Reads nodes up to an action that begins with one of the words, which it passes.
    private mutating func list(until stops: Set<String>) throws(TemplateError) -> (nodes: [TemplateNode], stop: String?)
    {
        try deeper { (parser) throws(TemplateError) in
            var nodes: [TemplateNode] = []
            while true {
                switch parser.current {
                case .end:
                    if !stops.isEmpty { throw parser.error("`{{end}}` is missing") }
                    return (nodes, nil)
                case .text(let piece):
                    nodes.append(.text(piece))
                    parser.advance()
                case .open:
                    if let word = parser.keyword, ["end", "else"].contains(word) {
                        guard stops.contains(word) else {
                            throw parser.error(stops.isEmpty ? "`\(word)` without its beginning" : "a second `else`")
                        }
                        parser.advance()
                        parser.advance()
                        return (nodes, word)
                    }
                    if let node = try parser.action() { nodes.append(node) }
                case .close, .word, .dot, .field, .variable, .literal, .symbol: throw parser.error("unexpected token")
                }
            }
        }
    }

    private mutating func action() throws(TemplateError) -> TemplateNode? {
        let place = offset
        let word = keyword
        advance()
        if let word, Self.keywords.contains(word) { advance() }
        switch word {
        case "if", "with": return .branch(try branch(word ?? ""))
        case "range": return .range(try loop())
        case "break", "continue":
            guard loops > 0 else { throw error("`\(word ?? "")` outside of `range`", at: place) }
            try close()
            return word == "break" ? .break : .continue
        case "define":
            guard depth == 1 else { throw error("`define` must not stand in another action", at: place) }
            try define()
            return nil
        case "block":
            let called = try templateName()
            let argument = try pipeline()
            try close()
            try definition(called, at: place)
            return .call(name: called, argument, offset: place)
        case "template":
            let called = try templateName()
            calls.append((called, place))
            let argument = current == .close ? nil : try pipeline()
            try close()
            return .call(name: called, argument, offset: place)
        default:
            let pipeline = try pipeline()
            try close()
            return .action(pipeline)
        }
    }

    private mutating func branch(_ word: String) throws(TemplateError) -> Branch {
        try scoped { (parser) throws(TemplateError) in
            var result = Branch(setsDot: word == "with", arms: [], otherwise: [])
            while true {
                let condition = try parser.pipeline()
                try parser.close()
                let (body, stop) = try parser.scoped { (parser) throws(TemplateError) in
                    try parser.list(until: ["end", "else"])
                }
                result.arms.append(Branch.Arm(condition: condition, body: body))
                if stop == "else" {
                    // `if` goes on with `else if`, `with` with `else with`.
                    if parser.current == .word(word) {
                        parser.advance()
                        continue
                    }
                    result.otherwise = try parser.otherwise()
                }
                try parser.close()
                return result
            }
        }
    }

    /// What stands between `else` and `end`; passes the word `end`.
    private mutating func otherwise() throws(TemplateError) -> [TemplateNode] {
        try close()
        return try scoped { (parser) throws(TemplateError) in try parser.list(until: ["end"]).nodes }
    }

    private mutating func loop() throws(TemplateError) -> RangeLoop {
        try scoped { (parser) throws(TemplateError) in
            let head = try parser.pipeline(isLoop: true)
            try parser.close()
            parser.loops += 1
            let (body, stop) = try parser.scoped { (parser) throws(TemplateError) in
                try parser.list(until: ["end", "else"])
            }
            parser.loops -= 1
            let otherwise = stop == "else" ? try parser.otherwise() : []
            try parser.close()
            return RangeLoop(head: head, body: body, otherwise: otherwise)
        }
    }

    private mutating func templateName() throws(TemplateError) -> String {
        guard case .literal(.string(let called)) = current else {
            throw error("a template's name in quotes is missing")
        }
        advance()
        return called
    }

    private mutating func define() throws(TemplateError) {
        let place = offset
        let called = try templateName()
        try close()
        try definition(called, at: place)
    }

    private mutating func definition(_ called: String, at place: Int) throws(TemplateError) {
        // A definition knows only its own dot and variables.
        let body = try alone { (parser) throws(TemplateError) in try parser.list(until: ["end"]).nodes }
        try close()
        let found = TemplateDefinition(body: body, source: source)
        if let other = definitions[called], !other.isEmpty {
            if found.isEmpty { return }
            throw error("a second definition of the template `\(called)`", at: place)
        }
        definitions[called] = found
    }

    /// Without the variables and loops around it, which are there again afterwards, also after an error: those who
    /// opened them take them away.
    private mutating func alone<Value>(
        _ body: (inout TemplateParser) throws(TemplateError) -> Value
    ) throws(TemplateError) -> Value {
        let saved = (variables, loops)
        defer { (variables, loops) = saved }
        (variables, loops) = ([[""]], 0)
        return try body(&self)
    }

    mutating func noteCall(_ called: String, at place: Int) { calls.append((called, place)) }
}
