/// A point in time: milliseconds since 1970 UTC.
package struct Timestamp: Hashable, Comparable, Sendable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Rounded to the nearest millisecond; a number out of range is brought to its end.
    package init(seconds: Double) {
        let scaled = (seconds * 1_000).rounded()
        milliseconds = scaled.isNaN ? 0 : Int64(max(-9e15, min(9e15, scaled)))
    }

    package var seconds: Double { Double(milliseconds) / 1_000 }

    package static func + (time: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(milliseconds: time.milliseconds &+ duration.milliseconds)
    }

    package static func - (time: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(milliseconds: time.milliseconds &- duration.milliseconds)
    }

    package static func - (time: Timestamp, other: Timestamp) -> Duration {
        .milliseconds(time.milliseconds &- other.milliseconds)
    }

    package static func < (one: Timestamp, other: Timestamp) -> Bool {
        one.milliseconds < other.milliseconds
    }
}

extension Timestamp: Codable {
    package init(from decoder: any Decoder) throws {
        milliseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC with milliseconds: `2026-11-23T08:00:00.000Z`.
    package var description: String {
        let date = civil
        var bytes: [UInt8] = []
        bytes.reserveCapacity(24)
        func add(_ number: Int, digits: Int, then separator: Unicode.Scalar) {
            var divisor = 1
            for _ in 1..<digits { divisor *= 10 }
            while divisor > 0 {
                bytes.append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
                divisor /= 10
            }
            bytes.append(UInt8(ascii: separator))
        }
        if (0...9_999).contains(date.year) {
            add(date.year, digits: 4, then: "-")
        } else {
            bytes += "\(date.year)-".utf8
        }
        add(date.month, digits: 2, then: "-")
        add(date.day, digits: 2, then: "T")
        add(date.hour, digits: 2, then: ":")
        add(date.minute, digits: 2, then: ":")
        add(date.second, digits: 2, then: ".")
        add(date.millisecond, digits: 3, then: "Z")
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The parts of the date in UTC, in the proleptic Gregorian calendar.
    ///
    /// The day's number becomes a date by Howard Hinnant's `civil_from_days`.
    package var civil: CivilDate {
        let dayLength: Int64 = 86_400_000
        // Far beyond any year that can be written; nearer to the ends of Int64 the sums below would overflow.
        let milliseconds = Swift.max(-9_000_000_000_000_000, Swift.min(9_000_000_000_000_000, milliseconds))
        let day = milliseconds >= 0 ? milliseconds / dayLength : (milliseconds - dayLength + 1) / dayLength
        let rest = Int(milliseconds - day * dayLength)
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = Int(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
        return CivilDate(
            year: Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0), month: month,
            day: Int(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1), hour: rest / 3_600_000,
            minute: rest / 60_000 % 60, second: rest / 1_000 % 60, millisecond: rest % 1_000,
            weekday: Int(((day + 4) % 7 + 7) % 7))
    }
}

/// A date in UTC.
package struct CivilDate: Hashable, Sendable {
    package let year: Int
    /// From 1.
    package let month: Int
    /// From 1.
    package let day: Int
    package let hour: Int
    package let minute: Int
    package let second: Int
    package let millisecond: Int
    /// 0 is Sunday.
    package let weekday: Int

    package var isLeapYear: Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    package var daysInMonth: Int {
        switch month {
        case 2: isLeapYear ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// From 1.
    package var dayOfYear: Int {
        let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
        return before[month - 1] + day + (month > 2 && isLeapYear ? 1 : 0)
    }
}
