/// What a template works with.
package indirect enum TemplateValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case string(String)
    case list([TemplateValue])
    case map([String: TemplateValue])

    /// Go's notion of truth: false, 0, and what is empty are false.
    var isTrue: Bool {
        switch self {
        case .null: false
        case .bool(let value): value
        case .int(let value): value != 0
        case .double(let value): value != 0
        case .string(let text): !text.isEmpty
        case .list(let values): !values.isEmpty
        case .map(let values): !values.isEmpty
        }
    }

    /// As Go's `fmt.Print` writes it.
    var text: String {
        switch self {
        case .null: "<no value>"
        case .bool(let value): value ? "true" : "false"
        case .int(let value): String(value)
        case .double(let value): GoFormat.general(value)
        case .string(let text): text
        case .list(let values): "[" + values.map(\.text).joined(separator: " ") + "]"
        case .map(let values):
            "map[" + values.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value.text)" }.joined(separator: " ") + "]"
        }
    }

    /// Whether it is at most so many bytes and not too deep, counting again what it holds several times.
    func fits(_ left: inout Int, depth: Int) -> Bool {
        left -= 1
        switch self {
        case .null, .bool, .int, .double: break
        case .string(let text): left -= text.utf8.count
        case .list(let values):
            for value in values where left < 0 || depth > 20 || !value.fits(&left, depth: depth + 1) { return false }
        case .map(let values):
            for (key, value) in values {
                left -= key.utf8.count
                if left < 0 || depth > 20 || !value.fits(&left, depth: depth + 1) { return false }
            }
        }
        return left >= 0
    }

    /// How a message calls its kind.
    var kind: String {
        switch self {
        case .null: "nothing"
        case .bool: "a bool"
        case .int: "a whole number"
        case .double: "a number"
        case .string: "a string"
        case .list: "a list"
        case .map: "a map"
        }
    }

    /// The number it is, or that its text spells; nil for others.
    var number: Double? {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        case .string(let text): GoFormat.parse(text)
        case .bool, .null, .list, .map: nil
        }
    }
}
