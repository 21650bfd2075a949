/// A day of the Gregorian calendar.
struct CivilDay: Hashable, Sendable {
    let year: Int64
    /// 1 to 12.
    let month: Int64
    /// 1 to 31.
    let day: Int64
    /// Sunday is 0.
    let weekday: Int64

    /// - Parameter number: days since 1970-01-01.
    ///
    /// Years begin in March here, so that the leap day is a year's last (H. Hinnant, «chrono-Compatible Low-Level Date
    /// Algorithms»).
    init(number: Int64) {
        let shifted = number + 719_468
        let era = CronSchedule.floor(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        weekday = ((number + 4) % 7 + 7) % 7
    }

    var isLastOfMonth: Bool {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        switch month {
        case 2: return day == (isLeap ? 29 : 28)
        case 4, 6, 9, 11: return day == 30
        default: return day == 31
        }
    }
}
