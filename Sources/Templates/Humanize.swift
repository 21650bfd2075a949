/// Prometheus's functions that make numbers readable: `template/template.go` and `common/helpers/templates`.
enum Humanize {
    private static func short(_ value: Double) -> String { GoFloat.format(value, "g", precision: 4) }

    /// With a metric prefix: 1234567 is `1.235M`.
    static func decimal(_ value: Double) -> String {
        guard value != 0, !value.isNaN, !value.isInfinite else { return short(value) }
        var scaled = value
        var prefix = ""
        if abs(scaled) >= 1 {
            for next in ["k", "M", "G", "T", "P", "E", "Z", "Y"] {
                if abs(scaled) < 1_000 { break }
                prefix = next
                scaled /= 1_000
            }
        } else {
            for next in ["m", "u", "n", "p", "f", "a", "z", "y"] {
                if abs(scaled) >= 1 { break }
                prefix = next
                scaled *= 1_000
            }
        }
        return short(scaled) + prefix
    }

    /// With a binary prefix: 1048576 is `1Mi`.
    static func binary(_ value: Double) -> String {
        guard abs(value) > 1, !value.isNaN, !value.isInfinite else { return short(value) }
        var scaled = value
        var prefix = ""
        for next in ["ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"] {
            if abs(scaled) < 1_024 { break }
            prefix = next
            scaled /= 1_024
        }
        return short(scaled) + prefix
    }

    /// Seconds as days, hours, minutes and seconds: 90061 is `1d 1h 1m 1s`.
    static func duration(_ value: Double) -> String {
        if value.isNaN || value.isInfinite { return short(value) }
        if value == 0 { return short(value) + "s" }
        if abs(value) >= 1 {
            let sign = value < 0 ? "-" : ""
            let whole = Int64(min(abs(value), 9e18))
            let (seconds, minutes, hours, days) = (whole % 60, whole / 60 % 60, whole / 3_600 % 24, whole / 86_400)
            if days != 0 { return "\(sign)\(days)d \(hours)h \(minutes)m \(seconds)s" }
            if hours != 0 { return "\(sign)\(hours)h \(minutes)m \(seconds)s" }
            if minutes != 0 { return "\(sign)\(minutes)m \(seconds)s" }
            return short(value) + "s"
        }
        var scaled = value
        var prefix = ""
        for next in ["m", "u", "n", "p", "f", "a", "z", "y"] {
            if abs(scaled) >= 1 { break }
            prefix = next
            scaled *= 1_000
        }
        return short(scaled) + prefix + "s"
    }

    /// A share of one as per cent: 0.834 is `83.4%`.
    static func percentage(_ value: Double) -> String { short(value * 100) + "%" }

    /// Seconds since 1970 as Go prints a time in UTC: `2026-11-23 08:00:00 +0000 UTC`.
    static func timestamp(_ value: Double) throws(FunctionFailure) -> String {
        value.isFinite ? try time(value).text : short(value)
    }

    /// Seconds since 1970 as a time, to the millisecond as Prometheus counts.
    static func time(_ value: Double) throws(FunctionFailure) -> TemplateTime {
        guard value.isFinite else { throw FunctionFailure("value is NaN or Inf") }
        guard let nanoseconds = Int64(exactly: (value * 1e9).rounded(.towardZero)) else {
            throw FunctionFailure(
                "\(GoFloat.general(value)) cannot be represented as a nanoseconds timestamp since it overflows int64")
        }
        return TemplateTime(milliseconds: nanoseconds / 1_000_000)
    }

    /// Prometheus's durations in seconds: `1h30m`, `-5m`, each unit at most once and the largest first; and `0`.
    static func parseDuration(_ text: String) throws(FunctionFailure) -> Double {
        if text.isEmpty { throw FunctionFailure("empty duration string") }
        if text == "0" { return 0 }
        let units: [(name: String, milliseconds: Int64)] = [
            ("y", 31_536_000_000), ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000),
            ("ms", 1),
        ]
        let refusal = FunctionFailure("not a valid duration string: \(GoText.quoted(text))")
        var rest = Substring(text)
        let isNegative = rest.first == "-"
        if isNegative { rest.removeFirst() }
        guard !rest.isEmpty else { throw refusal }
        var total: Int64 = 0
        var next = 0
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            let name = rest.dropFirst(digits.count).prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(digits.count + name.count)
            guard let number = Int64(digits), let unit = units.indices.first(where: { units[$0].name == name }),
                unit >= next
            else { throw refusal }
            let (product, overflow) = number.multipliedReportingOverflow(by: units[unit].milliseconds)
            let (sum, more) = total.addingReportingOverflow(product)
            // The nanoseconds must fit, as in Go.
            if overflow || more || sum > Int64.max / 1_000_000 { throw FunctionFailure("duration out of range") }
            total = sum
            next = unit + 1
        }
        return Double(isNegative ? -total : total) / 1_000
    }
}
