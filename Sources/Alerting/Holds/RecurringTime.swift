package import PromQL
package import Templates

/// A named interval that comes again and again, such as every working day from nine to five in Berlin.
package struct RecurringTime: Hashable, Sendable {
    /// One description of times. A moment belongs to it if it satisfies every condition that is not empty.
    package struct Span: Hashable, Sendable {
        /// Minutes since local midnight; the end is excluded. Empty for the whole day.
        package var minutes: [Range<Int>]
        /// 0 is Sunday. Empty for every day.
        package var weekdays: [ClosedRange<Int>]
        /// From 1, or from the month's end, where -1 is its last day. Empty for every day.
        package var daysOfMonth: [DayRange]
        /// From 1. Empty for every month.
        package var months: [ClosedRange<Int>]
        /// Empty for every year.
        package var years: [ClosedRange<Int>]
        /// Whose clocks and calendar count.
        package var zone: TemplateZone

        package init(
            minutes: [Range<Int>] = [], weekdays: [ClosedRange<Int>] = [], daysOfMonth: [DayRange] = [],
            months: [ClosedRange<Int>] = [], years: [ClosedRange<Int>] = [], zone: TemplateZone = .utc
        ) {
            self.minutes = minutes
            self.weekdays = weekdays
            self.daysOfMonth = daysOfMonth
            self.months = months
            self.years = years
            self.zone = zone
        }
    }

    /// Days of a month, both included, each counted from 1 or from -1 backwards.
    package struct DayRange: Hashable, Sendable {
        package let first: Int
        package let last: Int

        package init(first: Int, last: Int) {
            self.first = first
            self.last = last
        }

        /// Whether a day of a month of this length is among them. What lies outside of the month is cut off; a range
        /// that begins behind its end is empty.
        func contains(_ day: Int, of length: Int) -> Bool {
            func counted(_ day: Int) -> Int { day < 0 ? length + day + 1 : day }
            let begin = counted(first)
            return begin <= length && (max(1, begin)...max(1, begin, min(length, counted(last)))).contains(day)
                && day <= counted(last)
        }
    }

    package let name: String
    package let spans: [Span]

    package init(name: String, spans: [Span]) {
        self.name = name
        self.spans = spans
    }

    /// Whether a moment lies in it.
    package func contains(_ time: Timestamp) -> Bool {
        spans.contains { $0.contains(time) }
    }

    /// How far `nextChange` looks ahead: somewhat more than a year.
    package static let horizon = 400

    /// When a moment that lies in it stops to do so, or one that doesn't begins to.
    ///
    /// - Returns: exact to the minute in which clocks say so; `horizon` days later where nothing changes until then.
    package func nextChange(after time: Timestamp) -> Timestamp {
        let present = contains(time)
        for day in 0...Int64(Self.horizon) {
            let moments = Set(spans.flatMap { $0.boundaries(ofDay: day, after: time) })
            for moment in moments.sorted() where contains(moment) != present { return moment }
        }
        return time + .seconds(86_400 * Self.horizon)
    }
}

extension RecurringTime.Span {
    /// The time as the zone's clocks show it, written as if it were UTC.
    private func local(_ time: Timestamp) -> Timestamp {
        let seconds = (Double(time.milliseconds) / 1_000).rounded(.down)
        return time + .seconds(zone.offset(at: Int64(seconds)))
    }

    func contains(_ time: Timestamp) -> Bool {
        let date = local(time).civil
        let minute = date.hour * 60 + date.minute
        return (minutes.isEmpty || minutes.contains { $0.contains(minute) })
            && (daysOfMonth.isEmpty || daysOfMonth.contains { $0.contains(date.day, of: date.daysInMonth) })
            && (months.isEmpty || months.contains { $0.contains(date.month) })
            && (weekdays.isEmpty || weekdays.contains { $0.contains(date.weekday) })
            && (years.isEmpty || years.contains { $0.contains(date.year) })
    }

    /// The moments of one local day at which membership can change, those after `time` alone: midnights, the ends of
    /// `minutes`, and the hour at which clocks are set.
    ///
    /// - Parameter day: 0 for the local day of `time`.
    func boundaries(ofDay day: Int64, after time: Timestamp) -> [Timestamp] {
        let dayLength: Int64 = 86_400
        let today = Self.floorDivide(local(time).milliseconds, dayLength * 1_000)
        let midnight = (today + day) * dayLength
        // Near enough to the day's both ends: no zone changes its clocks twice in three days.
        let (before, after) = (midnight - dayLength, midnight + 2 * dayLength)
        let offsets = [zone.offset(at: before), zone.offset(at: after)]
        let minutes = [0] + self.minutes.flatMap { [$0.lowerBound, $0.upperBound] }
        var seconds = Set(minutes.flatMap { minute in offsets.map { midnight + Int64(minute * 60) - Int64($0) } })
        if offsets[0] != offsets[1] {
            var (low, high) = (before, after)
            while high - low > 1 {
                let middle = (low + high) / 2
                if zone.offset(at: middle) == offsets[0] { low = middle } else { high = middle }
            }
            seconds.insert(high)
        }
        // Clocks that are set near the day's ends put some of them into the days beside it, which have them as well.
        return seconds.map { Timestamp(milliseconds: $0 * 1_000) }.filter { moment in
            moment > time && Self.floorDivide(local(moment).milliseconds, dayLength * 1_000) == today + day
        }
    }

    private static func floorDivide(_ number: Int64, _ divisor: Int64) -> Int64 {
        number >= 0 ? number / divisor : (number - divisor + 1) / divisor
    }
}
