/// When a job of pg_cron should run: the five fields of cron, `@hourly` and the like, and what pg_cron adds to them
/// (`30 seconds`, and `$` for a month's last day).
///
/// Times are seconds since 1970 on the calendar of pg_cron's own zone (`cron.timezone`), so no zone is needed here. As in
/// cron, a day must match both of its fields where one of them begins with `*`, and either of them where none does.
struct CronSchedule: Hashable, Sendable {
    private enum Kind: Hashable {
        /// So long after the run before began.
        case every(seconds: Int64)
        case fields(Fields)
        /// When the server starts.
        case reboot
    }

    /// The times that match, as bits.
    private struct Fields: Hashable {
        var minutes: UInt64
        var hours: UInt64
        var days: UInt64
        var months: UInt64
        /// Sunday is 0.
        var weekdays: UInt64
        var isLastDay = false
        var needsBothDays = false
    }

    private let kind: Kind

    private static let minute: Int64 = 60
    private static let day: Int64 = 86_400
    /// From one 29th of February to the next it is eight years at most.
    private static let longestSearch = 8 * 366 + 1

    /// Reads a schedule; nil where it is none.
    init?(_ text: String) {
        let words = text.lowercased().split(whereSeparator: \.isWhitespace).map(String.init)
        if words.count == 2, ["second", "seconds"].contains(words[1]), let count = Int64(words[0]), 1...59 ~= count {
            kind = .every(seconds: count)
            return
        }
        if words.count == 1, words[0] == "@reboot" {
            kind = .reboot
            return
        }
        let names = [
            "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
            "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
        ]
        let fields = words.count == 1 ? (names[words[0]] ?? "").split(separator: " ").map(String.init) : words
        guard fields.count == 5, let read = Self.fields(fields) else { return nil }
        kind = .fields(read)
    }

    /// The first time after another at which the job should run; nil for a job that runs at no time of its own.
    func next(after time: Int64) -> Int64? {
        switch kind {
        case .every(let seconds): return time + seconds
        case .reboot: return nil
        case .fields(let fields):
            let first = (Self.floor(time, Self.minute) + 1) * Self.minute
            let today = Self.floor(first, Self.day)
            for number in today..<(today + Int64(Self.longestSearch)) where Self.matches(fields, day: number) {
                let from = number == today ? (first - number * Self.day) / Self.minute : 0
                for minute in from..<1_440
                where fields.hours & 1 << UInt64(minute / 60) != 0 && fields.minutes & 1 << UInt64(minute % 60) != 0 {
                    return number * Self.day + minute * Self.minute
                }
            }
            return nil
        }
    }

    private static func matches(_ fields: Fields, day number: Int64) -> Bool {
        let date = CivilDay(number: number)
        guard fields.months & 1 << UInt64(date.month) != 0 else { return false }
        let isDay = fields.days & 1 << UInt64(date.day) != 0 || (fields.isLastDay && date.isLastOfMonth)
        let isWeekday = fields.weekdays & 1 << UInt64(date.weekday) != 0
        return fields.needsBothDays ? isDay && isWeekday : isDay || isWeekday
    }

    static func floor(_ value: Int64, _ unit: Int64) -> Int64 {
        value >= 0 ? value / unit : -((-value + unit - 1) / unit)
    }

    // MARK: Reading

    private static func fields(_ texts: [String]) -> Fields? {
        let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
        let weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
        let dayParts = texts[2].split(separator: ",", omittingEmptySubsequences: false)
        let plainDays = dayParts.filter { $0 != "$" }.joined(separator: ",")
        let isLastDay = dayParts.contains("$")
        guard let minutes = bits(texts[0], 0...59), let hours = bits(texts[1], 0...23),
            let days = isLastDay && plainDays.isEmpty ? 0 : bits(plainDays, 1...31),
            let month = bits(texts[3], 1...12, names: months, firstName: 1),
            var weekday = bits(texts[4], 0...7, names: weekdays, firstName: 0)
        else { return nil }
        // Sunday has two numbers.
        if weekday & 1 << 7 != 0 { weekday |= 1 }
        return Fields(
            minutes: minutes, hours: hours, days: days, months: month, weekdays: weekday, isLastDay: isLastDay,
            needsBothDays: texts[2].hasPrefix("*") || texts[4].hasPrefix("*"))
    }

    /// A list of `*`, numbers, names and ranges, each perhaps with a step.
    private static func bits(
        _ text: String, _ range: ClosedRange<Int>, names: [String] = [], firstName: Int = 0
    ) -> UInt64? {
        func number(_ word: Substring) -> Int? {
            names.firstIndex(of: String(word)).map { $0 + firstName } ?? Int(word)
        }
        var bits: UInt64 = 0
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let halves = part.split(separator: "/", omittingEmptySubsequences: false)
            guard let span = halves.first, halves.count <= 2 else { return nil }
            let step = halves.count == 2 ? Int(halves[1]) : 1
            let ends = span.split(separator: "-", omittingEmptySubsequences: false)
            let low = span == "*" ? range.lowerBound : ends.first.flatMap(number)
            let high = span == "*" ? range.upperBound : ends.count == 2 ? number(ends[1]) : low
            guard let step, step > 0, ends.count <= 2, let low, let high, low <= high, range.contains(low),
                range.contains(high), ends.count == 2 || span == "*" || halves.count == 1
            else { return nil }
            for value in stride(from: low, through: high, by: step) { bits |= 1 << UInt64(value) }
        }
        return bits
    }
}
