/// The rule at the end of a zone file, such as `CET-1CEST,M3.5.0,M10.5.0/3`: POSIX's TZ, with the `M` form of days,
/// which is the one that zone files use, and the `J` form of the few others.
struct ZoneRule: Sendable, Hashable {
    private enum Day: Hashable {
        /// Month from 1, week from 1 (5 is the last), day of the week from 0.
        case weekday(month: Int, week: Int, day: Int)
        /// Day of the year from 1, without the 29th of February.
        case julian(Int)
    }

    private struct Change: Hashable {
        let day: Day
        /// Seconds after midnight of the local time that ends.
        let time: Int
    }

    private let standard: TemplateZone.Period
    private let summer: TemplateZone.Period
    /// When summer begins and ends; nil where there is none.
    private let changes: (start: Change, end: Change)?

    init?(_ bytes: some Sequence<UInt8>) {
        var rest = Substring(String(decoding: Array(bytes), as: UTF8.self))
        guard let name = Self.name(&rest), let offset = Self.offset(&rest) else { return nil }
        standard = TemplateZone.Period(offset: -offset, abbreviation: name)
        guard !rest.isEmpty else {
            summer = standard
            changes = nil
            return
        }
        guard let other = Self.name(&rest) else { return nil }
        var ahead = 3_600 - offset
        if let first = rest.first, first != "," {
            guard let given = Self.offset(&rest) else { return nil }
            ahead = -given
        }
        summer = TemplateZone.Period(offset: ahead, abbreviation: other)
        let parts = rest.split(separator: ",").map { Self.change($0) }
        guard parts.count == 2, let start = parts[0], let end = parts[1] else { return nil }
        changes = (start, end)
    }

    static func == (one: ZoneRule, other: ZoneRule) -> Bool {
        one.standard == other.standard && one.summer == other.summer && one.changes?.start == other.changes?.start
            && one.changes?.end == other.changes?.end
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(standard)
        hasher.combine(summer)
    }

    func period(at seconds: Int64) -> TemplateZone.Period {
        guard let changes else { return standard }
        let year = CivilDate(seconds: seconds + Int64(standard.offset)).year
        let start = moment(changes.start, year: year) - Int64(standard.offset)
        let end = moment(changes.end, year: year) - Int64(summer.offset)
        let isSummer = start < end ? (start..<end).contains(seconds) : !(end..<start).contains(seconds)
        return isSummer ? summer : standard
    }

    /// Local seconds since 1970 of a change in a year.
    private func moment(_ change: Change, year: Int) -> Int64 {
        let day: Int64
        switch change.day {
        case .julian(let number):
            let leaps = CivilDate.isLeap(year) && number > 59 ? 1 : 0
            day = CivilDate.days(year: year, month: 1, day: 1) + Int64(number - 1 + leaps)
        case .weekday(let month, let week, let wanted):
            let first = CivilDate.days(year: year, month: month, day: 1)
            var found = first + Int64((wanted - CivilDate.weekday(first) + 7) % 7) + Int64((week - 1) * 7)
            let next = CivilDate.days(year: year, month: month + 1, day: 1)
            while found >= next { found -= 7 }
            day = found
        }
        return day * 86_400 + Int64(change.time)
    }

    private static func name(_ rest: inout Substring) -> String? {
        if rest.first == "<" {
            guard let end = rest.firstIndex(of: ">") else { return nil }
            let name = rest[rest.index(after: rest.startIndex)..<end]
            rest = rest[rest.index(after: end)...]
            return String(name)
        }
        let name = rest.prefix { $0.isASCII && $0.isLetter }
        rest = rest.dropFirst(name.count)
        return name.count >= 3 ? String(name) : nil
    }

    /// `[+-]h[:m[:s]]`, in seconds.
    private static func offset(_ rest: inout Substring) -> Int? {
        let sign = rest.first == "-" ? -1 : 1
        if rest.first == "-" || rest.first == "+" { rest.removeFirst() }
        let text = rest.prefix { ($0.isASCII && $0.isNumber) || $0 == ":" }
        rest = rest.dropFirst(text.count)
        let parts = text.split(separator: ":").map { Int($0) ?? 1_000 }
        guard (1...3).contains(parts.count), parts.allSatisfy({ $0 < 200 }) else { return nil }
        return sign * zip(parts, [3_600, 60, 1]).reduce(0) { $0 + $1.0 * $1.1 }
    }

    private static func change(_ text: Substring) -> Change? {
        let halves = text.split(separator: "/", maxSplits: 1)
        var time = 7_200
        if halves.count == 2 {
            var rest = halves[1]
            guard let given = offset(&rest) else { return nil }
            time = given
        }
        guard let day = halves.first else { return nil }
        if day.first == "J", let number = Int(day.dropFirst()), (1...365).contains(number) {
            return Change(day: .julian(number), time: time)
        }
        let numbers = day.dropFirst().split(separator: ".").compactMap { Int($0) }
        guard day.first == "M", numbers.count == 3, (1...12).contains(numbers[0]), (1...5).contains(numbers[1]),
            (0...6).contains(numbers[2])
        else { return nil }
        return Change(day: .weekday(month: numbers[0], week: numbers[1], day: numbers[2]), time: time)
    }
}
