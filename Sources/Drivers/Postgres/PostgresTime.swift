/// Timestamps in ISO form, as the server writes them under `DateStyle=ISO`.
enum PostgresTime {
    private static let dayLength: Int64 = 86_400_000

    /// `2026-11-23 08:00:00.123+00`; the ends of Int64 are the infinities.
    static func text(milliseconds: Int64) -> String {
        if milliseconds == .max { return "infinity" }
        if milliseconds == .min { return "-infinity" }
        let (quotient, remainder) = milliseconds.quotientAndRemainder(dividingBy: dayLength)
        let day = remainder < 0 ? quotient - 1 : quotient
        let rest = remainder < 0 ? remainder + dayLength : remainder
        let (year, month, date) = civil(day)
        let shownYear = digits(year > 0 ? year : 1 - year, 4)
        return "\(shownYear)-\(digits(month, 2))-\(digits(date, 2)) \(digits(rest / 3_600_000, 2)):"
            + "\(digits(rest / 60_000 % 60, 2)):\(digits(rest / 1_000 % 60, 2)).\(digits(rest % 1_000, 3))+00"
            + (year > 0 ? "" : " BC")
    }

    private static func digits(_ number: Int64, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.count)) + text
    }

    /// Milliseconds since 1970 UTC, cut off below; nil for anything that is no timestamp. The infinities are the ends
    /// of Int64.
    static func milliseconds(_ text: String) -> Int64? {
        if text == "infinity" { return .max }
        if text == "-infinity" { return .min }
        let isBefore = text.hasSuffix(" BC")
        let parts = (isBefore ? text.dropLast(3) : text[...]).split(separator: " ", omittingEmptySubsequences: false)
        guard let date = parts.first, parts.count <= 2, let numbers = whole(date, separator: "-"), numbers.count == 3
        else { return nil }
        // PostgreSQL's years end at 294276.
        guard (1...300_000).contains(numbers[0]), (1...12).contains(numbers[1]), (1...31).contains(numbers[2])
        else { return nil }
        let midnight = days(isBefore ? 1 - numbers[0] : numbers[0], numbers[1], numbers[2]) * dayLength
        guard parts.count == 2 else { return midnight }
        return timeOfDay(parts[1]).map { midnight + $0 }
    }

    /// `08:00:00.123`, with an offset such as `+05:30` or without; less the offset.
    private static func timeOfDay(_ text: Substring) -> Int64? {
        let sign = text.lastIndex { $0 == "+" || $0 == "-" }
        let clock = sign.map { text[..<$0] } ?? text
        let halves = clock.split(separator: ".", omittingEmptySubsequences: false)
        guard let first = halves.first, halves.count <= 2, let parts = whole(first, separator: ":"), parts.count == 3,
            parts[0] <= 24, parts[1] < 60, parts[2] <= 60
        else { return nil }
        var total = ((parts[0] * 60 + parts[1]) * 60 + parts[2]) * 1_000
        if halves.count == 2 {
            let padded = halves[1].prefix(3) + String(repeating: "0", count: max(0, 3 - halves[1].count))
            guard let fraction = whole(halves[1], separator: ".") == nil ? nil : Int64(padded) else { return nil }
            total += fraction
        }
        guard let sign else { return total }
        guard let offset = whole(text[text.index(after: sign)...], separator: ":"), offset.count <= 3,
            offset.allSatisfy({ $0 < 60 })
        else { return nil }
        let seconds = zip(offset, [3_600, 60, 1] as [Int64]).reduce(0) { $0 + $1.0 * $1.1 }
        return total - (text[sign] == "-" ? -seconds : seconds) * 1_000
    }

    /// Short numbers of digits alone, so that nothing below can overflow; nil for anything else.
    private static func whole(_ text: Substring, separator: Character) -> [Int64]? {
        var numbers: [Int64] = []
        for part in text.split(separator: separator, omittingEmptySubsequences: false) {
            guard part.count <= 6, part.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int64(part)
            else { return nil }
            numbers.append(number)
        }
        return numbers
    }

    /// Howard Hinnant's `days_from_civil`: days since 1970-01-01.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// Howard Hinnant's `civil_from_days`.
    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
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
