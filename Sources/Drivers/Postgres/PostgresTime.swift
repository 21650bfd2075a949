/// Timestamps in ISO form, as the server writes them under `DateStyle=ISO` and `TimeZone=UTC`.
enum PostgresTime {
    private static let dayLength: Int64 = 86_400_000

    /// `2026-11-23 08:00:00.123+00`.
    static func text(milliseconds: Int64) -> String {
        let day = milliseconds >= 0 ? milliseconds / dayLength : (milliseconds - dayLength + 1) / dayLength
        let rest = milliseconds - day * dayLength
        let (year, month, date) = civil(day)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let fraction = String(1_000 + rest % 1_000).dropFirst()
        return "\(year)-\(two(month))-\(two(date)) \(two(rest / 3_600_000)):\(two(rest / 60_000 % 60)):"
            + "\(two(rest / 1_000 % 60)).\(fraction)+00"
    }

    /// Milliseconds since 1970 UTC; nil for anything that is no timestamp. The infinities are the ends of Int64.
    static func milliseconds(_ text: String) -> Int64? {
        if text == "infinity" { return .max }
        if text == "-infinity" { return .min }
        let isBefore = text.hasSuffix(" BC")
        let parts = (isBefore ? String(text.dropLast(3)) : text).split(separator: " ")
        guard let date = parts.first, parts.count <= 2 else { return nil }
        let numbers = date.split(separator: "-").map { Int64($0) }
        guard numbers.count == 3, var year = numbers[0], let month = numbers[1], let day = numbers[2] else { return nil }
        if isBefore { year = 1 - year }
        var total = days(year, month, day) * dayLength
        if parts.count == 2 {
            guard let time = timeOfDay(parts[1]) else { return nil }
            total += time
        }
        return total
    }

    /// `08:00:00.123`, with an offset such as `+05:30` or without.
    private static func timeOfDay(_ text: Substring) -> Int64? {
        let sign = text.lastIndex { $0 == "+" || $0 == "-" }
        let clock = sign.map { text[..<$0] } ?? text
        let parts = clock.split(separator: ":")
        guard parts.count == 3, let hour = Int64(parts[0]), let minute = Int64(parts[1]), let second = Double(parts[2])
        else { return nil }
        var total = (hour * 60 + minute) * 60_000 + Int64((second * 1_000).rounded(.down))
        if let sign {
            let offset = text[text.index(after: sign)...].split(separator: ":").map { Int64($0) ?? 0 }
            let minutes = (offset.first ?? 0) * 60 + (offset.count > 1 ? offset[1] : 0)
            total -= (text[sign] == "-" ? -minutes : minutes) * 60_000
        }
        return total
    }

    /// Howard Hinnant's `days_from_civil`.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func civil(_ days: Int64) -> (Int64, Int64, Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let fromMarch = (5 * dayOfYear + 2) / 153
        let month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * fromMarch + 2) / 5 + 1)
    }
}
