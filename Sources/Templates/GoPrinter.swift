/// The flags, width and precision of one verb, and what they make of a value: Go's `fmt`.
struct GoPrinter {
    var minus = false
    var plus = false
    var zero = false
    var sharp = false
    var space = false
    /// `%+v`: names of fields.
    var plusV = false
    /// `%#v`: as Go source.
    var sharpV = false
    var width: Int?
    var precision: Int?

    /// A value as `fmt.Sprint` writes it.
    static func plain(_ value: TemplateValue) -> String { GoPrinter().text(value, "v") }

    func text(_ value: TemplateValue, _ verb: Character) -> String {
        if verb == "T" { return pad(value.typeName) }
        if !sharpV, "vsxXq".contains(verb), let text = Self.ownText(value) { return string(text, verb, value) }
        switch value {
        case .null: return verb == "v" ? pad(sharpV ? "interface {}(nil)" : "<nil>") : "%!\(verb)(<nil>)"
        case .bool(let flag): return verb == "t" || verb == "v" ? pad(flag ? "true" : "false") : bad(value, verb)
        case .int(let number), .duration(let number): return integer(number, verb, value)
        case .calendar(let part): return integer(part.number, verb, value)
        case .double(let number): return double(number, verb, value)
        case .string(let text): return string(text, verb, value)
        case .list(let list):
            let parts = list.elements.map { self.text($0, verb) }
            return sharpV
                ? "\(value.typeName){" + parts.joined(separator: ", ") + "}" : "[" + parts.joined(separator: " ") + "]"
        case .map(let map):
            return pairs(map.sorted { $0.key.precedesInBytes($1.key) }.map { (.string($0.key), $0.value) }, verb, value)
        case .labels(let labels):
            let sorted = labels.values.sorted { $0.key.precedesInBytes($1.key) }
            return pairs(sorted.map { (.string($0.key), .string($0.value)) }, verb, value)
        case .record(let record):
            let isNamed = sharpV || plusV
            let parts = record.fields.map { (isNamed ? $0.name + ":" : "") + self.text($0.value, verb) }
            let type = record.typeName.hasPrefix("*") ? "&" + record.typeName.dropFirst() : record.typeName
            return sharpV ? type + "{" + parts.joined(separator: ", ") + "}" : "{" + parts.joined(separator: " ") + "}"
        case .time(let time): return sharpV ? pad(Self.source(time)) : bad(value, verb)
        }
    }

    /// What its `String` method gives; nil where it has none.
    private static func ownText(_ value: TemplateValue) -> String? {
        switch value {
        case .time(let time): time.text
        case .duration(let nanoseconds): TemplateDuration.text(nanoseconds)
        case .calendar(let part): part.name
        case .labels(let labels): labels.isSet ? labels.text : nil
        case .list(let list):
            list.kind == .pairs
                ? list.elements.map { element in
                    guard case .record(let pair) = element else { return "" }
                    return pair.fields.map { plain($0.value) }.joined(separator: "=")
                }.joined(separator: ", ") : nil
        case .null, .bool, .int, .double, .string, .map, .record: nil
        }
    }

    private static func source(_ time: TemplateTime) -> String {
        let date = time.date
        let second = time.secondOfDay
        let month = TemplateCalendar.months[date.month - 1]
        let zone = time.zone.name == "UTC" ? "time.UTC" : "time.Location(\(GoText.quoted(time.zone.name)))"
        return "time.Date(\(date.year), time.\(month), \(date.day), \(second / 3_600), \(second / 60 % 60), "
            + "\(second % 60), \(time.nanoseconds), \(zone))"
    }

    private func pairs(_ pairs: [(TemplateValue, TemplateValue)], _ verb: Character, _ value: TemplateValue) -> String {
        let parts = pairs.map { text($0.0, verb) + ":" + text($0.1, verb) }
        return sharpV
            ? "\(value.typeName){" + parts.joined(separator: ", ") + "}" : "map[" + parts.joined(separator: " ") + "]"
    }

    private func bad(_ value: TemplateValue, _ verb: Character) -> String {
        "%!\(verb)(\(value.typeName)=\(Self.plain(value)))"
    }

    /// Fills up to the width; zeros go before the text as they are.
    private func pad(_ text: String, zeros: Bool? = nil) -> String {
        let count = text.unicodeScalars.count
        guard let width, count < width else { return text }
        let fill = String(repeating: (zeros ?? zero) && !minus ? "0" : " ", count: width - count)
        return minus ? text + fill : fill + text
    }

    // MARK: Kinds

    private func string(_ text: String, _ verb: Character, _ value: TemplateValue) -> String {
        var cut = text
        if let precision, "vsq".contains(verb) {
            cut = String(String.UnicodeScalarView(text.unicodeScalars.prefix(precision)))
        }
        switch verb {
        case "v": return pad(sharpV ? GoText.quoted(cut) : cut)
        case "s": return pad(cut)
        case "q": return pad(sharp && GoText.fitsBackQuotes(cut) ? "`\(cut)`" : GoText.quoted(cut, ascii: plus))
        case "x", "X":
            let bytes = text.utf8.prefix(precision ?? Int.max)
            let digits = bytes.map { GoText.hex(UInt64($0), width: 2, uppercase: verb == "X") }
            let prefix = sharp ? (verb == "x" ? "0x" : "0X") : ""
            if digits.isEmpty { return pad("") }
            return pad(prefix + digits.joined(separator: space ? " " + prefix : ""))
        default: return bad(value, verb)
        }
    }

    private func integer(_ number: Int64, _ verb: Character, _ value: TemplateValue) -> String {
        switch verb {
        case "v", "d": return integer(number, radix: 10, prefix: "")
        case "b": return integer(number, radix: 2, prefix: sharp ? "0b" : "")
        case "o": return integer(number, radix: 8, prefix: sharp ? "0" : "")
        case "O": return integer(number, radix: 8, prefix: "0o")
        case "x": return integer(number, radix: 16, prefix: sharp ? "0x" : "")
        case "X": return integer(number, radix: 16, prefix: sharp ? "0X" : "", uppercase: true)
        case "c": return pad(String(Character(Self.scalar(number))))
        case "q": return pad(GoText.quoted(String(Character(Self.scalar(number))), quote: "'", ascii: plus))
        case "U":
            let digits = GoText.hex(
                UInt64(bitPattern: number), width: max(4, min(precision ?? 4, 100)), uppercase: true)
            let scalar = Self.scalar(number)
            let shown = sharp && GoText.isPrintable(scalar) ? " '\(Character(scalar))'" : ""
            return pad("U+" + digits + shown, zeros: false)
        default: return bad(value, verb)
        }
    }

    private static func scalar(_ number: Int64) -> Unicode.Scalar {
        (0...0x10_ffff).contains(number) ? Unicode.Scalar(UInt32(number)) ?? "\u{fffd}" : "\u{fffd}"
    }

    private func integer(_ number: Int64, radix: Int, prefix: String, uppercase: Bool = false) -> String {
        var digits = String(number.magnitude, radix: radix, uppercase: uppercase)
        let sign = number < 0 ? "-" : (plus ? "+" : (space ? " " : ""))
        if let precision {
            if precision == 0 && number == 0 { return pad("", zeros: false) }
            digits = String(repeating: "0", count: max(0, min(precision, 1_000) - digits.count)) + digits
        } else if zero, !minus, let width {
            digits = String(repeating: "0", count: max(0, width - sign.count - digits.count)) + digits
        }
        let isOctal = prefix == "0" && digits.first == "0"
        return pad(sign + (isOctal ? "" : prefix) + digits, zeros: false)
    }

    private func double(_ number: Double, _ verb: Character, _ value: TemplateValue) -> String {
        guard "vgGeEfFxX".contains(verb) else { return bad(value, verb) }
        var text = GoFloat.format(number, verb == "v" ? "g" : verb, precision: precision)
        var sign = ""
        if let first = text.first, first == "-" || first == "+" {
            sign = String(first)
            text.removeFirst()
        }
        let isFinite = number.isFinite
        // Infinity has its sign always, as a number has with `+`.
        if sign.isEmpty { sign = plus ? "+" : (space ? " " : "") }
        if sign == "+" && !plus && (isFinite || space) { sign = space ? " " : "" }
        if zero, !minus, isFinite, let width {
            return sign + String(repeating: "0", count: max(0, width - sign.count - text.count)) + text
        }
        return pad(sign + text, zeros: false)
    }
}
