/// A time zone: when which offset and abbreviation hold.
package struct TemplateZone: Sendable, Hashable {
    struct Period: Sendable, Hashable {
        /// Seconds east of Greenwich.
        let offset: Int
        let abbreviation: String
    }

    package let name: String
    /// Seconds since 1970 from which the period of the same place holds.
    private let starts: [Int64]
    private let periods: [Period]
    /// Before the first start.
    private let first: Period
    /// After the last start; nil where the last period goes on.
    private let rule: ZoneRule?

    package static let utc = TemplateZone(name: "UTC", fixed: Period(offset: 0, abbreviation: "UTC"))

    init(name: String, fixed: Period) {
        self.name = name
        starts = []
        periods = []
        first = fixed
        rule = nil
    }

    /// Reads the bytes of a zone file (RFC 9636, version 2 and later); nil where they are none.
    package init?(name: String, file bytes: [UInt8]) {
        guard let start = Self.secondBlock(bytes), let counts = Self.counts(bytes, at: start) else { return nil }
        var place = start + 44
        let needed =
            counts.times * 9 + counts.types * 6 + counts.characters + counts.leaps * 12 + counts.standard
            + counts.universal
        guard counts.types > 0, place + needed <= bytes.count else { return nil }
        var starts: [Int64] = []
        for _ in 0..<counts.times {
            starts.append(bytes[place..<place + 8].reduce(Int64(0)) { $0 << 8 | Int64($1) })
            place += 8
        }
        let kinds = bytes[place..<place + counts.times].map(Int.init)
        place += counts.times
        let types = (0..<counts.types).map { place + $0 * 6 }
        let names = place + counts.types * 6
        func period(_ kind: Int) -> Period? {
            guard types.indices.contains(kind) else { return nil }
            let offset = Self.number(bytes, at: types[kind])
            // A damaged file may point behind its names.
            let begin = names + min(Int(bytes[types[kind] + 5]), counts.characters)
            let text = bytes[begin..<names + counts.characters].prefix { $0 != 0 }
            return Period(offset: offset, abbreviation: String(decoding: text, as: UTF8.self))
        }
        let found = kinds.compactMap(period)
        guard found.count == kinds.count, let first = period(0) else { return nil }
        self.name = name
        self.starts = starts
        periods = found
        self.first = first
        rule = ZoneRule(bytes[(start + 44 + needed)...].drop { $0 == 10 }.prefix { $0 != 10 })
    }

    /// What holds at a time, in seconds since 1970.
    func period(at seconds: Int64) -> Period {
        guard let last = starts.last, let end = periods.last else { return rule?.period(at: seconds) ?? first }
        if seconds >= last { return rule?.period(at: seconds) ?? end }
        var (low, high) = (0, starts.count)
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] <= seconds { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? first : periods[low - 1]
    }

    /// How far its clocks are ahead of UTC at a time, in seconds; the time in seconds since 1970.
    package func offset(at seconds: Int64) -> Int { period(at: seconds).offset }

    private struct Counts {
        let universal, standard, leaps, times, types, characters: Int
    }

    private static func number(_ bytes: [UInt8], at place: Int) -> Int {
        Int(Int32(truncatingIfNeeded: bytes[place..<place + 4].reduce(Int64(0)) { $0 << 8 | Int64($1) }))
    }

    private static func counts(_ bytes: [UInt8], at place: Int) -> Counts? {
        guard place + 44 <= bytes.count, bytes[place..<place + 4].elementsEqual("TZif".utf8) else { return nil }
        let numbers = (0..<6).map { number(bytes, at: place + 20 + $0 * 4) }
        guard numbers.allSatisfy({ (0...100_000).contains($0) }) else { return nil }
        return Counts(
            universal: numbers[0], standard: numbers[1], leaps: numbers[2], times: numbers[3], types: numbers[4],
            characters: numbers[5])
    }

    /// Where the block with 64-bit times begins, after the old one.
    private static func secondBlock(_ bytes: [UInt8]) -> Int? {
        guard let old = counts(bytes, at: 0), bytes[4] >= UInt8(ascii: "2") else { return nil }
        return 44 + old.times * 5 + old.types * 6 + old.characters + old.leaps * 8 + old.standard + old.universal
    }
}
