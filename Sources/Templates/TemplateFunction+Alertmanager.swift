extension TemplateFunction {
    /// What Alertmanager adds for notifications.
    static let alertmanager: [TemplateFunction] = [
        TemplateFunction("title", 1...1) { values, _ in .string(titled(try text(values[0]))) },
        humanizing("humanizeDuration", Humanize.duration),
        TemplateFunction("toJson", 1...1, .deep) { values, _ in .string(try JSONText.write(values[0])) },
        TemplateFunction("urlUnescape", 1...1) { values, _ in .string(try GoText.unescapeQuery(try text(values[0]))) },
        TemplateFunction("base64encode", 1...1) { values, _ in .string(Base64.encode(try text(values[0]))) },
        TemplateFunction("base64decode", 1...1) { values, _ in
            guard let decoded = Base64.decode(try text(values[0])) else {
                throw FunctionFailure("illegal base64 data")
            }
            return .string(decoded)
        },
        TemplateFunction("now", 0...0) { _, environment in
            .time(TemplateTime(milliseconds: environment.now, zone: environment.localZone))
        },
        TemplateFunction("since", 1...1) { values, environment in
            .duration(TemplateTime(milliseconds: environment.now).since(try time(values[0])))
        },
        TemplateFunction("date", 2...2) { values, _ in
            let layout = try text(values[0])
            return .string(try time(values[1]).formatted(layout))
        },
        TemplateFunction("tz", 2...2) { values, environment in
            let name = try text(values[0])
            let moment = try time(values[1])
            switch name {
            case "", "UTC": return .time(moment.moved(to: .utc))
            case "Local": return .time(moment.moved(to: environment.localZone))
            default:
                guard let zone = environment.zone(name) else { throw FunctionFailure("unknown time zone \(name)") }
                return .time(moment.moved(to: zone))
            }
        },
        TemplateFunction("toDate", 2...2) { values, _ in
            .time(TemplateTime(try text(values[1]), layout: try text(values[0])) ?? .zero)
        },
        TemplateFunction("mustToDate", 2...2) { values, _ in
            let (layout, subject) = (try text(values[0]), try text(values[1]))
            guard let moment = TemplateTime(subject, layout: layout) else {
                throw FunctionFailure(
                    "parsing time \(GoText.quoted(subject)) as \(GoText.quoted(layout)): cannot parse")
            }
            return .time(moment)
        },
        TemplateFunction("list", 0...Int.max) { values, _ in .list(values) },
        TemplateFunction("append", 1...Int.max) { values, _ in
            guard case .list(let list) = values[0] else { throw wrongType(values[0], "[]interface {}") }
            return .list(TemplateList(list.elements + values.dropFirst(), list.kind))
        },
        TemplateFunction("dict", 0...Int.max) { values, _ in
            if values.count % 2 != 0 { throw FunctionFailure("dict requires an even number of arguments") }
            var map: [String: TemplateValue] = [:]
            for place in stride(from: 0, to: values.count, by: 2) {
                guard case .string(let key) = values[place] else {
                    throw FunctionFailure("dict keys must be strings")
                }
                map[key] = values[place + 1]
            }
            return .map(map)
        },
    ]
}
