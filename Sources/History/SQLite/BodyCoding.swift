import PromQL

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Reads rows' bodies, which `BodyText` writes as JSON. A number that is not finite is written as a string, since JSON has none.
enum BodyCoding {
    static func decode<Value: Decodable>(
        _ type: Value.Type, from text: String, table: String, key: String
    ) throws(HistoryError) -> Value {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "+Inf", negativeInfinity: "-Inf", nan: "NaN")
        do {
            return try decoder.decode(type, from: Data(text.utf8))
        } catch {
            throw .corruptRow(table: table, key: key, detail: explanation(of: error))
        }
    }

    /// Labels as a JSON object, always the same text for the same labels. By hand, since every event has them and the
    /// general way takes longer than all the rest of writing it.
    static func encode(_ labels: Labels) -> String {
        var text = "{"
        for (name, value) in labels {
            if text.utf8.count > 1 { text += "," }
            append(name, to: &text)
            text += ":"
            append(value, to: &text)
        }
        return text + "}"
    }

    /// Appends a text in quotes, with what JSON wants escaped.
    static func append(_ value: String, to text: inout String) {
        text += "\""
        if value.utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
            text += value
        } else {
            for scalar in value.unicodeScalars {
                switch scalar {
                case "\"": text += "\\\""
                case "\\": text += "\\\\"
                case _ where scalar.value < 0x20:
                    let digits = String(scalar.value, radix: 16)
                    text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                case let plain: text.unicodeScalars.append(plain)
                }
            }
        }
        text += "\""
    }

    private static func explanation(of error: any Error) -> String {
        switch error {
        case DecodingError.dataCorrupted(let context): place(context) + context.debugDescription
        case DecodingError.keyNotFound(let key, let context): place(context) + "`\(key.stringValue)` is missing"
        case DecodingError.typeMismatch(_, let context): place(context) + context.debugDescription
        case DecodingError.valueNotFound(_, let context): place(context) + context.debugDescription
        case let other: "\(other)"
        }
    }

    private static func place(_ context: DecodingError.Context) -> String {
        place(context.codingPath)
    }

    private static func place(_ path: [any CodingKey]) -> String {
        path.isEmpty ? "" : "at \(path.map(\.stringValue).joined(separator: ".")): "
    }
}
