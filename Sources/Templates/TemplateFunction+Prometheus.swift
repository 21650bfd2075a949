extension TemplateFunction {
    /// What Prometheus adds for alerts.
    static let prometheus: [TemplateFunction] = [
        humanizing("humanize", Humanize.decimal), humanizing("humanize1024", Humanize.binary),
        humanizing("humanizeDuration", Humanize.duration), humanizing("humanizePercentage", Humanize.percentage),
        humanizing("humanizeTimestamp", Humanize.timestamp),
        TemplateFunction("parseDuration", 1...1) { values, _ in
            guard let seconds = Humanize.parseDuration(try text(values[0], "parseDuration")) else {
                throw FunctionFailure("`\(values[0].text)` is not a duration")
            }
            return .double(seconds)
        },
        TemplateFunction("query", 1...1) { values, environment in
            .list(
                try environment.query(try text(values[0], "query")).map { sample in
                    .map([
                        "Labels": .map(sample.labels.mapValues(TemplateValue.string)), "Value": .double(sample.value),
                    ])
                })
        },
        TemplateFunction("first", 1...1) { values, _ in
            guard case .list(let list) = values[0], let first = list.first else {
                throw FunctionFailure("first() called on vector with no elements")
            }
            return first
        },
        TemplateFunction("value", 1...1) { values, _ in try member("Value", of: values[0]) },
        TemplateFunction("strvalue", 1...1) { values, _ in
            guard case .map(let labels) = try member("Labels", of: values[0]) else { return .string("") }
            return labels["__value__"] ?? .string("")
        },
        TemplateFunction("label", 2...2) { values, _ in
            guard case .map(let labels) = try member("Labels", of: values[1]) else { return .string("") }
            return labels[try text(values[0], "label")] ?? .string("")
        },
        TemplateFunction("sortByLabel", 2...2) { values, _ in
            let name = try text(values[0], "sortByLabel")
            guard case .list(let list) = values[1] else {
                throw FunctionFailure("`sortByLabel` takes a query's result")
            }
            func key(_ value: TemplateValue) -> String {
                guard case .map(let map) = value, case .map(let labels)? = map["Labels"] else { return "" }
                return labels[name]?.text ?? ""
            }
            return .list(list.sorted { key($0) < key($1) })
        },
        TemplateFunction("now", 0...0) { _, environment in .double(Double(environment.now) / 1_000) },
        TemplateFunction("externalURL", 0...0) { _, environment in .string(environment.externalURL) },
        TemplateFunction("pathPrefix", 0...0) { _, environment in .string(path(environment.externalURL)) },
        TemplateFunction("graphLink", 1...1) { values, _ in
            .string("/graph?g0.expr=\(escapeQuery(try text(values[0], "graphLink")))&g0.tab=0")
        },
        TemplateFunction("tableLink", 1...1) { values, _ in
            .string("/graph?g0.expr=\(escapeQuery(try text(values[0], "tableLink")))&g0.tab=1")
        },
        TemplateFunction("args", 0...Int.max) { values, _ in
            .map(Dictionary(uniqueKeysWithValues: values.enumerated().map { ("arg\($0.offset)", $0.element) }))
        },
    ]

    private static func humanizing(_ name: String, _ body: @escaping @Sendable (Double) -> String) -> TemplateFunction {
        TemplateFunction(name, 1...1) { values, _ in .string(body(try number(values[0], name))) }
    }

    private static func member(_ name: String, of value: TemplateValue) throws -> TemplateValue {
        guard case .map(let map) = value, let member = map[name] else { throw FunctionFailure("a sample is missing") }
        return member
    }

    private static func path(_ url: String) -> String {
        guard let scheme = url.range(of: "://") else { return url }
        let rest = url[scheme.upperBound...]
        return rest.firstIndex(of: "/").map { String(rest[$0...]) } ?? ""
    }

    /// Texts, as Prometheus and Alertmanager have them.
    static let texts: [TemplateFunction] = [
        TemplateFunction("title", 1...1) { values, _ in
            var result = ""
            var atStart = true
            for character in try text(values[0], "title") {
                result += atStart ? character.uppercased() : String(character)
                atStart = !(character.isLetter || character.isNumber || character == "_")
            }
            return .string(result)
        },
        TemplateFunction("toUpper", 1...1) { values, _ in .string(try text(values[0], "toUpper").uppercased()) },
        TemplateFunction("toLower", 1...1) { values, _ in .string(try text(values[0], "toLower").lowercased()) },
        TemplateFunction("trimSpace", 1...1) { values, _ in
            var body = Substring(try text(values[0], "trimSpace")).drop(while: \.isWhitespace)
            while body.last?.isWhitespace == true { body.removeLast() }
            return .string(String(body))
        },
        TemplateFunction("join", 2...2) { values, _ in
            guard case .list(let list) = values[1] else { throw FunctionFailure("`join` takes a separator and a list") }
            return .string(list.map(\.text).joined(separator: try text(values[0], "join")))
        },
        TemplateFunction("match", 2...2) { values, environment in
            .bool(try environment.matches(try text(values[0], "match"), try text(values[1], "match")))
        },
        TemplateFunction("reReplaceAll", 3...3) { values, environment in
            .string(
                try environment.replaceAll(
                    try text(values[0], "reReplaceAll"), try text(values[1], "reReplaceAll"),
                    try text(values[2], "reReplaceAll")))
        },
        TemplateFunction("safeHtml", 1...1) { values, _ in values[0] },
        TemplateFunction("safeUrl", 1...1) { values, _ in values[0] },
        TemplateFunction("urlQueryEscape", 1...1) { values, _ in
            .string(escapeQuery(try text(values[0], "urlQueryEscape")))
        },
        TemplateFunction("stringSlice", 0...Int.max) { values, _ in .list(values) },
        TemplateFunction("stripPort", 1...1) { values, _ in .string(splitHost(try text(values[0], "stripPort")).host) },
        TemplateFunction("stripDomain", 1...1) { values, _ in
            let (host, port) = splitHost(try text(values[0], "stripDomain"))
            if host.contains(":") || host.allSatisfy({ $0.isNumber || $0 == "." }) { return values[0] }
            let name = host.prefix { $0 != "." }
            return .string(port.isEmpty ? String(name) : "\(name):\(port)")
        },
    ]

    private static func splitHost(_ text: String) -> (host: String, port: String) {
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            let host = String(text[text.index(after: text.startIndex)..<end])
            return (host, String(text[text.index(after: end)...].drop { $0 == ":" }))
        }
        guard text.filter({ $0 == ":" }).count == 1, let colon = text.firstIndex(of: ":") else { return (text, "") }
        return (String(text[..<colon]), String(text[text.index(after: colon)...]))
    }
}

extension String {
    fileprivate func range(of wanted: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(wanted) { return start..<index(start, offsetBy: wanted.count) }
            start = index(after: start)
        }
        return nil
    }
}
