/// Reads RE2's syntax into a tree.
struct RegexParser {
    private let pattern: String
    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var depth = 0
    private var ignoresCase = false
    private var isMultiline = false
    private var dotMatchesNewline = false
    private var isUngreedy = false
    private(set) var groupNames: [String?] = [nil]

    /// - Parameter dotMatchesNewline: the flag `s` is set from the start.
    init(_ pattern: String, dotMatchesNewline: Bool) {
        self.pattern = pattern
        self.dotMatchesNewline = dotMatchesNewline
        scalars = Array(pattern.unicodeScalars)
    }

    mutating func parse() throws(RegexError) -> RegexNode {
        let node = try alternatives()
        if position < scalars.count { throw error("`)` without `(`") }
        return node
    }

    private func error(_ message: String, at place: Int? = nil) -> RegexError {
        RegexError(message: message, pattern: pattern, column: (place ?? position) + 1)
    }

    private var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func take(_ text: String) -> Bool {
        let wanted = Array(text.unicodeScalars)
        guard position + wanted.count <= scalars.count, Array(scalars[position..<position + wanted.count]) == wanted
        else { return false }
        position += wanted.count
        return true
    }

    private mutating func alternatives() throws(RegexError) -> RegexNode {
        depth += 1
        defer { depth -= 1 }
        if depth > 200 { throw error("nested too deeply") }
        var options = [try sequence()]
        while take("|") { options.append(try sequence()) }
        return options.count == 1 ? options[0] : .alternatives(options)
    }

    private mutating func sequence() throws(RegexError) -> RegexNode {
        var parts: [RegexNode] = []
        while let next = peek, next != "|", next != ")" {
            let start = position
            if take("\\Q") {
                while position < scalars.count, !take("\\E") {
                    parts.append(.scalars(RegexClass(scalars[position], ignoringCase: ignoresCase)))
                    position += 1
                }
                continue
            }
            guard let atom = try atom() else { continue }
            parts.append(try repeated(atom, from: start))
        }
        return parts.count == 1 ? parts[0] : (parts.isEmpty ? .empty : .sequence(parts))
    }

    private mutating func repeated(_ atom: RegexNode, from start: Int) throws(RegexError) -> RegexNode {
        var node = atom
        var operators = 0
        while let next = peek {
            let place = position
            var bounds: (min: Int, max: Int?)
            switch next {
            case "*": bounds = (0, nil)
            case "+": bounds = (1, nil)
            case "?": bounds = (0, 1)
            case "{":
                guard let counted = try counts() else { return node }
                bounds = counted
                position -= 1
            default: return node
            }
            position += 1
            operators += 1
            if operators > 1 { throw error("repetition of a repetition; put the inner one in (?: )", at: place) }
            let isLazy = take("?")
            if bounds.min > 1_000 || (bounds.max ?? 0) > 1_000 {
                throw error("repeats more than 1000 times", at: place)
            }
            if let most = bounds.max, most < bounds.min { throw error("the counts are the wrong way round", at: place) }
            node = .repetition(node, min: bounds.min, max: bounds.max, greedy: isLazy == isUngreedy)
        }
        return node
    }

    /// Reads `{n}`, `{n,}` or `{n,m}` up to and with the brace; nil, and nothing read, where it is plain text.
    private mutating func counts() throws(RegexError) -> (min: Int, max: Int?)? {
        let start = position
        position += 1
        let least = number()
        var most = least
        if take(",") { most = number() ?? -1 }
        guard let least, take("}") else {
            position = start
            // A brace that opens no count is an ordinary character; it was not taken by the atom before.
            return nil
        }
        return (least, most == -1 ? nil : most)
    }

    private mutating func number() -> Int? {
        var digits = ""
        while let next = peek, ("0"..."9").contains(next), digits.count < 9 {
            digits.unicodeScalars.append(next)
            position += 1
        }
        return Int(digits)
    }

    private mutating func atom() throws(RegexError) -> RegexNode? {
        let start = position
        guard let next = peek else { return .empty }
        position += 1
        switch next {
        case ".": return .scalars(dotMatchesNewline ? .any : .anyButNewline)
        case "^": return .start(multiline: isMultiline)
        case "$": return .end(multiline: isMultiline)
        case "[": return .scalars(try bracketed(from: start))
        case "(": return try group(from: start)
        case "*", "+", "?": throw error("nothing to repeat before `\(next)`", at: start)
        case "\\": return try escape(from: start)
        default: return .scalars(RegexClass(next, ignoringCase: ignoresCase))
        }
    }

    private mutating func group(from start: Int) throws(RegexError) -> RegexNode? {
        let saved = (ignoresCase, isMultiline, dotMatchesNewline, isUngreedy)
        var index: Int?
        if take("?") {
            if take("P<")
                || (peek == "<" && position + 1 < scalars.count && scalars[position + 1] != "="
                    && scalars[position + 1] != "!" && take("<"))
            {
                var name = ""
                while let next = peek, next != ">" {
                    name.unicodeScalars.append(next)
                    position += 1
                }
                guard take(">"), !name.isEmpty,
                    name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
                else { throw error("a group's name is made of letters, digits and _", at: start) }
                if groupNames.contains(name) { throw error("two groups are named `\(name)`", at: start) }
                index = groupNames.count
                groupNames.append(name)
            } else if !(try flags(from: start)) {
                // `(?i)` holds for the rest of the enclosing group.
                return nil
            }
        } else {
            index = groupNames.count
            groupNames.append(nil)
        }
        let inner = try alternatives()
        guard take(")") else { throw error("`(` is not closed", at: start) }
        (ignoresCase, isMultiline, dotMatchesNewline, isUngreedy) = saved
        return index.map { .group($0, inner) } ?? inner
    }

    /// Reads flags up to `:` (true) or `)` (false).
    private mutating func flags(from start: Int) throws(RegexError) -> Bool {
        var value = true
        while let next = peek {
            position += 1
            switch next {
            case "i": ignoresCase = value
            case "m": isMultiline = value
            case "s": dotMatchesNewline = value
            case "U": isUngreedy = value
            case "-": value = false
            case ":": return true
            case ")": return false
            case "=", "!", "<": throw error("lookaround is not part of RE2", at: start)
            default: throw error("unknown flag `\(next)`", at: position - 1)
            }
        }
        throw error("`(` is not closed", at: start)
    }

    private mutating func escape(from start: Int) throws(RegexError) -> RegexNode {
        guard let next = peek else { throw error("a backslash at the end", at: start) }
        switch next {
        case "A":
            position += 1
            return .start(multiline: false)
        case "z":
            position += 1
            return .end(multiline: false)
        case "b", "B":
            position += 1
            return .wordBoundary(negated: next == "B")
        case "1"..."9": throw error("backreferences are not part of RE2", at: start)
        default: break
        }
        if var set = try classEscape() {
            set.foldsCategories = ignoresCase
            return .scalars(set)
        }
        return .scalars(RegexClass(try scalarEscape(from: start), ignoringCase: ignoresCase))
    }

    /// `\d`, `\W`, … after the backslash; nil, and nothing read, for others.
    private mutating func classEscape() throws(RegexError) -> RegexClass? {
        let set: RegexClass
        switch peek {
        case "d": set = RegexClass(RegexClass.digits)
        case "D": set = RegexClass(RegexClass.digits, negated: true)
        case "w": set = RegexClass(RegexClass.words)
        case "W": set = RegexClass(RegexClass.words, negated: true)
        case "s": set = RegexClass(RegexClass.spaces)
        case "S": set = RegexClass(RegexClass.spaces, negated: true)
        case "p", "P": return try unicodeClass()
        default: return nil
        }
        position += 1
        return set
    }

    /// `\p{L}`, `\pL`, `\P{Greek}` or `\p{^Nd}`, after the backslash. Never negated: a negation is carried out.
    private mutating func unicodeClass() throws(RegexError) -> RegexClass {
        let start = position - 1
        var isNegated = peek == "P"
        position += 1
        guard let next = peek else { throw error("a class such as {L} is missing after `\\p`", at: start) }
        position += 1
        var name = String(next)
        if next == "{" {
            name = ""
            if take("^") { isNegated.toggle() }
            while let letter = peek, letter != "}" {
                name.unicodeScalars.append(letter)
                position += 1
            }
            guard take("}") else { throw error("`\\p{` is not closed", at: start) }
        }
        guard let set = RegexClass(unicode: name, negated: isNegated) else {
            throw error(
                "the Unicode class `\(name)` is not known here: there are the general categories (L, Lu, Nd, …), Any, "
                    + "and \(UnicodeScripts.ranges.keys.sorted().joined(separator: ", ")); write the ranges of others",
                at: start)
        }
        return set
    }

    private mutating func scalarEscape(from start: Int) throws(RegexError) -> Unicode.Scalar {
        guard let next = peek else { throw error("a backslash at the end", at: start) }
        position += 1
        switch next {
        case "n": return "\n"
        case "t": return "\t"
        case "r": return "\r"
        case "f": return "\u{0c}"
        case "v": return "\u{0b}"
        case "a": return "\u{07}"
        case "x":
            let isBraced = take("{")
            var digits = ""
            while let digit = peek, digit.properties.isASCIIHexDigit, digits.count < (isBraced ? 8 : 2) {
                digits.unicodeScalars.append(digit)
                position += 1
            }
            guard !isBraced || take("}"), let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value)
            else { throw error("`\\x` takes two hexadecimal digits, or more in braces", at: start) }
            return scalar
        case "0"..."7":
            var value = next.value - 48
            while let digit = peek, ("0"..."7").contains(digit), value < 32 {
                value = value * 8 + digit.value - 48
                position += 1
            }
            return Unicode.Scalar(value) ?? "\0"
        default:
            guard next.isASCII, !next.properties.isAlphabetic else {
                throw error("unknown escape `\\\(next)`", at: start)
            }
            return next
        }
    }

    private mutating func bracketed(from start: Int) throws(RegexError) -> RegexClass {
        let negated = take("^")
        var set = RegexClass([])
        var isFirst = true
        while true {
            guard let next = peek else { throw error("`[` is not closed", at: start) }
            if next == "]" && !isFirst {
                position += 1
                break
            }
            isFirst = false
            if take("[:") {
                set.ranges += try posixClass(from: position)
                continue
            }
            let place = position
            if next == "\\" {
                position += 1
                if var escaped = try classEscape() {
                    if escaped.negated { escaped = RegexClass(escaped.positive) }
                    set.formUnion(escaped)
                    continue
                }
                position -= 1
            }
            let low = try bracketScalar()
            var high = low
            if peek == "-", position + 1 < scalars.count, scalars[position + 1] != "]" {
                position += 1
                high = try bracketScalar()
            }
            if high < low { throw error("the range is the wrong way round", at: place) }
            set.ranges.append(low.value...high.value)
        }
        if ignoresCase { set.addOtherCases() }
        set.negated = negated
        return set
    }

    private mutating func bracketScalar() throws(RegexError) -> Unicode.Scalar {
        let start = position
        guard let next = peek else { throw error("`[` is not closed") }
        position += 1
        return next == "\\" ? try scalarEscape(from: start) : next
    }

    private mutating func posixClass(from start: Int) throws(RegexError) -> [ClosedRange<UInt32>] {
        let negated = take("^")
        let known: [(String, [ClosedRange<UInt32>])] = [
            ("alnum", [0x30...0x39, 0x41...0x5a, 0x61...0x7a]), ("alpha", [0x41...0x5a, 0x61...0x7a]),
            ("ascii", [0...0x7f]), ("blank", [9...9, 32...32]), ("cntrl", [0...31, 127...127]),
            ("digit", RegexClass.digits), ("graph", [0x21...0x7e]), ("lower", [0x61...0x7a]), ("print", [0x20...0x7e]),
            ("punct", [0x21...0x2f, 0x3a...0x40, 0x5b...0x60, 0x7b...0x7e]), ("space", [9...13, 32...32]),
            ("upper", [0x41...0x5a]), ("word", RegexClass.words), ("xdigit", [0x30...0x39, 0x41...0x46, 0x61...0x66]),
        ]
        for (name, ranges) in known where take(name + ":]") {
            return RegexClass(ranges, negated: negated).positive
        }
        throw error("unknown class; there are [:alpha:], [:digit:], [:alnum:], [:space:], …", at: start)
    }
}
