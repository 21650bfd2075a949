/// Cuts a template into texts and the tokens of its actions.
///
/// It works on Unicode scalars: Swift's characters would join a quote with an accent that follows it, or the two halves
/// of a line's end.
struct TemplateLexer {
    enum Token: Hashable {
        case text(String)
        case open
        case close
        /// A name, or a keyword.
        case word(String)
        case dot
        case field(String)
        /// Without the `$`; empty for `$` itself.
        case variable(String)
        case literal(TemplateValue)
        /// `(`, `)`, `|`, `,`, `:=`, `=`
        case symbol(String)
        case end
    }

    struct Placed: Hashable {
        let token: Token
        let offset: Int
        /// Whether blanks come before it in its action.
        let isSpaced: Bool
    }

    let source: TemplateSource
    let scalars: [Unicode.Scalar]
    var position = 0
    private var isSpaced = false
    private var tokens: [Placed] = []

    init(_ source: TemplateSource) {
        self.source = source
        scalars = Array(source.text.unicodeScalars)
    }

    mutating func run() throws(TemplateError) -> [Placed] {
        var trimsNext = false
        while position < scalars.count {
            var start = position
            while position < scalars.count, scalars[position] != "{" || !has("{{") { position += 1 }
            var end = position
            if trimsNext { while start < end, Self.isBlank(scalars[start]) { start += 1 } }
            trimsNext = false
            let isAction = position < scalars.count
            if isAction, has("{{-"), isBlank(at: position + 3) {
                while start < end, Self.isBlank(scalars[end - 1]) { end -= 1 }
            }
            if start < end { add(.text(String(String.UnicodeScalarView(scalars[start..<end]))), at: start) }
            if isAction { trimsNext = try action() }
        }
        add(.end, at: position)
        return tokens
    }

    var current: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    /// The blanks that Go knows here; others are not trimmed.
    static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || scalar == "\t" || scalar == "\r" || scalar == "\n"
    }

    private func isBlank(at place: Int) -> Bool { place < scalars.count && Self.isBlank(scalars[place]) }

    private func has(_ wanted: String, at place: Int? = nil) -> Bool {
        scalars[min(place ?? position, scalars.count)...].starts(with: wanted.unicodeScalars)
    }

    private mutating func add(_ token: Token, at offset: Int) {
        tokens.append(Placed(token: token, offset: offset, isSpaced: isSpaced))
        isSpaced = false
    }

    func error(_ message: String, at offset: Int) -> TemplateError { source.error(message, at: offset) }

    /// - Returns: whether blanks after the action are trimmed.
    private mutating func action() throws(TemplateError) -> Bool {
        let start = position
        let isTrimmed = has("-", at: position + 2) && isBlank(at: position + 3)
        if has("/*", at: position + (isTrimmed ? 4 : 2)) { return try comment(from: start) }
        position += isTrimmed ? 3 : 2
        add(.open, at: start)
        while let next = current {
            if next == "}", has("}}") {
                add(.close, at: position)
                position += 2
                return false
            }
            if Self.isBlank(next) {
                if has("-}}", at: position + 1) {
                    add(.close, at: position)
                    position += 4
                    return true
                }
                isSpaced = true
                position += 1
            } else {
                try token(next)
            }
        }
        throw error("`{{` is not closed", at: start)
    }

    /// A comment fills its action: only a trim mark with one blank may stand on either side.
    private mutating func comment(from start: Int) throws(TemplateError) -> Bool {
        while position < scalars.count, !has("*/") { position += 1 }
        guard position < scalars.count else { throw error("the comment is not closed", at: start) }
        position += 2
        let trims = isBlank(at: position) && has("-}}", at: position + 1)
        if trims { position += 2 }
        guard has("}}") else { throw error("a comment must be the only thing in its action", at: start) }
        position += 2
        return trims
    }

    private mutating func token(_ next: Unicode.Scalar) throws(TemplateError) {
        let start = position
        switch next {
        case "\"": add(.literal(.string(try quoted())), at: start)
        case "`": add(.literal(.string(try raw())), at: start)
        case "'": add(.literal(.int(try character())), at: start)
        case "(", ")", "|", ",", "=":
            position += 1
            add(.symbol(String(Character(next))), at: start)
        case ":":
            guard has(":=") else { throw error("expected `:=`", at: start) }
            position += 2
            add(.symbol(":="), at: start)
        case "$":
            position += 1
            add(.variable(try word()), at: start)
        case ".":
            position += 1
            if let digit = current, ("0"..."9").contains(digit) {
                position = start
                add(.literal(try number()), at: start)
            } else {
                let name = try word()
                add(name.isEmpty ? .dot : .field(name), at: start)
            }
        default:
            if ("0"..."9").contains(next) || next == "-" || next == "+" {
                return add(.literal(try number()), at: start)
            }
            guard Self.isNamePart(next) else {
                throw error("unexpected character `\(Character(next))`", at: start)
            }
            let name = try word()
            switch name {
            case "true", "false": add(.literal(.bool(name == "true")), at: start)
            case "nil": add(.literal(.null), at: start)
            default: add(.word(name), at: start)
            }
        }
    }

    static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
        if scalar == "_" { return true }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber:
            return true
        default: return false
        }
    }

    /// The rest of a name, after which something must end it.
    private mutating func word() throws(TemplateError) -> String {
        let start = position
        while let next = current, Self.isNamePart(next) { position += 1 }
        if let next = current, !Self.isBlank(next), !".,|:()".unicodeScalars.contains(next), !has("}}") {
            throw error("bad character `\(Character(next))` after a name", at: position)
        }
        return String(String.UnicodeScalarView(scalars[start..<position]))
    }
}
