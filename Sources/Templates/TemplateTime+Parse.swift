extension TemplateTime {
    /// Reads a text by a Go layout, in UTC where the text names no offset; nil where it does not fit.
    init?(_ text: String, layout: String) {
        var rest = Substring(text)
        var reading = LayoutReading()
        for piece in LayoutPiece.pieces(layout) {
            guard reading.take(piece, from: &rest) else { return nil }
        }
        guard rest.isEmpty, let time = reading.time else { return nil }
        self = time
    }
}

/// What was read of a text so far.
private struct LayoutReading {
    private var year = 0
    private var month = 1
    private var day = 1
    private var dayOfYear: Int?
    private var hour = 0
    private var minute = 0
    private var second = 0
    private var nanoseconds: Int64 = 0
    private var isAfternoon: Bool?
    private var offset: Int?
    private var zoneName: String?

    /// nil where a part is out of its range.
    var time: TemplateTime? {
        var hour = hour
        if let isAfternoon { hour = isAfternoon ? (hour < 12 ? hour + 12 : hour) : (hour == 12 ? 0 : hour) }
        let last = CivilDate.days(year: year, month: month + 1, day: 0)
        guard (1...12).contains(month), (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second),
            day >= 1, CivilDate.days(year: year, month: month, day: day) <= last
        else { return nil }
        var days = CivilDate.days(year: year, month: month, day: day)
        if let dayOfYear { days = CivilDate.days(year: year, month: 1, day: dayOfYear) }
        let seconds = days * 86_400 + Int64(hour * 3_600 + minute * 60 + second)
        guard let offset, offset != 0 else {
            return TemplateTime(seconds: seconds, nanoseconds: nanoseconds)
        }
        let zone = TemplateZone(
            name: zoneName ?? "", fixed: TemplateZone.Period(offset: offset, abbreviation: zoneName ?? ""))
        return TemplateTime(seconds: seconds - Int64(offset), nanoseconds: nanoseconds, zone: zone)
    }

    mutating func take(_ piece: LayoutPiece, from rest: inout Substring) -> Bool {
        switch piece {
        case .literal(let text):
            guard rest.hasPrefix(text) else { return false }
            rest = rest.dropFirst(text.count)
        case .longMonth, .month:
            guard let found = Self.name(&rest, TemplateCalendar.months, short: piece == .month) else { return false }
            month = found + 1
        case .longDay, .day: return Self.name(&rest, TemplateCalendar.days, short: piece == .day) != nil
        case .year: return Self.digits(&rest, 4...4, into: &year)
        case .shortYear:
            guard Self.digits(&rest, 2...2, into: &year) else { return false }
            year += year >= 69 ? 1_900 : 2_000
        case .dayOfYear(let blank):
            if blank { rest = rest.drop { $0 == " " } }
            var number = 0
            guard Self.digits(&rest, blank ? 1...3 : 3...3, into: &number), (1...366).contains(number) else {
                return false
            }
            dayOfYear = number
        case .number(let part, let padding): return take(part, padding, &rest)
        case .half(let upper):
            let word = rest.prefix(2)
            guard word == (upper ? "PM" : "pm") || word == (upper ? "AM" : "am") else { return false }
            isAfternoon = word.lowercased() == "pm"
            rest = rest.dropFirst(2)
        case .zoneName:
            let name = rest.prefix { $0.isASCII && $0.isUppercase }
            guard (3...5).contains(name.count) else { return false }
            zoneName = String(name)
            rest = rest.dropFirst(name.count)
        case .offset(let colon, let minutes, let seconds, let zulu):
            return takeOffset(&rest, colon: colon, parts: minutes ? (seconds ? 3 : 2) : 1, zulu: zulu)
        case .fraction(_, let digits, let trims): return takeFraction(&rest, digits: digits, isOptional: trims)
        }
        return true
    }

    private mutating func take(
        _ part: LayoutPiece.Part, _ padding: LayoutPiece.Padding, _ rest: inout Substring
    ) -> Bool {
        if padding == .blank, rest.first == " " { rest.removeFirst() }
        let width = padding == .zero ? 2...2 : 1...2
        switch part {
        case .month: return Self.digits(&rest, width, into: &month)
        case .day: return Self.digits(&rest, width, into: &day)
        case .hour: return Self.digits(&rest, width, into: &hour)
        case .hour12: return Self.digits(&rest, width, into: &hour) && hour <= 12
        case .minute: return Self.digits(&rest, width, into: &minute)
        case .second:
            guard Self.digits(&rest, width, into: &second) else { return false }
            // A fraction is read also where the layout does not name it.
            return takeFraction(&rest, digits: 9, isOptional: true)
        }
    }

    private mutating func takeFraction(_ rest: inout Substring, digits: Int, isOptional: Bool) -> Bool {
        guard let mark = rest.first, mark == "." || mark == "," else { return isOptional }
        let found = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
        guard !found.isEmpty, found.count <= 9 else { return isOptional && found.isEmpty }
        if !isOptional && found.count != digits { return false }
        nanoseconds = Int64(String(found) + String(repeating: "0", count: 9 - found.count)) ?? 0
        rest = rest.dropFirst(found.count + 1)
        return true
    }

    private mutating func takeOffset(_ rest: inout Substring, colon: Bool, parts: Int, zulu: Bool) -> Bool {
        if zulu, rest.first == "Z" {
            rest.removeFirst()
            offset = 0
            return true
        }
        guard let sign = rest.first, sign == "+" || sign == "-" else { return false }
        rest.removeFirst()
        var total = 0
        for (place, unit) in [3_600, 60, 1].prefix(parts).enumerated() {
            if colon, place > 0 {
                guard rest.first == ":" else { return false }
                rest.removeFirst()
            }
            var number = 0
            guard Self.digits(&rest, 2...2, into: &number), number < 60 else { return false }
            total += number * unit
        }
        offset = sign == "-" ? -total : total
        return true
    }

    private static func digits(_ rest: inout Substring, _ width: ClosedRange<Int>, into number: inout Int) -> Bool {
        let found = rest.prefix { $0.isASCII && $0.isNumber }.prefix(width.upperBound)
        guard found.count >= width.lowerBound, let value = Int(found) else { return false }
        number = value
        rest = rest.dropFirst(found.count)
        return true
    }

    private static func name(_ rest: inout Substring, _ names: [String], short: Bool) -> Int? {
        for (place, name) in names.enumerated() {
            let wanted = short ? String(name.prefix(3)) : name
            guard rest.prefix(wanted.count).lowercased() == wanted.lowercased() else { continue }
            rest = rest.dropFirst(wanted.count)
            return place
        }
        return nil
    }
}
