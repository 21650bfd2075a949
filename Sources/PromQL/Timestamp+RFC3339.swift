extension Timestamp {
    /// Reads a date and time as RFC 3339 has it, such as `2026-11-23T08:00:00.123+01:00`; nil for anything else.
    ///
    /// A blank may stand for the `T`, and a zone may be missing, which then is UTC, as in ISO 8601. Made for thousands of
    /// times at once.
    package init?(rfc3339 text: String) {
        var reader = Reader(bytes: Array(text.utf8))
        guard let year = reader.number(4), reader.take("-"), let month = reader.number(2), reader.take("-"),
            let day = reader.number(2), reader.take("T") || reader.take("t") || reader.take(" "),
            let hour = reader.number(2), reader.take(":"), let minute = reader.number(2), reader.take(":"),
            let second = reader.number(2), let fraction = reader.fraction(), let offset = reader.offset(),
            reader.isAtEnd, (1...12).contains(month), day >= 1, hour < 24, minute < 60, second <= 60
        else { return nil }
        let days = Self.days(year: year, month: month, day: day)
        let time = Timestamp(milliseconds: days * 86_400_000)
        guard time.civil.month == month, time.civil.day == day else { return nil }
        let seconds = Int64(hour * 3_600 + minute * 60 + second - offset * 60)
        milliseconds = time.milliseconds + seconds * 1_000 + Int64(fraction)
    }

    /// Days since 1970, by Howard Hinnant's `days_from_civil`.
    private static func days(year: Int, month: Int, day: Int) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return Int64(era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468)
    }

    private struct Reader {
        let bytes: [UInt8]
        var place = 0

        var isAtEnd: Bool { place == bytes.count }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard place < bytes.count, bytes[place] == UInt8(ascii: character) else { return false }
            place += 1
            return true
        }

        private mutating func digit() -> Int? {
            guard place < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[place]) else {
                return nil
            }
            defer { place += 1 }
            return Int(bytes[place] - UInt8(ascii: "0"))
        }

        mutating func number(_ digits: Int) -> Int? {
            var number = 0
            for _ in 0..<digits {
                guard let digit = digit() else { return nil }
                number = number * 10 + digit
            }
            return number
        }

        /// Milliseconds; what is finer is left out. 0 where there is no fraction.
        mutating func fraction() -> Int? {
            guard take(".") else { return 0 }
            var (milliseconds, weight, count) = (0, 100, 0)
            while let digit = digit() {
                milliseconds += digit * weight
                weight /= 10
                count += 1
            }
            return count > 0 ? milliseconds : nil
        }

        /// Minutes east of Greenwich.
        mutating func offset() -> Int? {
            if isAtEnd || take("Z") || take("z") { return 0 }
            let isEast = take("+")
            guard isEast || take("-"), let hours = number(2), hours < 24 else { return nil }
            _ = take(":")
            guard let minutes = number(2), minutes < 60 else { return nil }
            return (isEast ? 1 : -1) * (hours * 60 + minutes)
        }
    }
}
