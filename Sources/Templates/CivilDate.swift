/// Year, month and day of the Gregorian calendar, which is also taken for the years before it.
struct CivilDate: Hashable {
    let year: Int
    /// From 1.
    let month: Int
    /// From 1.
    let day: Int

    /// The day of a moment, in seconds since 1970.
    init(seconds: Int64) {
        self.init(days: Self.floorDivide(seconds, 86_400))
    }

    /// Days since 1970, after H. Hinnant's `civil_from_days`: eras of 400 years that begin in March.
    init(days: Int64) {
        let shifted = days + 719_468
        let era = Self.floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    }

    /// Days since 1970; months outside of 1 to 12 count into other years, days into other months.
    static func days(year: Int, month: Int, day: Int) -> Int64 {
        let months = Int64(year) * 12 + Int64(month) - 1
        let year = floorDivide(months, 12)
        let month = months - year * 12 + 1
        let shifted = month <= 2 ? year - 1 : year
        let era = floorDivide(shifted, 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468 + Int64(day) - 1
    }

    /// 0 is Sunday.
    static func weekday(_ days: Int64) -> Int {
        let rest = (days + 4) % 7
        return Int(rest < 0 ? rest + 7 : rest)
    }

    static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    static func floorDivide(_ number: Int64, _ divisor: Int64) -> Int64 {
        let quotient = number / divisor
        return number % divisor < 0 ? quotient - 1 : quotient
    }
}
