import PromQL

/// Values as the differences show them.
enum Shown {
    /// Label names and values, sorted; also empty values, which `Labels` does not keep.
    static func labels(_ labels: [String: String]) -> String {
        let pairs = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\($0.value.escapedForQuotes)\"" }
        return "{" + pairs.joined(separator: ", ") + "}"
    }

    static func annotations(_ annotations: [String: String]) -> [String] {
        annotations.sorted { $0.key < $1.key }.map { "\($0.key): \"\($0.value.escapedForQuotes)\"" }
    }

    /// All digits that the number has.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
        return "\(value)"
    }
}
