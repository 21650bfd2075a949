import PromQL

/// A JSON value whose members keep the order in which they were written, so that equal messages give equal bytes.
enum JSONText: Sendable, Equatable, ExpressibleByStringLiteral, ExpressibleByArrayLiteral {
    case null
    case bool(Bool)
    case integer(Int64)
    /// NaN and the infinities, which JSON lacks, become the strings `NaN`, `+Inf` and `-Inf`.
    case number(Double)
    case string(String)
    case array([JSONText])
    case object([Member])

    /// A name and its value.
    struct Member: Sendable, Equatable {
        let name: String
        let value: JSONText

        init(_ name: String, _ value: JSONText) {
            self.name = name
            self.value = value
        }
    }

    init(stringLiteral value: String) {
        self = .string(value)
    }

    init(arrayLiteral elements: JSONText...) {
        self = .array(elements)
    }

    /// An object with these members in this order.
    static func members(_ pairs: KeyValuePairs<String, JSONText>) -> JSONText {
        .object(pairs.map { Member($0.key, $0.value) })
    }

    /// An object of strings, by name.
    static func strings(_ dictionary: [String: String]) -> JSONText {
        .object(dictionary.sorted { $0.key < $1.key }.map { Member($0.key, .string($0.value)) })
    }

    /// An object of labels, in their order.
    static func labels(_ labels: Labels) -> JSONText { .object(labels.map { Member($0.name, .string($0.value)) }) }

    /// The string, or null.
    static func optional(_ text: String?) -> JSONText { text.map(JSONText.string) ?? .null }

    /// The number, or null.
    static func optional(_ number: Double?) -> JSONText { number.map(JSONText.number) ?? .null }

    /// As UTF-8 without white space.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(2_048)
        write(to: &bytes)
        return bytes
    }

    private func write(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += "null".utf8
        case .bool(let value): bytes += (value ? "true" : "false").utf8
        case .integer(let value): bytes += String(value).utf8
        case .number(let value): Self.write(value, to: &bytes)
        case .string(let value): bytes.append(jsonString: value)
        case .array(let values):
            bytes.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                bytes.append(jsonString: member.name)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ value: Double, to bytes: inout [UInt8]) {
        if value.isNaN {
            bytes += "\"NaN\"".utf8
        } else if value.isInfinite {
            bytes += (value < 0 ? "\"-Inf\"" : "\"+Inf\"").utf8
        } else if value == value.rounded(), abs(value) < 1e15 {
            bytes += String(Int64(value)).utf8
        } else {
            bytes += "\(value)".utf8
        }
    }
}
