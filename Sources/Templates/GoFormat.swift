#if canImport(Glibc)
    import Glibc
#endif

/// Numbers as Go writes and reads them.
enum GoFormat {
    /// `strconv.ParseFloat`: decimal or hexadecimal, Inf, NaN; nil for others.
    static func parse(_ text: String) -> Double? {
        switch text.lowercased() {
        case "inf", "+inf", "infinity", "+infinity": return .infinity
        case "-inf", "-infinity": return -.infinity
        case "nan": return .nan
        default: break
        }
        guard let first = text.first, first.isASCII, first.isNumber || "+-.".contains(first) else { return nil }
        return Double(text)
    }

    /// `%v` of a float64: the shortest digits, with an exponent below 1e-4 and from 1e21 on.
    static func general(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        if value == 0 { return value.sign == .minus ? "-0" : "0" }
        let (digits, exponent) = shortest(abs(value))
        let sign = value < 0 ? "-" : ""
        if exponent < -4 || exponent >= 6 { return sign + scientific(digits, exponent) }
        return sign + plain(digits, exponent)
    }

    /// The shortest digits that read back as the number, and the decimal exponent of the first.
    static func shortest(_ value: Double) -> (digits: String, exponent: Int) {
        let text = "\(value)".lowercased()
        let parts = text.split(separator: "e")
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

    /// C's format for one number, which Go shares for `e`, `f` and `g` but for infinities.
    static func number(_ value: Double, _ verb: Character, precision: Int?, plus: Bool = false) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        if precision == nil && (verb == "g" || verb == "v") {
            return (plus && value >= 0 ? "+" : "") + general(value)
        }
        // Longer than any number that a person reads, and bounded.
        let digits = min(precision ?? 6, 60)
        var buffer = [CChar](repeating: 0, count: 512)
        let format = "%\(plus ? "+" : "").\(digits)\(verb == "v" ? "g" : String(verb))"
        let length = withVaList([value]) { vsnprintf(&buffer, buffer.count, format, $0) }
        return String(
            decoding: buffer.prefix(max(0, min(Int(length), buffer.count - 1))).map { UInt8(bitPattern: $0) },
            as: UTF8.self)
    }

    /// Go's `fmt.Sprintf` with the verbs that templates use; what does not fit shows as Go shows it.
    static func print(_ format: String, _ arguments: [TemplateValue]) -> String {
        var result = ""
        var rest = Substring(format)
        var next = 0
        while let percent = rest.firstIndex(of: "%") {
            result += rest[..<percent]
            rest = rest[rest.index(after: percent)...]
            var spec = Spec()
            spec.read(&rest, arguments: arguments, next: &next)
            guard let verb = rest.popFirst() else { return result + "%!(NOVERB)" }
            if verb == "%" {
                result += "%"
                continue
            }
            guard next < arguments.count else {
                result += "%!\(verb)(MISSING)"
                continue
            }
            result += spec.pad(spec.text(arguments[next], verb))
            next += 1
        }
        result += rest
        if next < arguments.count {
            let extra = arguments[next...].map { "\(typeName($0))=\($0.text)" }.joined(separator: ", ")
            result += "%!(EXTRA \(extra))"
        }
        return result
    }

    static func typeName(_ value: TemplateValue) -> String {
        switch value {
        case .null: "<nil>"
        case .bool: "bool"
        case .int: "int"
        case .double: "float64"
        case .string: "string"
        case .list: "[]interface {}"
        case .map: "map[string]interface {}"
        }
    }

    /// The flags, width and precision between `%` and the verb.
    private struct Spec {
        var minus = false
        var plus = false
        var zero = false
        var sharp = false
        var space = false
        var width: Int?
        var precision: Int?

        mutating func read(_ rest: inout Substring, arguments: [TemplateValue], next: inout Int) {
            while let flag = rest.first, "-+0# ".contains(flag) {
                switch flag {
                case "-": minus = true
                case "+": plus = true
                case "0": zero = true
                case "#": sharp = true
                default: space = true
                }
                rest.removeFirst()
            }
            width = number(&rest, arguments, &next)
            if let given = width, given < 0 {
                minus = true
                width = -given
            }
            if rest.first == "." {
                rest.removeFirst()
                precision = max(0, number(&rest, arguments, &next) ?? 0)
            }
        }

        private func number(_ rest: inout Substring, _ arguments: [TemplateValue], _ next: inout Int) -> Int? {
            if rest.first == "*" {
                rest.removeFirst()
                guard next < arguments.count, case .int(let value) = arguments[next] else { return nil }
                next += 1
                return Int(max(-1_000, min(1_000, value)))
            }
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            return Int(digits).map { min($0, 1_000) }
        }

        func text(_ value: TemplateValue, _ verb: Character) -> String {
            switch (verb, value) {
            case ("v", .double(let number)): return GoFormat.number(number, "v", precision: precision, plus: plus)
            case ("v", .int(let number)): return (plus && number >= 0 ? "+" : "") + String(number)
            case ("v", .null): return "<nil>"
            case ("v", _): return value.text
            case ("s", .string(let text)): return precision.map { String(text.prefix($0)) } ?? text
            case ("s", .list), ("s", .map): return value.text
            case ("q", .string(let text)): return GoFormat.quoted(text)
            case ("q", .int(let number)):
                return "'"
                    + (Unicode.Scalar(UInt32(truncatingIfNeeded: number)).map { String(Character($0)) } ?? "\u{fffd}")
                    + "'"
            case ("t", .bool(let flag)): return flag ? "true" : "false"
            case ("T", _): return GoFormat.typeName(value)
            case ("d", .int(let number)):
                return (plus && number >= 0 ? "+" : (space && number >= 0 ? " " : "")) + String(number)
            case ("x", .int(let number)): return (sharp ? "0x" : "") + String(number, radix: 16)
            case ("X", .int(let number)): return (sharp ? "0X" : "") + String(number, radix: 16, uppercase: true)
            case ("o", .int(let number)): return (sharp ? "0" : "") + String(number, radix: 8)
            case ("b", .int(let number)): return String(number, radix: 2)
            case ("c", .int(let number)):
                return Unicode.Scalar(UInt32(truncatingIfNeeded: number)).map { String(Character($0)) } ?? "\u{fffd}"
            case ("U", .int(let number)):
                let digits = String(number, radix: 16, uppercase: true)
                return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            case ("x", .string(let text)), ("X", .string(let text)):
                return text.utf8.map { byte in
                    let digits = String(byte, radix: 16, uppercase: verb == "X")
                    return digits.count == 1 ? "0" + digits : digits
                }.joined()
            case ("e", .double(let number)), ("E", .double(let number)), ("f", .double(let number)),
                ("F", .double(let number)), ("g", .double(let number)), ("G", .double(let number)):
                return GoFormat.number(number, verb == "F" ? "f" : verb, precision: precision, plus: plus)
            case (_, .null): return "%!\(verb)(<nil>)"
            default: return "%!\(verb)(\(GoFormat.typeName(value))=\(value.text))"
            }
        }

        func pad(_ text: String) -> String {
            guard let width, text.count < width else { return text }
            let fill = String(repeating: zero && !minus ? "0" : " ", count: width - text.count)
            if minus { return text + fill }
            if zero, let sign = text.first, sign == "-" || sign == "+" { return String(sign) + fill + text.dropFirst() }
            return fill + text
        }
    }

    /// `%q` of a string.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            default:
                if scalar.value < 0x20 || scalar.value == 0x7f {
                    let digits = String(scalar.value, radix: 16)
                    result += "\\x" + (digits.count == 1 ? "0" : "") + digits
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }
}
