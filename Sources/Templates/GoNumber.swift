/// Number literals of Go's template language.
enum GoNumber {
    /// A literal with its sign: `12`, `0x1F`, `0b101`, `0o17`, `017`, `1_000`, `1.5e3`, `0x1p-2`.
    static func read(_ word: String) -> Result<TemplateValue, FunctionFailure> {
        if word.last == "i", word.count > 1, !word.lowercased().contains("x") {
            return .failure(FunctionFailure("imaginary numbers such as `\(word)` are not supported"))
        }
        guard areUnderscoresRight(word) else { return .failure(FunctionFailure("bad number syntax: `\(word)`")) }
        let plain = word.filter { $0 != "_" }
        if !isFloat(plain) {
            guard let whole = integer(plain) else {
                return .failure(FunctionFailure("bad number syntax: `\(word)`"))
            }
            guard let whole else { return .failure(FunctionFailure("integer overflow: `\(word)`")) }
            return .success(.int(whole))
        }
        guard let value = GoFloat.parse(plain), value.isFinite else {
            return .failure(FunctionFailure("bad number syntax: `\(word)`"))
        }
        return .success(.double(value))
    }

    private static func isFloat(_ word: String) -> Bool {
        let lower = word.lowercased()
        return lower.contains(".") || lower.contains(lower.contains("x") ? "p" : "e")
    }

    /// nil where the word is no whole number; `.some(nil)` where it is too large.
    private static func integer(_ word: String) -> Int64?? {
        var digits = Substring(word.lowercased())
        var sign = ""
        if let first = digits.first, first == "-" || first == "+" {
            sign = first == "-" ? "-" : ""
            digits.removeFirst()
        }
        var radix = 10
        for (prefix, base) in [("0x", 16), ("0b", 2), ("0o", 8)] where digits.hasPrefix(prefix) {
            radix = base
            digits = digits.dropFirst(2)
        }
        if radix == 10, digits.count > 1, digits.first == "0" {
            radix = 8
            digits = digits.dropFirst()
        }
        let isWhole =
            !digits.isEmpty
            && digits.allSatisfy { digit in digit.isASCII && (digit.hexDigitValue.map { $0 < radix } ?? false) }
        guard isWhole else { return nil }
        return .some(Int64(sign + digits, radix: radix))
    }

    /// An underscore stands between digits, or after the mark of the base.
    private static func areUnderscoresRight(_ word: String) -> Bool {
        guard word.contains("_") else { return true }
        let characters = Array(word.lowercased())
        let isHexadecimal = word.lowercased().contains("0x")
        func isDigit(_ character: Character) -> Bool {
            character.isASCII && (isHexadecimal ? character.isHexDigit : character.isNumber)
        }
        for (place, character) in characters.enumerated() where character == "_" {
            guard place > 0, place + 1 < characters.count, isDigit(characters[place + 1]) else { return false }
            let previous = characters[place - 1]
            let isMark = "xbo".contains(previous) && place > 1 && characters[place - 2] == "0"
            guard isDigit(previous) || isMark else { return false }
        }
        return true
    }
}
