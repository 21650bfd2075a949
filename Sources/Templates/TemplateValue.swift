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
