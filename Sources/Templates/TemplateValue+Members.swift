/// Fields, keys and methods: what may follow a dot.
extension TemplateValue {
    /// A field, the value of a key, or what a method gives.
    ///
    /// - Parameters:
    ///   - arguments: of a method; nothing else takes any.
    ///   - isFirst: whether no name comes before it in its chain; Go lets nothing at all have any field there.
    func member(
        _ name: String, _ arguments: [TemplateValue], isFirst: Bool, environment: TemplateEnvironment
    ) throws(FunctionFailure) -> TemplateValue {
        if let result = try method(name, arguments, environment) { return result }
        func refuseArguments(_ message: String) throws(FunctionFailure) {
            if !arguments.isEmpty { throw FunctionFailure(message, isCall: false) }
        }
        switch self {
        // `missingkey=zero`, as Prometheus and Alertmanager set it: a missing label is the empty text.
        case .map(let map):
            try refuseArguments("\(name) is not a method but has arguments")
            return map[name] ?? .null
        case .labels(let labels):
            try refuseArguments("\(name) is not a method but has arguments")
            return .string(labels.values[name] ?? "")
        case .record(let record):
            guard let value = record[name] else { break }
            try refuseArguments("\(name) has arguments but cannot be invoked as function")
            return value
        case .null:
            if isFirst { return .null }
            throw FunctionFailure("nil pointer evaluating interface {}.\(name)", isCall: false)
        case .bool, .int, .double, .string, .list, .time, .duration, .calendar: break
        }
        throw FunctionFailure("can't evaluate field \(name) in type \(typeName)", isCall: false)
    }

    /// nil where there is no method of the name.
    private func method(
        _ name: String, _ arguments: [TemplateValue], _ environment: TemplateEnvironment
    ) throws(FunctionFailure) -> TemplateValue? {
        switch self {
        case .time(let time): try time.method(name, arguments, environment)
        case .duration(let nanoseconds): try TemplateDuration.method(name, of: nanoseconds, arguments)
        case .calendar(let part):
            name == "String" ? .string(try Self.checked(part.name, name, arguments, count: 0)) : nil
        case .labels(let labels): labels.isSet ? try labels.method(name, arguments) : nil
        case .list(let list): try list.method(name, arguments)
        case .null, .bool, .int, .double, .string, .map, .record: nil
        }
    }

    /// A value, once the number of arguments is right.
    static func checked<Value>(
        _ value: Value, _ name: String, _ arguments: [TemplateValue], count: Int
    ) throws(FunctionFailure) -> Value {
        guard arguments.count == count else {
            throw FunctionFailure(
                "wrong number of args for \(name): want \(count) got \(arguments.count)", isCall: false)
        }
        return value
    }
}

extension TemplateLabels {
    /// Alertmanager's `KV`.
    fileprivate func method(
        _ name: String, _ arguments: [TemplateValue]
    ) throws(FunctionFailure) -> TemplateValue? {
        let count = name == "Remove" ? 1 : 0
        let result: TemplateValue
        switch name {
        case "SortedPairs":
            result = .list(
                sorted.map {
                    .record(
                        TemplateRecord(
                            "template.Pair",
                            [
                                .init("Name", .string($0.name)), .init("Value", .string($0.value)),
                            ]))
                }, .pairs)
        case "Names": result = .list(sorted.map { .string($0.name) }, .strings)
        case "Values": result = .list(sorted.map { .string($0.value) }, .strings)
        case "String": result = .string(text)
        case "Remove":
            _ = try TemplateValue.checked((), name, arguments, count: count)
            let removed = Set(try TemplateFunction.texts(arguments[0]))
            result = .labels(TemplateLabels(values.filter { !removed.contains($0.key) }, isSet: true))
        default: return nil
        }
        return try TemplateValue.checked(result, name, arguments, count: count)
    }
}

extension TemplateList {
    fileprivate func method(
        _ name: String, _ arguments: [TemplateValue]
    ) throws(FunctionFailure) -> TemplateValue? {
        switch (kind, name) {
        case (.alerts, "Firing"), (.alerts, "Resolved"):
            let wanted = TemplateValue.string(name.lowercased())
            let found = elements.filter { element in
                guard case .record(let alert) = element else { return false }
                return alert["Status"] == wanted
            }
            return try TemplateValue.checked(.list(found, .someAlerts), name, arguments, count: 0)
        case (.pairs, "Names"), (.pairs, "Values"):
            let field = String(name.dropLast())
            let found = elements.map { element -> TemplateValue in
                guard case .record(let pair) = element else { return .string("") }
                return pair[field] ?? .string("")
            }
            return try TemplateValue.checked(.list(found, .strings), name, arguments, count: 0)
        case (.pairs, "String"):
            return .string(
                try TemplateValue.checked(GoPrinter.plain(.list(self)), name, arguments, count: 0))
        default: return nil
        }
    }
}
