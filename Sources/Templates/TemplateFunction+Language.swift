extension TemplateFunction {
    /// What Go's templates bring along. `and`, `or` are cut short by the expander.
    static let language: [TemplateFunction] = [
        TemplateFunction("and", 1...Int.max, .part) { values, _ in
            values.first { !$0.isTrue } ?? values[values.count - 1]
        },
        TemplateFunction("or", 1...Int.max, .part) { values, _ in values.first { $0.isTrue } ?? values[values.count - 1]
        },
        TemplateFunction("not", 1...1) { values, _ in .bool(!values[0].isTrue) },
        TemplateFunction("call", 1...Int.max) { values, _ in
            throw FunctionFailure(values[0] == .null ? "call of nil" : "non-function of type \(values[0].typeName)")
        },
        TemplateFunction("len", 1...1) { values, _ in
            switch values[0] {
            case .string(let text): return .int(Int64(text.utf8.count))
            case .list, .map, .labels: return .int(Int64(values[0].shallowSize))
            case .null: throw FunctionFailure("len of nil pointer")
            case .bool, .int, .double, .record, .time, .duration, .calendar:
                throw FunctionFailure("len of type \(values[0].typeName)")
            }
        },
        TemplateFunction("index", 1...Int.max, .part) { values, _ in
            try values.dropFirst().reduce(values[0]) { try element($0, $1) }
        },
        TemplateFunction("slice", 1...4, .part) { values, _ in try slice(values) },
        TemplateFunction("print", 0...Int.max, .deep) { values, _ in .string(joined(values, always: false)) },
        TemplateFunction("println", 0...Int.max, .deep) { values, _ in .string(joined(values, always: true) + "\n") },
        TemplateFunction("printf", 1...Int.max, .deep) { values, environment in
            .string(try GoPrinter.format(try text(values[0]), Array(values.dropFirst()), limit: environment.maxOutput))
        },
        TemplateFunction("html", 1...Int.max, .deep) { values, _ in .string(GoText.escapeHTML(escapable(values))) },
        TemplateFunction("js", 1...Int.max, .deep) { values, _ in .string(GoText.escapeJS(escapable(values))) },
        TemplateFunction("urlquery", 1...Int.max, .deep) { values, _ in
            .string(GoText.escapeQuery(escapable(values)))
        },
        // The expander runs it, for it needs the other templates.
        TemplateFunction("tmpl", 2...2, .part) { values, _ in values[1] },
    ]

    private static func element(_ container: TemplateValue, _ index: TemplateValue) throws -> TemplateValue {
        switch container {
        case .map(let map): return map[try key(index)] ?? .null
        case .labels(let labels): return .string(labels.values[try key(index)] ?? "")
        case .list(let list): return list.elements[try place(index, count: list.elements.count)]
        case .string(let text):
            let place = try place(index, count: text.utf8.count)
            return .int(Int64(text.utf8[text.utf8.index(text.utf8.startIndex, offsetBy: place)]))
        case .null: throw FunctionFailure("index of untyped nil")
        case .bool, .int, .double, .record, .time, .duration, .calendar:
            throw FunctionFailure("can't index item of type \(container.typeName)")
        }
    }

    private static func key(_ index: TemplateValue) throws(FunctionFailure) -> String {
        switch index {
        case .string(let key): return key
        case .null: throw FunctionFailure("value is nil; should be of type string")
        case .bool, .int, .double, .list, .map, .labels, .record, .time, .duration, .calendar:
            throw FunctionFailure("value has type \(index.typeName); should be string")
        }
    }

    private static func place(
        _ index: TemplateValue, count: Int, isBound: Bool = false
    ) throws(FunctionFailure) -> Int {
        switch index {
        case .int(let number), .duration(let number):
            guard number >= 0, number < Int64(count) || (isBound && number == Int64(count)) else {
                throw FunctionFailure("index out of range: \(number)")
            }
            return Int(number)
        case .calendar(let part): return try place(.int(part.number), count: count, isBound: isBound)
        case .null: throw FunctionFailure("cannot index slice/array with nil")
        case .bool, .double, .string, .list, .map, .labels, .record, .time:
            throw FunctionFailure("cannot index slice/array with type \(index.typeName)")
        }
    }

    private static func slice(_ values: [TemplateValue]) throws -> TemplateValue {
        let count: Int
        switch values[0] {
        case .string(let text):
            if values.count == 4 { throw FunctionFailure("cannot 3-index slice a string") }
            count = text.utf8.count
        case .list(let list): count = list.elements.count
        case .null: throw FunctionFailure("slice of untyped nil")
        case .bool, .int, .double, .map, .labels, .record, .time, .duration, .calendar:
            throw FunctionFailure("can't slice item of type \(values[0].typeName)")
        }
        var bounds = [0, count]
        for (number, bound) in values.dropFirst().enumerated() {
            let place = try place(bound, count: count, isBound: true)
            if number < 2 { bounds[number] = place }
            if number == 2, place < bounds[1] {
                throw FunctionFailure("invalid slice index: \(bounds[1]) > \(place)")
            }
        }
        if bounds[0] > bounds[1] { throw FunctionFailure("invalid slice index: \(bounds[0]) > \(bounds[1])") }
        if case .list(let list) = values[0] {
            return .list(TemplateList(Array(list.elements[bounds[0]..<bounds[1]]), list.kind))
        }
        guard case .string(let text) = values[0] else { return .null }
        return .string(String(decoding: Array(text.utf8)[bounds[0]..<bounds[1]], as: UTF8.self))
    }

    /// `fmt.Sprint` puts a blank between two values neither of which is a string, `Sprintln` always.
    private static func joined(_ values: [TemplateValue], always: Bool) -> String {
        var result = ""
        for (place, value) in values.enumerated() {
            if place > 0 {
                var isText = false
                if case .string = value { isText = true }
                if case .string = values[place - 1] { isText = true }
                if always || !isText { result += " " }
            }
            result += GoPrinter.plain(value)
        }
        return result
    }

    /// What `html`, `js` and `urlquery` escape: nothing at all shows as in an action.
    private static func escapable(_ values: [TemplateValue]) -> String {
        joined(values.map { $0 == .null ? .string("<no value>") : $0 }, always: false)
    }
}
