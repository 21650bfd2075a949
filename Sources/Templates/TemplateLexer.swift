/// Cuts a template into texts and the tokens of its actions.
struct TemplateLexer {
    enum Token: Hashable {
        case text(String)
        case open
        case close
        /// A name, or a keyword.
        case word(String)
        /// A dot alone, or `.a.b`.
        case field([String])
        case variable(String, [String])
        /// `.a.b` after a closing parenthesis.
        case fieldOfParenthesis([String])
        case literal(TemplateValue)
        /// `(`, `)`, `|`, `,`, `:=`, `=`
        case symbol(String)
        case end
    }

    struct Placed: Hashable {
        let token: Token
        let offset: Int
    }

    private let text: String
    private let characters: [Character]
    private let name: String
    private var position = 0
    private var tokens: [Placed] = []

    init(_ text: String, name: String) {
        self.text = text
        self.name = name
        characters = Array(text)
    }

    mutating func run() throws(TemplateError) -> [Placed] {
        var trimsNext = false
        while position < characters.count {
            let start = position
            while position < characters.count, !has("{{") { position += 1 }
            var piece = String(characters[start..<position])
            if trimsNext { piece = String(piece.drop(while: \.isWhitespace)) }
            trimsNext = false
            let isAction = position < characters.count
            if isAction, has("{{-"), position + 3 < characters.count, characters[position + 3].isWhitespace {
                while piece.last?.isWhitespace == true { piece.removeLast() }
            }
            if !piece.isEmpty { add(.text(piece), at: start) }
            if isAction { trimsNext = try action() }
        }
        add(.end, at: position)
        return tokens
    }

    private func has(_ wanted: String) -> Bool {
        let wanted = Array(wanted)
        return position + wanted.count <= characters.count
            && Array(characters[position..<position + wanted.count]) == wanted
    }

    private mutating func add(_ token: Token, at offset: Int) {
        tokens.append(Placed(token: token, offset: offset))
    }

    private func error(_ message: String, at offset: Int) -> TemplateError {
        TemplateError(message, at: offset, in: text, name: name)
    }

    /// - Returns: whether blanks after the action are trimmed.
    private mutating func action() throws(TemplateError) -> Bool {
        let start = position
        position += 2
        if has("-"), position + 1 < characters.count, characters[position + 1].isWhitespace { position += 1 }
        if let trims = try comment(from: start) { return trims }
        add(.open, at: start)
        while true {
            guard position < characters.count else { throw error("`{{` is not closed", at: start) }
            if has("}}") {
                add(.close, at: position)
                position += 2
                return false
            }
            let next = characters[position]
            if next.isWhitespace {
                if position + 3 <= characters.count, Array(characters[(position + 1)...].prefix(3)) == Array("-}}") {
                    add(.close, at: position)
                    position += 4
                    return true
                }
                position += 1
                continue
            }
            try token(next)
        }
    }

    private mutating func comment(from start: Int) throws(TemplateError) -> Bool? {
        let saved = position
        while position < characters.count, characters[position].isWhitespace { position += 1 }
        guard has("/*") else {
            position = saved
            return nil
        }
        while position < characters.count, !has("*/") { position += 1 }
        guard position < characters.count else { throw error("the comment is not closed", at: start) }
        position += 2
        let blank = position < characters.count && characters[position].isWhitespace
        while position < characters.count, characters[position].isWhitespace { position += 1 }
        let trims = blank && has("-}}")
        if trims { position += 1 }
        guard has("}}") else { throw error("a comment must be the only thing in its action", at: start) }
        position += 2
        return trims
    }

    private mutating func token(_ next: Character) throws(TemplateError) {
        let start = position
        switch next {
        case "\"", "`": add(.literal(.string(try string(next))), at: start)
        case "'": add(.literal(.int(try character())), at: start)
        case "(", ")", "|", ",":
            position += 1
            add(.symbol(String(next)), at: start)
            if next == ")", position < characters.count, characters[position] == "." {
                add(.fieldOfParenthesis(try fields()), at: position)
            }
        case ":":
            guard has(":=") else { throw error("expected `:=`", at: start) }
            position += 2
            add(.symbol(":="), at: start)
        case "=":
            position += 1
            add(.symbol("="), at: start)
        case "$":
            position += 1
            let name = word()
            add(.variable(name, try fields()), at: start)
        case ".":
            if position + 1 < characters.count, ("0"..."9").contains(characters[position + 1]) {
                try number(start)
            } else {
                let path = try fields()
                add(.field(path), at: start)
            }
        default:
            if ("0"..."9").contains(next) || next == "-" || next == "+" { return try number(start) }
            guard next.isLetter || next == "_" else { throw error("unexpected character `\(next)`", at: start) }
            let name = word()
            switch name {
            case "true", "false": add(.literal(.bool(name == "true")), at: start)
            case "nil": add(.literal(.null), at: start)
            default: add(.word(name), at: start)
            }
        }
    }

    private mutating func word() -> String {
        let start = position
        while position < characters.count,
            characters[position].isLetter || characters[position].isNumber || characters[position] == "_"
        {
            position += 1
        }
        return String(characters[start..<position])
    }

    /// `.a.b`; a dot alone is an empty path.
    private mutating func fields() throws(TemplateError) -> [String] {
        var path: [String] = []
        while position < characters.count, characters[position] == "." {
            let start = position
            position += 1
            let name = word()
            if name.isEmpty {
                guard path.isEmpty else { throw error("a name is missing after the dot", at: start) }
                return []
            }
            path.append(name)
        }
        return path
    }

    private mutating func number(_ start: Int) throws(TemplateError) {
        position += 1
        while position < characters.count {
            let next = characters[position]
            let afterExponent = "eEpP".contains(characters[position - 1]) && (next == "+" || next == "-")
            guard next.isLetter || next.isNumber || next == "." || next == "_" || afterExponent else { break }
            position += 1
        }
        let word = String(characters[start..<position])
        let plain = word.filter { $0 != "_" }
        if let whole = Int64(plain) {
            add(.literal(.int(whole)), at: start)
        } else if plain.lowercased().hasPrefix("0x"), let whole = Int64(plain.dropFirst(2), radix: 16) {
            add(.literal(.int(whole)), at: start)
        } else if let value = Double(plain) {
            add(.literal(.double(value)), at: start)
        } else {
            throw error("`\(word)` is not a number", at: start)
        }
    }

    private mutating func string(_ quote: Character) throws(TemplateError) -> String {
        let start = position
        position += 1
        var result = ""
        while position < characters.count {
            let next = characters[position]
            position += 1
            if next == quote { return result }
            if next == "\\" && quote == "\"" {
                result += try escape(start)
            } else if next.isNewline && quote == "\"" {
                throw error("the string is not closed on its line", at: start)
            } else {
                result.append(next)
            }
        }
        throw error("the string is not closed", at: start)
    }

    private mutating func escape(_ start: Int) throws(TemplateError) -> String {
        guard position < characters.count else { throw error("the string is not closed", at: start) }
        let next = characters[position]
        position += 1
        switch next {
        case "n": return "\n"
        case "t": return "\t"
        case "r": return "\r"
        case "a": return "\u{07}"
        case "b": return "\u{08}"
        case "f": return "\u{0c}"
        case "v": return "\u{0b}"
        case "\\", "\"", "'": return String(next)
        case "x", "u", "U":
            let count = next == "x" ? 2 : (next == "u" ? 4 : 8)
            let end = min(characters.count, position + count)
            guard end - position == count, let value = UInt32(String(characters[position..<end]), radix: 16),
                let scalar = Unicode.Scalar(value)
            else { throw error("`\\\(next)` takes \(count) hexadecimal digits", at: position) }
            position = end
            return String(Character(scalar))
        default: throw error("unknown escape `\\\(next)`", at: position - 2)
        }
    }

    private mutating func character() throws(TemplateError) -> Int64 {
        let start = position
        position += 1
        guard position < characters.count else { throw error("the character is not closed", at: start) }
        let text: String
        if characters[position] == "\\" {
            position += 1
            text = try escape(start)
        } else {
            text = String(characters[position])
            position += 1
        }
        guard position < characters.count, characters[position] == "'", let scalar = text.unicodeScalars.first else {
            throw error("the character is not closed", at: start)
        }
        position += 1
        return Int64(scalar.value)
    }
}
