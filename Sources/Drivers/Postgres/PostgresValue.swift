/// A parameter's value; sent as text, so that the server takes it for the type that the statement asks for.
package enum PostgresValue: Sendable, Hashable {
    case null
    case int(Int64)
    case double(Double)
    case text(String)
    case bool(Bool)
    /// Milliseconds since 1970 UTC; the ends of Int64 are the infinities.
    case timestamp(Int64)

    /// As it goes to the server; nil for NULL.
    var text: String? {
        switch self {
        case .null: return nil
        case .int(let value): return String(value)
        case .double(let value):
            if value.isNaN { return "NaN" }
            if value.isInfinite { return value > 0 ? "Infinity" : "-Infinity" }
            return "\(value)"
        case .text(let value): return value
        case .bool(let value): return value ? "t" : "f"
        case .timestamp(let milliseconds): return PostgresTime.text(milliseconds: milliseconds)
        }
    }
}
