import Alerting
import PromQL
import Templates

extension SettingsReader {
    /// The keys under which intervals are defined; the first is Alertmanager's old one.
    static let intervalKeys = ["mute_time_intervals", "time_intervals"]

    /// The named intervals of both keys.
    func recurringTimes(_ fields: MappingReader) -> [RecurringTime] {
        var lines: [String: Int] = [:]
        return Self.intervalKeys.flatMap { key in
            (fields.value(key)?.list() ?? []).compactMap { entry in
                entry.mapping { fields -> RecurringTime? in
                    let name = fields.required("name", remedy: "add `name: …`, by which routes call it")
                    let spans = (fields.value("time_intervals")?.list() ?? []).compactMap { entry in
                        entry.mapping { self.span($0) }
                    }
                    guard let name, let text = name.nonEmptyString() else { return nil }
                    if let line = lines[text] {
                        name.error(
                            "two time intervals have the name `\(text)`, the first in line \(line)",
                            remedy: "give each a name of its own")
                    }
                    lines[text] = lines[text] ?? name.location.line
                    return RecurringTime(name: text, spans: spans)
                }
            }
        }
    }

    /// The names of all intervals, also of those in which something is wrong.
    func intervalNames(_ fields: MappingReader) -> Set<String> {
        Set(Self.intervalKeys.flatMap { fields.value($0)?.texts(under: "name") ?? [] })
    }

    private func span(_ fields: MappingReader) -> RecurringTime.Span? {
        let minutes = ranges(fields, "times") { entry in entry.mapping { self.minutes($0) } }
        let weekdays = ranges(fields, "weekdays") { entry in
            self.range(entry, Self.weekdays, in: 0...6, remedy: "write `saturday` or `monday:friday`")
        }
        let days = ranges(fields, "days_of_month") { self.days($0) }
        let months = ranges(fields, "months") { entry in
            self.range(entry, Self.months, in: 1...12, remedy: "write `may`, `5` or `june:august`")
        }
        let years = ranges(fields, "years") { entry in
            self.range(entry, [], in: 0...9_999, remedy: "write `2030` or `2030:2032`")
        }
        let location = fields.value("location")
        let zone = location.map { self.zone($0) } ?? TemplateZone.utc
        guard let minutes, let weekdays, let days, let months, let years, let zone else { return nil }
        return RecurringTime.Span(
            minutes: minutes, weekdays: weekdays, daysOfMonth: days, months: months, years: years, zone: zone)
    }

    /// The entries of a list; nil where one is wrong.
    private func ranges<Range>(
        _ fields: MappingReader, _ key: String, _ read: (YAMLValue) -> Range?
    ) -> [Range]? {
        guard let value = fields.value(key) else { return [] }
        let entries = value.isScalar ? [value] : value.list() ?? []
        let ranges = entries.map(read)
        return ranges.contains { $0 == nil } ? nil : ranges.compactMap { $0 }
    }

    private static let weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
    private static let months = [
        "", "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
        "november", "december",
    ]

    /// The two ends of `one:other`, or one twice.
    private func ends(_ value: YAMLValue, remedy: String) -> (String, String)? {
        guard let text = value.nonEmptyString() else { return nil }
        let parts = text.lowercased().split(separator: ":", omittingEmptySubsequences: false)
            .map { $0.filter { $0 != " " } }
        guard (1...2).contains(parts.count), let first = parts.first, let last = parts.last, !parts.contains("") else {
            value.error("\(value.name) is no range: `\(value.written)`", remedy: remedy)
            return nil
        }
        return (first, last)
    }

    /// A range of numbers, which names may stand for: where there are weekdays' names numbers are not taken, as in
    /// Alertmanager.
    private func range(
        _ value: YAMLValue, _ names: [String], in allowed: ClosedRange<Int>, remedy: String
    ) -> ClosedRange<Int>? {
        guard let (first, last) = ends(value, remedy: remedy) else { return nil }
        func number(_ text: String) -> Int? {
            names.firstIndex(of: text) ?? (names == Self.weekdays ? nil : Int(text))
        }
        guard let first = number(first), let last = number(last) else {
            value.error("\(value.name) is not within the calendar: `\(value.written)`", remedy: remedy)
            return nil
        }
        if !allowed.contains(first) || !allowed.contains(last) {
            // Alertmanager takes such a month, and never finds it.
            value.warning("\(value.name) is not within the calendar: `\(value.written)`", remedy: remedy)
        }
        guard first <= last else {
            value.error(
                "\(value.name) ends before it begins: `\(value.written)`",
                remedy: "write it as two ranges, one up to the end and one from the beginning")
            return nil
        }
        return first...last
    }

    private func days(_ value: YAMLValue) -> RecurringTime.DayRange? {
        let remedy = "write `1:15`, or `-7:-1` for the month's last week; both ends from 1 to 31 or from -31 to -1"
        guard let (first, last) = ends(value, remedy: remedy) else { return nil }
        let allowed = (-31...31)
        guard let first = Int(first), let last = Int(last), first != 0, last != 0, allowed.contains(first),
            allowed.contains(last), first > 0 || last < 0
        else {
            value.error("\(value.name) is no range of days of a month: `\(value.written)`", remedy: remedy)
            return nil
        }
        // Days from the end are compared in the shortest month.
        func least(_ day: Int) -> Int { day < 0 ? 28 + day : day }
        guard least(first) <= least(last) else {
            value.error(
                "\(value.name) ends before it begins: `\(value.written)`",
                remedy: "write it as two ranges, one up to the month's end and one from its beginning")
            return nil
        }
        return RecurringTime.DayRange(first: first, last: last)
    }

    private func minutes(_ fields: MappingReader) -> Range<Int>? {
        let start = fields.required("start_time", remedy: "add `start_time: 'HH:MM'`").flatMap { minute($0) }
        let end = fields.required("end_time", remedy: "add `end_time: 'HH:MM'`").flatMap { minute($0) }
        guard let start, let end else { return nil }
        guard start < end else {
            fields.error(
                "`end_time` is not after `start_time`", at: "end_time",
                remedy: "a night is two entries: one up to `24:00`, one from `00:00`")
            return nil
        }
        return start..<end
    }

    /// Minutes since midnight.
    private func minute(_ value: YAMLValue) -> Int? {
        guard let text = value.nonEmptyString() else { return nil }
        let digits = Array(text.utf8)
        let isFormed = digits.count == 5 && digits[2] == UInt8(ascii: ":")
        let numbers = text.split(separator: ":").compactMap { part in
            part.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(part) : nil
        }
        guard isFormed, numbers.count == 2, (0...23).contains(numbers[0]) || text == "24:00",
            (0...59).contains(numbers[1])
        else {
            value.error(
                "\(value.name) must be a time of day, found `\(value.written)`",
                remedy: "write it in quotes as `'09:30'`; the end of the day is `'24:00'`")
            return nil
        }
        return numbers[0] * 60 + numbers[1]
    }
}
