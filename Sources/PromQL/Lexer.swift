/// Cuts an expression's text into tokens.
struct Lexer {
    private let text: String
    private let characters: [Character]
    private var position = 0
    /// Inside brackets a colon parts range and resolution; outside it may begin a name.
    private var isInBrackets = false

    init(_ text: String) {
        self.text = text
        characters = Array(text)
    }

    /// - Throws: an error with its position for anything that is no token.
    mutating func tokens() throws(ExpressionError) -> [Token] {
        var tokens: [Token] = []
        while true {
            skipBlanks()
            let start = position
            guard position < characters.count else {
                tokens.append(Token(kind: .end, offset: start, end: start))
                return tokens
            }
            let kind = try next()
            tokens.append(Token(kind: kind, offset: start, end: position))
        }
    }

    private mutating func skipBlanks() {
        while position < characters.count {
            if characters[position].isWhitespace {
                position += 1
            } else if characters[position] == "#" {
                while position < characters.count, !characters[position].isNewline { position += 1 }
            } else {
                return
            }
        }
    }

    private mutating func next() throws(ExpressionError) -> Token.Kind {
        let first = characters[position]
        if first.isDigit || (first == "." && position + 1 < characters.count && characters[position + 1].isDigit) {
            return try number()
        }
        if first == "[" || first == "]" { isInBrackets = first == "[" }
        if first.isASCII && (first.isLetter || first == "_" || (first == ":" && !isInBrackets)) {
            return .identifier(identifier())
        }
        if first == "\"" || first == "'" || first == "`" { return .string(try string(quote: first)) }
        for symbol in ["==", "!=", ">=", "<=", "=~", "!~"] where has(symbol) {
            position += 2
            return .symbol(symbol)
        }
        if "+-*/%^(){}[],=<>@:".contains(first) {
            position += 1
            return .symbol(String(first))
        }
        throw error("unexpected character `\(first)`", at: position)
    }

    private func has(_ symbol: String) -> Bool {
        let wanted = Array(symbol)
        return position + wanted.count <= characters.count
            && Array(characters[position..<position + wanted.count]) == wanted
    }

    private mutating func identifier() -> String {
        let start = position
        while position < characters.count {
            let next = characters[position]
            guard next.isASCII, next.isLetter || next.isNumber || next == "_" || next == ":" else { break }
            position += 1
        }
        return String(characters[start..<position])
    }

    private mutating func number() throws(ExpressionError) -> Token.Kind {
        let start = position
        while position < characters.count {
            let next = characters[position]
            let isSign = (next == "+" || next == "-") && isExponent(from: start)
            guard next.isASCII, next.isLetter || next.isNumber || next == "_" || next == "." || isSign else { break }
            position += 1
        }
        let word = String(characters[start..<position])
        if let value = NumberText.parse(word) { return .number(value) }
        if let duration = try? Duration(promQL: word) { return .duration(duration.milliseconds) }
        throw error(
            "bad number or duration syntax: `\(word)`", at: start, hint: "numbers: 1, 0.8, 1e3; durations: 5m, 1h30m")
    }

    /// Whether the sign at the position belongs to an exponent, as in `1e-3`.
    private func isExponent(from start: Int) -> Bool {
        let word = characters[start..<position]
        guard let last = word.last, last == "e" || last == "E", !word.contains("x") && !word.contains("X") else {
            return false
        }
        return word.dropLast().allSatisfy { $0.isNumber || $0 == "." || $0 == "_" }
            && position + 1 < characters.count && characters[position + 1].isDigit
    }

    private mutating func string(quote: Character) throws(ExpressionError) -> String {
        let start = position
        position += 1
        var bytes: [UInt8] = []
        while position < characters.count {
            let next = characters[position]
            position += 1
            if next == quote {
                guard let text = String(validating: bytes, as: UTF8.self) else {
                    throw error("the string is not valid UTF-8", at: start)
                }
                return text
            }
            if next == "\\" && quote != "`" {
                bytes += try escape(quote: quote, start: start)
            } else if next.isNewline && quote != "`" {
                throw error("the string is not closed on its line", at: start)
            } else {
                bytes += Array(String(next).utf8)
            }
        }
        throw error("the string is not closed", at: start)
    }

    /// Go's escapes, after the backslash.
    private mutating func escape(quote: Character, start: Int) throws(ExpressionError) -> [UInt8] {
        guard position < characters.count else { throw error("the string is not closed", at: start) }
        let next = characters[position]
        position += 1
        switch next {
        case "a": return [7]
        case "b": return [8]
        case "f": return [12]
        case "n": return [10]
        case "r": return [13]
        case "t": return [9]
        case "v": return [11]
        case "\\": return [92]
        case quote: return Array(String(quote).utf8)
        case "x":
            return [UInt8(truncatingIfNeeded: try digits(2, radix: 16, start: start))]
        case "u", "U":
            let value = try digits(next == "u" ? 4 : 8, radix: 16, start: start)
            guard let scalar = Unicode.Scalar(UInt32(value)) else { throw error("no such character", at: position) }
            return Array(String(Character(scalar)).utf8)
        case "0"..."7":
            position -= 1
            return [UInt8(truncatingIfNeeded: try digits(3, radix: 8, start: start))]
        default:
            throw error("unknown escape `\\\(next)`", at: position - 2, hint: "write `\\\\` for a backslash")
        }
    }

    private mutating func digits(_ count: Int, radix: Int, start: Int) throws(ExpressionError) -> Int {
        let end = min(characters.count, position + count)
        guard let value = Int(String(characters[position..<end]), radix: radix), end - position == count else {
            throw error("the escape takes \(count) digits", at: position)
        }
        position = end
        return value
    }

    private func error(_ message: String, at offset: Int, hint: String? = nil) -> ExpressionError {
        ExpressionError(message, at: offset, in: text, hint: hint)
    }
}

extension Character {
    var isDigit: Bool { ("0"..."9").contains(self) }
}

extension ExpressionError {
    /// At an offset in characters.
    init(_ message: String, at offset: Int, in text: String, hint: String? = nil, refusal: Refusal? = nil) {
        let place = ExpressionPlace(offset: offset, in: text)
        self.init(
            message: message, line: place.line, column: place.column, hint: hint, refusal: refusal, text: text)
    }
}
