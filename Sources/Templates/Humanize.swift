#if canImport(Glibc)
    import Glibc
#endif

/// Prometheus's functions that make numbers readable: `template/template.go` and `common/helpers/templates`.
enum Humanize {
    private static func short(_ value: Double) -> String { GoFormat.number(value, "g", precision: 4) }

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
    static func timestamp(_ value: Double) -> String {
        guard !value.isNaN, !value.isInfinite else { return short(value) }
        guard abs(value) < 9e11 else { return short(value) }
        var seconds = time_t(value.rounded(.down))
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        var text =
            "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday)) "
            + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
        let milliseconds = Int(((value - value.rounded(.down)) * 1_000).rounded(.down))
        if milliseconds > 0 {
            var digits = String(repeating: "0", count: 3 - String(milliseconds).count) + String(milliseconds)
            while digits.last == "0" { digits.removeLast() }
            text += "." + digits
        }
        return text + " +0000 UTC"
    }

    /// Reads `1h30m`, in seconds; nil where it is no duration.
    static func parseDuration(_ text: String) -> Double? {
        if let number = GoFormat.parse(text) { return number }
        let units: [(String, Double)] = [
            ("ms", 0.001), ("y", 31_536_000), ("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1),
        ]
        var rest = Substring(text)
        var total = 0.0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            guard let number = Double(digits), let unit = units.first(where: { rest.hasPrefix($0.0) }) else {
                return nil
            }
            total += number * unit.1
            rest = rest.dropFirst(unit.0.count)
        }
        return total
    }
}
