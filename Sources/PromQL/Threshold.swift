/// A condition on one number, as rule files write it: `> 0.80`.
package struct Threshold: Hashable, Sendable, CustomStringConvertible {
    package enum Comparison: String, Hashable, Sendable, CaseIterable {
        case greater = ">"
        case greaterOrEqual = ">="
        case less = "<"
        case lessOrEqual = "<="
        case equal = "=="
        case notEqual = "!="
    }

    package let comparison: Comparison
    package let bound: Double
    /// The bound as it was written.
    private let boundText: String

    package init(_ text: String) throws(ExpressionError) {
        let trimmed = text.drop { $0 == " " }
        let leading = text.count - trimmed.count
        let operators: [Comparison] = [.greaterOrEqual, .lessOrEqual, .equal, .notEqual, .greater, .less]
        guard let found = operators.first(where: { trimmed.hasPrefix($0.rawValue) }) else {
            throw ExpressionError(
                message: "a condition begins with >, >=, <, <=, == or !=", line: 1, column: leading + 1,
                hint: "write it as \"> 0.8\"", text: text)
        }
        let rest = trimmed.dropFirst(found.rawValue.count).drop { $0 == " " }
        var end = rest
        while end.last == " " { end.removeLast() }
        guard let number = NumberText.parse(String(end)), !number.isNaN else {
            throw ExpressionError(
                message: end.isEmpty ? "a number is missing after `\(found.rawValue)`" : "`\(end)` is not a number",
                line: 1, column: text.count - rest.count + 1, hint: "write it as \"\(found.rawValue) 0.8\"", text: text)
        }
        comparison = found
        bound = number
        boundText = String(end)
    }

    private init(_ comparison: Comparison, of other: Threshold) {
        self.comparison = comparison
        bound = other.bound
        boundText = other.boundText
    }

    /// Whether the value satisfies it; NaN satisfies none.
    package func holds(_ value: Double) -> Bool {
        switch comparison {
        case .greater: value > bound
        case .greaterOrEqual: value >= bound
        case .less: value < bound
        case .lessOrEqual: value <= bound
        case .equal: value == bound
        case .notEqual: !value.isNaN && value != bound
        }
    }

    /// What holds exactly where this does not.
    package var negation: Threshold {
        switch comparison {
        case .greater: Threshold(.lessOrEqual, of: self)
        case .greaterOrEqual: Threshold(.less, of: self)
        case .less: Threshold(.greaterOrEqual, of: self)
        case .lessOrEqual: Threshold(.greater, of: self)
        case .equal: Threshold(.notEqual, of: self)
        case .notEqual: Threshold(.equal, of: self)
        }
    }

    /// Whether every value that satisfies this satisfies the other as well.
    package func implies(_ other: Threshold) -> Bool {
        // Both sets are made of the points and open intervals between the two bounds: looking at one value in each
        // of them decides.
        probes(with: other).allSatisfy { !holds($0) || other.holds($0) }
    }

    /// Whether no value satisfies both.
    package func isDisjoint(from other: Threshold) -> Bool {
        probes(with: other).allSatisfy { !(holds($0) && other.holds($0)) }
    }

    private func probes(with other: Threshold) -> [Double] {
        let (low, high) = (min(bound, other.bound), max(bound, other.bound))
        return [
            -Double.infinity, low.nextDown, low, low + (high - low) / 2, low.nextUp, high.nextDown, high, high.nextUp,
            .infinity,
        ].filter { !$0.isNaN }
    }

    package var description: String { "\(comparison.rawValue) \(boundText)" }
}

/// Reads numbers as PromQL writes them.
enum NumberText {
    /// Decimal with exponent and underscores, `0x1F`, `0o17`, `0b1`, `Inf`, `NaN`; nil for anything else.
    static func parse(_ text: String) -> Double? {
        var body = Substring(text)
        var sign = 1.0
        if body.first == "-" || body.first == "+" {
            if body.first == "-" { sign = -1 }
            body = body.dropFirst()
        }
        let lower = body.lowercased()
        if lower == "inf" || lower == "+inf" { return sign * .infinity }
        if lower == "nan" { return .nan }
        if lower.hasPrefix("__") || lower.hasSuffix("_") || lower.contains("__") { return nil }
        let plain = lower.replacing("_")
        for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where plain.hasPrefix(prefix) {
            return UInt64(plain.dropFirst(2), radix: radix).map { sign * Double($0) }
        }
        // As in Go, whole numbers with a leading zero are octal; `08` and `0.5` are not.
        if plain.count > 1, plain.hasPrefix("0"), let octal = UInt64(plain, radix: 8) { return sign * Double(octal) }
        guard let first = plain.unicodeScalars.first, ("0"..."9").contains(first) || first == "." else { return nil }
        return Double(plain).map { sign * $0 }
    }
}

extension String {
    fileprivate func replacing(_ character: Character) -> String {
        filter { $0 != character }
    }
}
