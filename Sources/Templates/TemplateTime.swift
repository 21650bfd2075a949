/// A moment with the zone in which it is shown: Go's `time.Time`.
package struct TemplateTime: Sendable, Hashable {
    /// Since 1970; within a thousand million years of it, so that no sum overflows.
    package let seconds: Int64
    /// Of the second, from 0.
    package let nanoseconds: Int64
    package let zone: TemplateZone

    /// Go's zero time, the first of January of year 1: what an alert without an end has.
    package static let zero = TemplateTime(seconds: -62_135_596_800)

    package init(seconds: Int64, nanoseconds: Int64 = 0, zone: TemplateZone = .utc) {
        let limit: Int64 = 30_000_000_000_000_000
        let rest = nanoseconds % 1_000_000_000
        self.seconds = max(-limit, min(limit, seconds)) + CivilDate.floorDivide(nanoseconds, 1_000_000_000)
        self.nanoseconds = rest < 0 ? rest + 1_000_000_000 : rest
        self.zone = zone
    }

    /// - Parameter milliseconds: since 1970.
    package init(milliseconds: Int64, zone: TemplateZone = .utc) {
        self.init(seconds: milliseconds / 1_000, nanoseconds: milliseconds % 1_000 * 1_000_000, zone: zone)
    }

    /// The same moment elsewhere.
    func moved(to zone: TemplateZone) -> TemplateTime {
        TemplateTime(seconds: seconds, nanoseconds: nanoseconds, zone: zone)
    }

    var period: TemplateZone.Period { zone.period(at: seconds) }
    /// Seconds since 1970 as the zone's clocks would count them.
    var localSeconds: Int64 { seconds + Int64(period.offset) }
    var date: CivilDate { CivilDate(seconds: localSeconds) }
    var days: Int64 { CivilDate.floorDivide(localSeconds, 86_400) }
    /// Seconds since the local midnight.
    var secondOfDay: Int64 { localSeconds - days * 86_400 }
    /// From 1.
    var dayOfYear: Int64 { days - CivilDate.days(year: date.year, month: 1, day: 1) + 1 }

    /// `.UnixNano`, which wraps where Go's is undefined.
    var unixNanoseconds: Int64 { seconds &* 1_000_000_000 &+ nanoseconds }

    func isBefore(_ other: TemplateTime) -> Bool {
        (seconds, nanoseconds) < (other.seconds, other.nanoseconds)
    }

    func isSame(_ other: TemplateTime) -> Bool { seconds == other.seconds && nanoseconds == other.nanoseconds }

    /// Nanoseconds later.
    func adding(_ duration: Int64) -> TemplateTime {
        TemplateTime(
            seconds: seconds + duration / 1_000_000_000, nanoseconds: nanoseconds + duration % 1_000_000_000,
            zone: zone)
    }

    /// Nanoseconds from another moment to this one, at most what Go's `Duration` holds.
    func since(_ other: TemplateTime) -> Int64 {
        let (product, overflow) = (seconds - other.seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, more) = product.addingReportingOverflow(nanoseconds - other.nanoseconds)
        if overflow || more { return seconds < other.seconds ? Int64.min : Int64.max }
        return sum
    }

    /// The same clock time on another date.
    func adding(years: Int64, months: Int64, days: Int64) -> TemplateTime {
        func bounded(_ number: Int64) -> Int { Int(max(-1_000_000, min(1_000_000, number))) }
        let day = CivilDate.days(
            year: date.year + bounded(years), month: date.month + bounded(months), day: date.day + bounded(days))
        return Self.local(day * 86_400 + secondOfDay, nanoseconds, zone)
    }

    /// The moment of a local time, in seconds as the zone's clocks count them.
    static func local(_ seconds: Int64, _ nanoseconds: Int64, _ zone: TemplateZone) -> TemplateTime {
        let guess = seconds - Int64(zone.period(at: seconds).offset)
        return TemplateTime(
            seconds: seconds - Int64(zone.period(at: guess).offset), nanoseconds: nanoseconds, zone: zone)
    }

    /// Down to a multiple of a duration since year 1, or to the nearest one.
    func rounded(_ duration: Int64, up: Bool) -> TemplateTime {
        guard duration > 0 else { return self }
        // The remainder of (seconds · 10⁹ + nanoseconds) without the overflow of the product.
        let since = seconds - Self.zero.seconds
        let wide = (since - CivilDate.floorDivide(since, duration) * duration).multipliedFullWidth(by: 1_000_000_000)
        let first = UInt64(duration).dividingFullWidth((UInt64(bitPattern: wide.high), wide.low)).remainder
        let rest = Int64((first + UInt64(nanoseconds) % UInt64(duration)) % UInt64(duration))
        return adding(up && rest >= duration - rest ? duration - rest : -rest)
    }

    /// As Go prints a time: `2026-11-23 08:00:00 +0000 UTC`.
    var text: String { formatted("2006-01-02 15:04:05.999999999 -0700 MST") }

    /// As JSON has it.
    var rfc3339: String { formatted("2006-01-02T15:04:05.999999999Z07:00") }
}
