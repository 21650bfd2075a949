import PromQL

/// Reads the header `Retry-After`: RFC 9110, section 10.2.3.
enum RetryAfter {
    /// How long to wait; nil where there is no header or it can't be read. A time that has passed gives zero.
    static func parse(_ text: String?, now: Timestamp) -> Duration? {
        guard let text = text?.trimmed, !text.isEmpty else { return nil }
        if text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            // More digits than fit mean longer than anybody waits.
            return .seconds(min(Int64(text) ?? longest, longest))
        }
        guard let time = date(text) else { return nil }
        return max(.zero, min(time - now, .seconds(longest)))
    }

    /// A year: enough to say «long», and far from overflow.
    private static let longest: Int64 = 31_536_000

    /// The three forms of RFC 9110, section 5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`,
    /// `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`.
    private static func date(_ text: String) -> Timestamp? {
        let parts = text.split { $0 == " " || $0 == "," || $0 == "-" }.map(String.init)
        guard parts.count == 5 || (parts.count == 6 && parts[5] == "GMT") else { return nil }
        let order = parts.count == 6 ? (day: 1, month: 2, year: 3, clock: 4) : (day: 2, month: 1, year: 4, clock: 3)
        let clock = parts[order.clock].split(separator: ":").compactMap { Int64($0) }
        guard let day = Int64(parts[order.day]), (1...31).contains(day),
            let month = TimeText.months.firstIndex(of: parts[order.month]),
            var year = Int64(parts[order.year]), (0...9_999).contains(year),
            clock.count == 3, (0...23).contains(clock[0]), (0...59).contains(clock[1]), (0...60).contains(clock[2])
        else { return nil }
        if parts[order.year].count == 2 { year += year < 70 ? 2_000 : 1_900 }
        let days = daysSince1970(year: year, month: Int64(month) + 1, day: day)
        return Timestamp(milliseconds: (days * 86_400 + clock[0] * 3_600 + clock[1] * 60 + clock[2]) * 1_000)
    }

    /// Howard Hinnant's `days_from_civil`, for years that are not negative.
    private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
