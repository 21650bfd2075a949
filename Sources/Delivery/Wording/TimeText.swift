import struct Foundation.Date
import struct Foundation.TimeZone
import PromQL

/// Writes times and durations for people, in the receiver's time zone with the zone shown.
struct TimeText: Sendable {
    let timeZone: TimeZone

    /// `2026-11-23 10:02:11 UTC`, or `2026-11-23 11:02:11 UTC+1` in another zone.
    func full(_ time: Timestamp) -> String {
        let offset = offset(at: time)
        let date = (time + .seconds(offset)).civil
        return "\(day(date)) \(clock(date)) \(zone(offset))"
    }

    /// As `full`, without the day where it is the same as the other time's.
    func short(_ time: Timestamp, besides other: Timestamp) -> String {
        let offset = offset(at: time)
        let date = (time + .seconds(offset)).civil
        let otherDate = (other + .seconds(self.offset(at: other))).civil
        let sameDay = (date.year, date.month, date.day) == (otherDate.year, otherDate.month, otherDate.day)
        return sameDay ? "\(clock(date)) \(zone(offset))" : full(time)
    }

    /// The two largest units: `45 s`, `3 min`, `3 min 20 s`, `2 h 5 min`, `4 d 1 h`; `under 1 s` for less.
    static func span(_ duration: Duration) -> String {
        let seconds = max(0, duration.milliseconds) / 1_000
        guard seconds > 0 else { return "under 1 s" }
        let units: [(name: String, seconds: Int64)] = [("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)]
        var rest = seconds
        var parts: [String] = []
        for unit in units where parts.count < 2 {
            let count = rest / unit.seconds
            rest %= unit.seconds
            // After ten minutes nobody wants the seconds.
            if unit.name == "s", seconds >= 600 { continue }
            if count > 0 {
                parts.append("\(count) \(unit.name)")
            } else if !parts.isEmpty {
                break
            }
        }
        return parts.joined(separator: " ")
    }

    /// `Mon, 23 Nov 2026 10:02:11 +0000`: RFC 5322, section 3.3.
    static func mailDate(_ time: Timestamp) -> String {
        let date = time.civil
        let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        return "\(weekdays[date.weekday]), \(date.day) \(months[date.month - 1]) \(padded(date.year, 4)) "
            + "\(padded(date.hour)):\(padded(date.minute)):\(padded(date.second)) +0000"
    }

    /// The months as mail and HTTP write them.
    static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private func offset(at time: Timestamp) -> Int {
        timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: time.seconds))
    }

    private func zone(_ offset: Int) -> String {
        guard offset != 0 else { return "UTC" }
        let minutes = abs(offset) / 60
        let hours = "UTC\(offset < 0 ? "-" : "+")\(minutes / 60)"
        return minutes.isMultiple(of: 60) ? hours : "\(hours):\(Self.padded(minutes % 60))"
    }

    private func day(_ date: CivilDate) -> String {
        "\(Self.padded(date.year, 4))-\(Self.padded(date.month))-\(Self.padded(date.day))"
    }

    private func clock(_ date: CivilDate) -> String {
        "\(Self.padded(date.hour)):\(Self.padded(date.minute)):\(Self.padded(date.second))"
    }

    private static func padded(_ number: Int, _ width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
