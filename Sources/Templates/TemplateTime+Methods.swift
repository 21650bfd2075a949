extension TemplateTime {
    /// The methods of Go's `time.Time` that give one value; nil for a name that is none.
    func method(
        _ name: String, _ arguments: [TemplateValue], _ environment: TemplateEnvironment
    ) throws(FunctionFailure) -> TemplateValue? {
        if let value = plainMethod(name, environment) {
            return try TemplateValue.checked(value, name, arguments, count: 0)
        }
        switch name {
        case "Format", "Add", "Sub", "Before", "After", "Equal", "Compare", "Truncate", "Round":
            _ = try TemplateValue.checked((), name, arguments, count: 1)
            return try method(name, arguments[0])
        case "AddDate":
            _ = try TemplateValue.checked((), name, arguments, count: 3)
            return .time(
                adding(
                    years: try TemplateFunction.integer(arguments[0]),
                    months: try TemplateFunction.integer(arguments[1]),
                    days: try TemplateFunction.integer(arguments[2])))
        default: return nil
        }
    }

    private func plainMethod(_ name: String, _ environment: TemplateEnvironment) -> TemplateValue? {
        switch name {
        case "Unix": .int(seconds)
        case "UnixMilli": .int(seconds &* 1_000 &+ nanoseconds / 1_000_000)
        case "UnixMicro": .int(seconds &* 1_000_000 &+ nanoseconds / 1_000)
        case "UnixNano": .int(unixNanoseconds)
        case "Year": .int(Int64(date.year))
        case "Month": .calendar(TemplateCalendar(isMonth: true, number: Int64(date.month)))
        case "Day": .int(Int64(date.day))
        case "YearDay": .int(dayOfYear)
        case "Weekday": .calendar(TemplateCalendar(isMonth: false, number: Int64(CivilDate.weekday(days))))
        case "Hour": .int(secondOfDay / 3_600)
        case "Minute": .int(secondOfDay / 60 % 60)
        case "Second": .int(secondOfDay % 60)
        case "Nanosecond": .int(nanoseconds)
        case "IsZero": .bool(isSame(.zero))
        case "UTC": .time(moved(to: .utc))
        case "Local": .time(moved(to: environment.localZone))
        case "String": .string(text)
        default: nil
        }
    }

    private func method(_ name: String, _ argument: TemplateValue) throws(FunctionFailure) -> TemplateValue? {
        switch name {
        case "Format": return .string(formatted(try TemplateFunction.text(argument)))
        case "Add": return .time(adding(try TemplateFunction.integer(argument, "time.Duration")))
        case "Truncate": return .time(rounded(try TemplateFunction.integer(argument, "time.Duration"), up: false))
        case "Round": return .time(rounded(try TemplateFunction.integer(argument, "time.Duration"), up: true))
        default: break
        }
        let other = try TemplateFunction.time(argument)
        switch name {
        case "Sub": return .duration(since(other))
        case "Before": return .bool(isBefore(other))
        case "After": return .bool(other.isBefore(self))
        case "Equal": return .bool(isSame(other))
        case "Compare": return .int(isBefore(other) ? -1 : (isSame(other) ? 0 : 1))
        default: return nil
        }
    }
}

extension TemplateDuration {
    /// The methods of Go's `time.Duration`; nil for a name that is none.
    static func method(
        _ name: String, of nanoseconds: Int64, _ arguments: [TemplateValue]
    ) throws(FunctionFailure) -> TemplateValue? {
        let value: TemplateValue
        switch name {
        case "String": value = .string(text(nanoseconds))
        case "Hours": value = .double(Double(nanoseconds) / 3.6e12)
        case "Minutes": value = .double(Double(nanoseconds) / 6e10)
        case "Seconds": value = .double(Double(nanoseconds) / 1e9)
        case "Milliseconds": value = .int(nanoseconds / 1_000_000)
        case "Microseconds": value = .int(nanoseconds / 1_000)
        case "Nanoseconds": value = .int(nanoseconds)
        case "Abs": value = .duration(nanoseconds == Int64.min ? Int64.max : abs(nanoseconds))
        case "Round", "Truncate":
            _ = try TemplateValue.checked((), name, arguments, count: 1)
            let multiple = try TemplateFunction.integer(arguments[0], "time.Duration")
            return .duration(name == "Round" ? rounded(nanoseconds, multiple) : truncated(nanoseconds, multiple))
        default: return nil
        }
        return try TemplateValue.checked(value, name, arguments, count: 0)
    }
}
