/// Why a text is no duration.
package struct DurationError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
}

extension Duration {
    /// Reads Prometheus's form: `1h30m`, `15s`, `250ms`, `1d`, `1w`, `1y`, and `0`. Units go from large to small, each once.
    package init(promQL text: String) throws(DurationError) {
        let mend = "write it as 30s, 5m, 1h30m, 1d (units: y w d h m s ms, from large to small)"
        guard !text.isEmpty else { throw DurationError(description: "a duration is missing; \(mend)") }
        if text == "0" {
            self = .zero
            return
        }
        let units: [(name: String, milliseconds: Int64)] = [
            ("y", 31_536_000_000), ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000),
            ("s", 1_000), ("ms", 1),
        ]
        var total: Int64 = 0
        var next = 0
        var rest = Substring(text)
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(unit.count)
            guard let number = Int64(digits),
                let index = units.firstIndex(where: { $0.name == unit }), index >= next
            else { throw DurationError(description: "`\(text)` is not a duration; \(mend)") }
            let (product, tooLarge) = number.multipliedReportingOverflow(by: units[index].milliseconds)
            let (sum, overflows) = total.addingReportingOverflow(product)
            guard !tooLarge, !overflows, sum <= Self.longest else {
                throw DurationError(description: "`\(text)` is too long a duration")
            }
            total = sum
            next = index + 1
        }
        self = .milliseconds(total)
    }

    /// In milliseconds: what Go's durations hold (292 years), so that times and ranges can be added without overflow.
    private static var longest: Int64 { 9_223_372_036_854 }

    /// In Prometheus's form: `1h30m`; `0s` for none.
    package var promQL: String {
        var rest = milliseconds
        guard rest != 0 else { return "0s" }
        var text = rest < 0 ? "-" : ""
        rest = rest == .min ? .max : abs(rest)
        let units: [(name: String, milliseconds: Int64)] = [
            ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1),
        ]
        for unit in units where rest >= unit.milliseconds {
            text += "\(rest / unit.milliseconds)\(unit.name)"
            rest %= unit.milliseconds
        }
        return text
    }

    /// Whole milliseconds; what is less is cut off.
    package var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds &* 1_000 &+ attoseconds / 1_000_000_000_000_000
    }
}
