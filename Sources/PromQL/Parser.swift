/// Reads tokens into a checked tree: Prometheus's grammar by precedence climbing.
struct Parser {
    let text: String
    private let tokens: [Token]
    private var position = 0
    private var depth = 0
    private var operators = 0
    /// How many selectors have been read.
    var selectors = 0

    /// Deeper nesting is refused, so that no text can exhaust the stack.
    private static let deepest = 200
    /// A chain such as `1+1+…` nests as deep as it is long.
    private static let mostOperators = 200

    init(_ text: String) throws(ExpressionError) {
        self.text = text
        var lexer = Lexer(text)
        tokens = try lexer.tokens()
    }

    mutating func parse() throws(ExpressionError) -> Node {
        if case .end = current.kind { throw error("the expression is empty") }
        let node = try binary(above: 0)
        guard case .end = current.kind else { throw error("unexpected \(current.shown)", hint: nearKeyword) }
        return node
    }

    // MARK: Tools

    var current: Token { tokens[position] }

    func error(_ message: String, at offset: Int? = nil, hint: String? = nil) -> ExpressionError {
        ExpressionError(message, at: offset ?? current.offset, in: text, hint: hint)
    }

    /// What is right in Prometheus and not supported here.
    func refused(_ refusal: Refusal, at offset: Int? = nil) -> ExpressionError {
        ExpressionError(
            "`\(refusal.feature)` is not supported: \(refusal.reason)", at: offset ?? current.offset, in: text,
            refusal: refusal)
    }

    /// The keyword that the present word was probably meant to be, as a hint; nil where none is near.
    private var nearKeyword: String? {
        guard let word = keyword(), word.count > 1, !Self.keywords.contains(word) else { return nil }
        return Nearest.of(word, in: Self.keywords).map { "did you mean `\($0)`?" }
    }

    /// What may follow an operand or an operator.
    static let keywords =
        ["by", "without", "offset", "bool", "on", "ignoring", "group_left", "group_right"]
        + BinaryOperator.allCases.map(\.rawValue).filter { $0.first?.isLetter == true }

    mutating func advance() {
        if position < tokens.count - 1 { position += 1 }
    }

    func isSymbol(_ symbol: String) -> Bool { current.kind == .symbol(symbol) }

    mutating func take(_ symbol: String) -> Bool {
        guard isSymbol(symbol) else { return false }
        advance()
        return true
    }

    mutating func expect(_ symbol: String, _ context: String) throws(ExpressionError) {
        guard take(symbol) else {
            throw error("expected `\(symbol)` \(context), found \(current.shown)", hint: nearKeyword)
        }
    }

    /// The present token as a keyword, in lower case; nil for others. Keywords are told apart from names without case.
    func keyword() -> String? {
        guard case .identifier(let name) = current.kind else { return nil }
        return name.lowercased()
    }

    func peek(_ distance: Int = 1) -> Token {
        tokens[min(position + distance, tokens.count - 1)]
    }

    // MARK: Binary operators

    private func binaryOperator() -> BinaryOperator? {
        switch current.kind {
        case .symbol(let symbol): BinaryOperator(rawValue: symbol)
        case .identifier(let name): BinaryOperator(rawValue: name.lowercased())
        case .number, .duration, .string, .end: nil
        }
    }

    mutating func binary(above precedence: Int) throws(ExpressionError) -> Node {
        depth += 1
        defer { depth -= 1 }
        if depth > Self.deepest { throw error("the expression is nested too deeply") }
        var left = try unary()
        while let operation = binaryOperator(), operation.precedence > precedence {
            let place = current.offset
            operators += 1
            if operators > Self.mostOperators {
                throw error(
                    "the expression has more than \(Self.mostOperators) operators",
                    hint: "split it with a recording rule")
            }
            advance()
            if operation == .less || operation == .greater, isSymbol("/") {
                throw refused(.ofTrim(operation.rawValue), at: place)
            }
            var result = BinaryOperation(operation: operation, left: left, right: left, position: place)
            try modifiers(of: &result)
            // `^` groups to the right, all others to the left.
            result.right = try binary(above: operation == .power ? operation.precedence - 1 : operation.precedence)
            try check(result)
            left = .binary(result)
        }
        return left
    }

    private mutating func unary() throws(ExpressionError) -> Node {
        guard isSymbol("-") || isSymbol("+") else { return try postfix() }
        let place = current.offset
        let isMinus = isSymbol("-")
        advance()
        // A sign binds looser than `^`: -2^2 is -4.
        let inner = try binary(above: BinaryOperator.multiply.precedence)
        guard inner.type == .scalar || inner.type == .vector else {
            throw error("a sign before \(article(inner.type)) makes no sense", at: place)
        }
        if !isMinus { return inner }
        if case .number(let value) = inner { return .number(-value) }
        return .negate(inner)
    }

    private mutating func modifiers(of operation: inout BinaryOperation) throws(ExpressionError) {
        if keyword() == "bool" {
            guard operation.operation.isComparison else {
                throw error("`bool` goes only with comparisons")
            }
            operation.returnsBool = true
            advance()
        }
        guard let matching = keyword(), matching == "on" || matching == "ignoring", peek().kind == .symbol("(") else {
            return
        }
        operation.isOn = matching == "on"
        advance()
        operation.labels = try labelList()
        guard let group = keyword(), group == "group_left" || group == "group_right" else { return }
        if operation.operation.isSet { throw error("`\(group)` does not go with `\(operation.operation.rawValue)`") }
        operation.group = group == "group_left" ? .left : .right
        let place = current.offset
        advance()
        if isSymbol("(") { operation.included = try labelList() }
        if operation.isOn, let both = operation.included.first(where: { operation.labels.contains($0) }) {
            throw error("label `\(both)` must not be both in `on` and in `\(group)`", at: place)
        }
    }

    private func check(_ operation: BinaryOperation) throws(ExpressionError) {
        let name = operation.operation.rawValue
        for side in [operation.left.type, operation.right.type] where side != .scalar && side != .vector {
            throw error(
                "`\(name)` works on scalars and instant vectors, not on \(article(side))", at: operation.position,
                hint: side == .matrix ? "put a function such as rate() around the range" : nil)
        }
        let hasScalar = operation.left.type == .scalar || operation.right.type == .scalar
        if operation.operation.isSet && hasScalar {
            throw error("`\(name)` works only between two instant vectors", at: operation.position)
        }
        if operation.operation.isComparison && !operation.returnsBool && operation.left.type == .scalar
            && operation.right.type == .scalar
        {
            throw error(
                "comparing two scalars needs `bool`", at: operation.position, hint: "write `\(name) bool`")
        }
        if hasScalar && (!operation.labels.isEmpty || operation.isOn) {
            throw error("vector matching works only between two instant vectors", at: operation.position)
        }
    }

    func article(_ type: ValueType) -> String {
        type == .vector ? "an \(type.shown)" : "a \(type.shown)"
    }

    // MARK: Lists of labels

    mutating func labelList() throws(ExpressionError) -> [String] {
        try expect("(", "before the labels")
        var names: [String] = []
        while !isSymbol(")") {
            switch current.kind {
            case .identifier(let name), .string(let name):
                names.append(name)
                advance()
            case .number, .duration, .symbol, .end: throw error("expected a label's name, found \(current.shown)")
            }
            guard take(",") else { break }
        }
        try expect(")", "after the labels")
        return names
    }
}
