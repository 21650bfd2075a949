extension TemplateLexer {
    /// A number, with all that Go would take for a part of it.
    mutating func number() throws(TemplateError) -> TemplateValue {
        let start = position
        if current == "+" || current == "-" { position += 1 }
        while let next = current {
            let previous = scalars[position - 1]
            let isHexadecimal = scalars[start..<position].contains { $0 == "x" || $0 == "X" }
            let isExponent = isHexadecimal ? previous == "p" || previous == "P" : previous == "e" || previous == "E"
            let isSign = (next == "+" || next == "-") && isExponent && position > start
            guard Self.isNamePart(next) || next == "." || isSign else { break }
            position += 1
        }
        let word = String(String.UnicodeScalarView(scalars[start..<position]))
        switch GoNumber.read(word) {
        case .success(let value): return value
        case .failure(let failure): throw error(failure.message, at: start)
        }
    }

    mutating func raw() throws(TemplateError) -> String {
        let start = position
        guard let end = scalars[(start + 1)...].firstIndex(of: "`") else {
            throw error("the string is not closed", at: start)
        }
        position = end + 1
        // Go drops carriage returns from raw strings.
        return String(String.UnicodeScalarView(scalars[(start + 1)..<end].filter { $0 != "\r" }))
    }

    mutating func quoted() throws(TemplateError) -> String {
        let start = position
        position += 1
        var bytes: [UInt8] = []
        while let next = current {
            position += 1
            switch next {
            case "\"": return String(decoding: bytes, as: UTF8.self)
            case "\n": throw error("the string is not closed on its line", at: start)
            case "\\": bytes += try escape(start, quote: "\"").bytes
            default: bytes += Array(UTF8.encode(next) ?? UTF8.encodedReplacementCharacter)
            }
        }
        throw error("the string is not closed", at: start)
    }

    mutating func character() throws(TemplateError) -> Int64 {
        let start = position
        position += 1
        guard let next = current, next != "'", next != "\n" else {
            throw error("the character is not closed", at: start)
        }
        position += 1
        let value = next == "\\" ? try escape(start, quote: "'").value : Int64(next.value)
        guard current == "'" else { throw error("the character is not closed", at: start) }
        position += 1
        return value
    }

    /// What follows a backslash: its bytes, of which `\x` and octal numbers give one each, and its value.
    private mutating func escape(
        _ start: Int, quote: Unicode.Scalar
    ) throws(TemplateError) -> (bytes: [UInt8], value: Int64) {
        guard let next = current else { throw error("the string is not closed", at: start) }
        position += 1
        let simple: [Unicode.Scalar: UInt8] = [
            "a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92,
        ]
        if let byte = simple[next] { return ([byte], Int64(byte)) }
        if next == quote { return ([UInt8(next.value)], Int64(next.value)) }
        let (count, radix): (Int, Int)
        switch next {
        case "x": (count, radix) = (2, 16)
        case "u": (count, radix) = (4, 16)
        case "U": (count, radix) = (8, 16)
        case "0"..."7":
            position -= 1
            (count, radix) = (3, 8)
        default: throw error("unknown escape `\\\(Character(next))`", at: position - 2)
        }
        let end = position + count
        let digits = end <= scalars.count ? String(String.UnicodeScalarView(scalars[position..<end])) : ""
        guard digits.allSatisfy({ $0.isASCII && $0.isHexDigit }), let value = UInt32(digits, radix: radix) else {
            throw error("`\\\(Character(next))` takes \(count) digits of base \(radix)", at: position - 1)
        }
        position = end
        if next == "u" || next == "U" {
            guard let scalar = Unicode.Scalar(value) else {
                throw error("`\\\(Character(next))\(digits)` is no character", at: position - count - 2)
            }
            return (Array(String(Character(scalar)).utf8), Int64(value))
        }
        guard value < 256 else { throw error("`\\\(digits)` is more than a byte", at: position - count - 1) }
        return ([UInt8(value)], Int64(value))
    }
}
