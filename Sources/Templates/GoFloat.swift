#if canImport(Glibc)
    import Glibc
#endif

/// Floating numbers as Go's `strconv` reads and writes them.
enum GoFloat {
    /// `strconv.ParseFloat`: decimal or hexadecimal, Inf, NaN; nil for others.
    static func parse(_ text: String) -> Double? {
        switch text.lowercased() {
        case "inf", "+inf", "infinity", "+infinity": return .infinity
        case "-inf", "-infinity": return -.infinity
        case "nan": return .nan
        default: break
        }
        guard let first = text.first, first.isASCII, first.isNumber || "+-.".contains(first) else { return nil }
        let unsigned = text.drop { $0 == "+" || $0 == "-" }
        if let first = unsigned.first, first.isLetter { return nil }
        return Double(text)
    }

    /// `%v` and `%g`: the shortest digits, with an exponent below 1e-4 and from 1e6 on.
    static func general(_ value: Double) -> String {
        if let text = special(value) { return text }
        if value == 0 { return value.sign == .minus ? "-0" : "0" }
        let exponent = digits(abs(value)).exponent
        return shortest(value, scientific: exponent < -4 || exponent >= 6)
    }

    private static func special(_ value: Double) -> String? {
        if value.isNaN { return "NaN" }
        return value.isInfinite ? (value > 0 ? "+Inf" : "-Inf") : nil
    }

    /// The fewest digits that read back as the number, with or without an exponent.
    static func shortest(_ value: Double, scientific: Bool) -> String {
        if let text = special(value) { return text }
        let (digits, exponent) = digits(abs(value))
        let sign = value.sign == .minus ? "-" : ""
        return sign + (scientific ? Self.scientific(digits, exponent) : plain(digits, exponent))
    }

    /// The shortest digits, and the decimal exponent of the first.
    private static func digits(_ value: Double) -> (digits: String, exponent: Int) {
        if value == 0 { return ("0", 0) }
        let parts = "\(value)".lowercased().split(separator: "e")
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let whole = String(mantissa[0])
        let fraction = mantissa.count > 1 ? String(mantissa[1]) : ""
        var digits = whole + fraction
        var exponent = whole.count - 1 + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
        while digits.first == "0" && digits.count > 1 {
            digits.removeFirst()
            exponent -= 1
        }
        while digits.last == "0" && digits.count > 1 { digits.removeLast() }
        return (digits, exponent)
    }

    private static func scientific(_ digits: String, _ exponent: Int) -> String {
        let mantissa = digits.count > 1 ? "\(digits.prefix(1)).\(digits.dropFirst())" : digits
        let size = abs(exponent)
        return "\(mantissa)e\(exponent < 0 ? "-" : "+")\(size < 10 ? "0" : "")\(size)"
    }

    private static func plain(_ digits: String, _ exponent: Int) -> String {
        if exponent < 0 { return "0." + String(repeating: "0", count: -exponent - 1) + digits }
        if digits.count <= exponent + 1 { return digits + String(repeating: "0", count: exponent + 1 - digits.count) }
        return "\(digits.prefix(exponent + 1)).\(digits.dropFirst(exponent + 1))"
    }

    /// By a verb of `e`, `f`, `g`, `x` or their capitals, without flags or width.
    ///
    /// - Parameter precision: nil for Go's own: six digits of `e` and `f`, the shortest text of `g` and `x`.
    static func format(_ value: Double, _ verb: Character, precision: Int?) -> String {
        if let text = special(value) { return text }
        let lower = verb.lowercased()
        if precision == nil && lower == "g" {
            let text = general(value)
            return verb == "G" ? text.uppercased() : text
        }
        // Longer than any number that a person reads, and bounded.
        let digits = min(precision ?? 6, 100)
        let isHexadecimal = lower == "x"
        let letter = isHexadecimal ? (verb == "x" ? "a" : "A") : (lower == "f" ? "f" : String(verb))
        let form = isHexadecimal && precision == nil ? "%\(letter)" : "%.\(digits)\(letter)"
        var buffer = [CChar](repeating: 0, count: 512)
        let length = withVaList([value]) { vsnprintf(&buffer, buffer.count, form, $0) }
        let text = String(
            decoding: buffer.prefix(max(0, min(Int(length), buffer.count - 1))).map { UInt8(bitPattern: $0) },
            as: UTF8.self)
        guard isHexadecimal, let mark = text.lastIndex(where: { $0 == "p" || $0 == "P" }) else { return text }
        // Go writes at least two digits of the exponent.
        let exponent = text[mark...].dropFirst(2)
        return exponent.count > 1 ? text : String(text.dropLast(exponent.count)) + "0" + exponent
    }
}
