/// One thing that a Go layout asks for, by the reference time `Mon Jan 2 15:04:05 MST 2006`.
enum LayoutPiece: Hashable {
    case literal(String)
    case longMonth, month, number(of: Part, padding: Padding)
    case longDay, day
    case year, shortYear, dayOfYear(blank: Bool)
    case half(upper: Bool)
    case zoneName
    /// `-0700`, `-07:00`, `-07`, with seconds, and with `Z` for UTC.
    case offset(colon: Bool, minutes: Bool, seconds: Bool, zulu: Bool)
    /// `.000` or `.999`, of so many digits.
    case fraction(mark: Character, digits: Int, trims: Bool)

    enum Part: Hashable { case month, day, hour, hour12, minute, second }
    enum Padding: Hashable { case none, zero, blank }

    /// Longest first where one begins with another.
    private static let words: [(String, LayoutPiece)] = [
        ("January", .longMonth), ("Jan", .month), ("Monday", .longDay), ("Mon", .day), ("MST", .zoneName),
        ("2006", .year), ("002", .dayOfYear(blank: false)), ("__2", .dayOfYear(blank: true)),
        ("01", .number(of: .month, padding: .zero)), ("02", .number(of: .day, padding: .zero)),
        ("03", .number(of: .hour12, padding: .zero)), ("04", .number(of: .minute, padding: .zero)),
        ("05", .number(of: .second, padding: .zero)), ("06", .shortYear),
        ("_2", .number(of: .day, padding: .blank)), ("15", .number(of: .hour, padding: .zero)),
        ("1", .number(of: .month, padding: .none)), ("2", .number(of: .day, padding: .none)),
        ("3", .number(of: .hour12, padding: .none)), ("4", .number(of: .minute, padding: .none)),
        ("5", .number(of: .second, padding: .none)), ("PM", .half(upper: true)), ("pm", .half(upper: false)),
        ("-07:00:00", .offset(colon: true, minutes: true, seconds: true, zulu: false)),
        ("-070000", .offset(colon: false, minutes: true, seconds: true, zulu: false)),
        ("-07:00", .offset(colon: true, minutes: true, seconds: false, zulu: false)),
        ("-0700", .offset(colon: false, minutes: true, seconds: false, zulu: false)),
        ("-07", .offset(colon: false, minutes: false, seconds: false, zulu: false)),
        ("Z07:00:00", .offset(colon: true, minutes: true, seconds: true, zulu: true)),
        ("Z070000", .offset(colon: false, minutes: true, seconds: true, zulu: true)),
        ("Z07:00", .offset(colon: true, minutes: true, seconds: false, zulu: true)),
        ("Z0700", .offset(colon: false, minutes: true, seconds: false, zulu: true)),
        ("Z07", .offset(colon: false, minutes: false, seconds: false, zulu: true)),
    ]

    private static let byFirst = Dictionary(grouping: words.map { (Array($0.0.utf8), $0.1) }) { $0.0[0] }

    /// Cuts a layout into its pieces.
    static func pieces(_ layout: String) -> [LayoutPiece] {
        let bytes = Array(layout.utf8)
        var pieces: [LayoutPiece] = []
        var literal: [UInt8] = []
        var place = 0
        while place < bytes.count {
            guard let (piece, length) = piece(bytes, place) else {
                literal.append(bytes[place])
                place += 1
                continue
            }
            if !literal.isEmpty { pieces.append(.literal(String(decoding: literal, as: UTF8.self))) }
            literal = []
            pieces.append(piece)
            place += length
        }
        if !literal.isEmpty { pieces.append(.literal(String(decoding: literal, as: UTF8.self))) }
        return pieces
    }

    private static func piece(_ bytes: [UInt8], _ place: Int) -> (LayoutPiece, Int)? {
        if bytes[place] == UInt8(ascii: ".") || bytes[place] == UInt8(ascii: ",") { return fraction(bytes, place) }
        for (word, piece) in byFirst[bytes[place]] ?? [] {
            let end = place + word.count
            guard end <= bytes.count, bytes[place..<end].elementsEqual(word) else { continue }
            let next = end < bytes.count ? bytes[end] : 0
            // `Month` and `Janus` are words of their own, and `_2006` is a year after an underscore.
            let isLower = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(next)
            if piece == .month || piece == .day, isLower { continue }
            if piece == .number(of: .day, padding: .blank), bytes[place...].starts(with: "_2006".utf8) { return nil }
            return (piece, word.count)
        }
        return nil
    }

    /// `.000` or `.999` where no further digit follows.
    private static func fraction(_ bytes: [UInt8], _ place: Int) -> (LayoutPiece, Int)? {
        guard place + 1 < bytes.count, [UInt8(ascii: "0"), UInt8(ascii: "9")].contains(bytes[place + 1]) else {
            return nil
        }
        let digit = bytes[place + 1]
        var end = place + 1
        while end < bytes.count, bytes[end] == digit { end += 1 }
        if end < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[end]) { return nil }
        let mark = Character(Unicode.Scalar(bytes[place]))
        return (.fraction(mark: mark, digits: end - place - 1, trims: digit == UInt8(ascii: "9")), end - place)
    }
}

extension TemplateTime {
    /// The time in a Go layout.
    func formatted(_ layout: String) -> String {
        LayoutPiece.pieces(layout).map { text(of: $0) }.joined()
    }

    private func text(of piece: LayoutPiece) -> String {
        let date = date
        switch piece {
        case .literal(let text): return text
        case .longMonth: return TemplateCalendar.months[date.month - 1]
        case .month: return String(TemplateCalendar.months[date.month - 1].prefix(3))
        case .longDay: return TemplateCalendar.days[CivilDate.weekday(days)]
        case .day: return String(TemplateCalendar.days[CivilDate.weekday(days)].prefix(3))
        case .year: return date.year < 0 ? "-" + Self.padded(-date.year, 4) : Self.padded(date.year, 4)
        case .shortYear: return Self.padded(abs(date.year) % 100)
        case .dayOfYear(let blank): return Self.padded(Int(dayOfYear), 3, blank ? " " : "0")
        case .number(let part, let padding):
            let number = number(part, date)
            switch padding {
            case .none: return String(number)
            case .zero: return Self.padded(number)
            case .blank: return Self.padded(number, 2, " ")
            }
        case .half(let upper): return secondOfDay >= 43_200 ? (upper ? "PM" : "pm") : (upper ? "AM" : "am")
        case .zoneName:
            let period = period
            // Zones without letters are shown by their offset, as Go has them in its files.
            return period.abbreviation.isEmpty ? Self.offset(period.offset, ("", false)) : period.abbreviation
        case .offset(let colon, let minutes, let seconds, let zulu):
            let offset = period.offset
            if zulu && offset == 0 { return "Z" }
            let whole = Self.offset(offset, (colon ? ":" : "", seconds))
            return minutes ? whole : String(whole.prefix(3))
        case .fraction(let mark, let digits, let trims):
            var text = String(Self.padded(Int(nanoseconds), 9).prefix(digits))
            text += String(repeating: "0", count: max(0, min(digits, 100) - text.count))
            if trims { while text.last == "0" { text.removeLast() } }
            return text.isEmpty ? "" : "\(mark)\(text)"
        }
    }

    private func number(_ part: LayoutPiece.Part, _ date: CivilDate) -> Int {
        let second = Int(secondOfDay)
        switch part {
        case .month: return date.month
        case .day: return date.day
        case .hour: return second / 3_600
        case .hour12: return (second / 3_600 + 11) % 12 + 1
        case .minute: return second / 60 % 60
        case .second: return second % 60
        }
    }

    private static func offset(_ offset: Int, _ style: (colon: String, seconds: Bool)) -> String {
        let size = abs(offset)
        let text = (offset < 0 ? "-" : "+") + padded(size / 3_600) + style.colon + padded(size / 60 % 60)
        return style.seconds ? text + style.colon + padded(size % 60) : text
    }

    static func padded(_ number: Int, _ width: Int = 2, _ fill: String = "0") -> String {
        let text = String(number)
        return String(repeating: fill, count: max(0, width - text.count)) + text
    }
}
