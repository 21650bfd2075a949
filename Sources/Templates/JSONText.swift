/// Values as Go's `encoding/json` writes them: keys in order, and `<`, `>`, `&` escaped.
enum JSONText {
    /// - Throws: what JSON can't hold, as Go words it.
    static func write(_ value: TemplateValue) throws(FunctionFailure) -> String {
        switch value {
        case .null: return "null"
        case .bool(let flag): return flag ? "true" : "false"
        case .int(let number), .duration(let number): return String(number)
        case .double(let number): return try write(number)
        case .string(let text): return quoted(text)
        case .time(let time): return quoted(time.rfc3339)
        case .calendar(let part): return String(part.number)
        case .list(let list):
            var parts: [String] = []
            for element in list.elements { parts.append(try write(element)) }
            return "[" + parts.joined(separator: ",") + "]"
        case .map(let map):
            var parts: [String] = []
            for (key, value) in map.sorted(by: { $0.key.precedesInBytes($1.key) }) {
                parts.append(quoted(key) + ":" + (try write(value)))
            }
            return "{" + parts.joined(separator: ",") + "}"
        case .labels(let labels):
            let sorted = labels.values.sorted { $0.key.precedesInBytes($1.key) }
            return "{" + sorted.map { quoted($0.key) + ":" + quoted($0.value) }.joined(separator: ",") + "}"
        case .record(let record):
            var parts: [String] = []
            for field in record.fields { parts.append(quoted(field.jsonName) + ":" + (try write(field.value))) }
            return "{" + parts.joined(separator: ",") + "}"
        }
    }

    /// Without an exponent from 1e-6 up to 1e21.
    private static func write(_ number: Double) throws(FunctionFailure) -> String {
        guard number.isFinite else {
            throw FunctionFailure("json: unsupported value: \(GoFloat.general(number))")
        }
        let size = abs(number)
        if size != 0 && (size < 1e-6 || size >= 1e21) {
            let text = GoFloat.shortest(number, scientific: true)
            // Go writes e-09 as e-9.
            let isShort = text.utf8.count > 4 && text.hasSuffix("e-0\(text.suffix(1))")
            return isShort ? String(text.dropLast(2) + text.suffix(1)) : text
        }
        return GoFloat.shortest(number, scientific: false)
    }

    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "<", ">", "&", "\u{2028}", "\u{2029}":
                result += "\\u" + GoText.hex(UInt64(scalar.value), width: 4)
            case "\u{08}": result += "\\b"
            case "\u{0c}": result += "\\f"
            default:
                if scalar.value < 0x20 {
                    result += "\\u" + GoText.hex(UInt64(scalar.value), width: 4)
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }
}
