#if canImport(Glibc)
    import Glibc
#endif

/// What Go's `time.Duration` can do, on nanoseconds.
enum TemplateDuration {
    static let second: Int64 = 1_000_000_000

    /// `1h2m3.5s`, `1.5ms`, `0s`.
    static func text(_ nanoseconds: Int64) -> String {
        if nanoseconds == 0 { return "0s" }
        let sign = nanoseconds < 0 ? "-" : ""
        let size = nanoseconds.magnitude
        if size < 1_000 { return "\(sign)\(size)ns" }
        if size < 1_000_000 { return sign + decimal(size, 1_000) + "µs" }
        if size < 1_000_000_000 { return sign + decimal(size, 1_000_000) + "ms" }
        let minutes = size / 60_000_000_000
        let rest = decimal(size % 60_000_000_000, 1_000_000_000) + "s"
        if minutes == 0 { return sign + rest }
        if minutes < 60 { return "\(sign)\(minutes)m\(rest)" }
        return "\(sign)\(minutes / 60)h\(minutes % 60)m\(rest)"
    }

    /// A number of units with as many decimals as it takes.
    private static func decimal(_ size: UInt64, _ unit: UInt64) -> String {
        let fraction = size % unit
        if fraction == 0 { return String(size / unit) }
        var digits = String(fraction)
        digits = String(repeating: "0", count: String(unit).count - 1 - digits.count) + digits
        while digits.last == "0" { digits.removeLast() }
        return "\(size / unit).\(digits)"
    }

    /// Towards zero to a multiple.
    static func truncated(_ nanoseconds: Int64, _ multiple: Int64) -> Int64 {
        multiple <= 0 ? nanoseconds : nanoseconds - nanoseconds % multiple
    }

    /// To the nearest multiple, halves away from zero.
    static func rounded(_ nanoseconds: Int64, _ multiple: Int64) -> Int64 {
        guard multiple > 0 else { return nanoseconds }
        let rest = nanoseconds % multiple
        if rest.magnitude < multiple.magnitude - rest.magnitude { return nanoseconds - rest }
        let (sum, overflow) = (nanoseconds - rest).addingReportingOverflow(nanoseconds < 0 ? -multiple : multiple)
        return overflow ? (nanoseconds < 0 ? Int64.min : Int64.max) : sum
    }
}
