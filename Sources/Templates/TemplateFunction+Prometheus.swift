extension TemplateFunction {
    /// What Prometheus adds for alerts.
    static let prometheus: [TemplateFunction] =
        [
            humanizing("humanize", Humanize.decimal), humanizing("humanize1024", Humanize.binary),
            humanizing("humanizeDuration", Humanize.duration), humanizing("humanizePercentage", Humanize.percentage),
            humanizing("humanizeTimestamp", Humanize.timestamp),
            TemplateFunction("toTime", 1...1) { values, _ in .time(try Humanize.time(try number(values[0]))) },
            TemplateFunction("toDuration", 1...1) { values, _ in
                let nanoseconds = try number(values[0]) * 1e9
                guard let whole = Int64(exactly: nanoseconds.rounded(.towardZero)) else {
                    throw FunctionFailure("\(GoFloat.general(nanoseconds / 1e9)) seconds are no duration")
                }
                return .duration(whole)
            },
            TemplateFunction("parseDuration", 1...1) { values, _ in
                .double(try Humanize.parseDuration(try text(values[0])))
            },
            TemplateFunction("now", 0...0) { _, environment in .double(Double(environment.now) / 1_000) },
            TemplateFunction("title", 1...1) { values, _ in .string(capitalized(try text(values[0]))) },
            TemplateFunction("externalURL", 0...0) { _, environment in .string(environment.externalURL) },
            TemplateFunction("pathPrefix", 0...0) { _, environment in .string(path(environment.externalURL)) },
            TemplateFunction("graphLink", 1...1) { values, _ in
                .string("/graph?g0.expr=\(GoText.escapeQuery(try text(values[0])))&g0.tab=0")
            },
            TemplateFunction("tableLink", 1...1) { values, _ in
                .string("/graph?g0.expr=\(GoText.escapeQuery(try text(values[0])))&g0.tab=1")
            },
            TemplateFunction("args", 0...Int.max) { values, _ in
                .map(Dictionary(uniqueKeysWithValues: values.enumerated().map { ("arg\($0.offset)", $0.element) }))
            },
            TemplateFunction("urlQueryEscape", 1...1) { values, _ in .string(GoText.escapeQuery(try text(values[0]))) },
            TemplateFunction("stripPort", 1...1) { values, _ in
                let address = try text(values[0])
                return .string(split(address)?.host ?? address)
            },
            TemplateFunction("stripDomain", 1...1) { values, _ in
                let address = try text(values[0])
                let parts = split(address)
                let host = parts?.host ?? address
                if isAddress(host) { return values[0] }
                let name = host.prefix { $0 != "." }
                guard let port = parts?.port, !port.isEmpty else { return .string(String(name)) }
                return .string(name.contains(":") ? "[\(name)]:\(port)" : "\(name):\(port)")
            },
        ] + samples

    /// What works on the results of queries.
    private static let samples: [TemplateFunction] = [
        TemplateFunction("query", 1...1, .query) { values, environment in
            .list(
                try environment.query(try text(values[0])).map { sample in
                    .record(
                        TemplateRecord(
                            "*template.sample",
                            [
                                .init("Labels", .labels(sample.labels)), .init("Value", .double(sample.value)),
                            ]))
                }, .samples)
        },
        TemplateFunction("first", 1...1, .part) { values, _ in
            guard let first = try list(values[0]).elements.first else {
                throw FunctionFailure("first() called on vector with no elements")
            }
            return first
        },
        TemplateFunction("value", 1...1, .part) { values, _ in try sample(values[0])["Value"] ?? .null },
        TemplateFunction("strvalue", 1...1, .part) { values, _ in .string(label("__value__", of: try sample(values[0])))
        },
        TemplateFunction("label", 2...2, .part) { values, _ in
            .string(label(try text(values[0]), of: try sample(values[1])))
        },
        TemplateFunction("sortByLabel", 2...2, .part) { values, _ in
            let name = try text(values[0])
            let keyed = try list(values[1]).elements.map { element in
                guard case .record(let record) = element else { return ("", element) }
                return (label(name, of: record), element)
            }
            return .list(keyed.sorted { $0.0.precedesInBytes($1.0) }.map(\.1), .samples)
        },
    ]

    private static func list(_ value: TemplateValue) throws(FunctionFailure) -> TemplateList {
        guard case .list(let list) = value, list.kind == .samples else {
            throw wrongType(value, "template.queryResult")
        }
        return list
    }

    private static func sample(_ value: TemplateValue) throws(FunctionFailure) -> TemplateRecord {
        guard case .record(let record) = value, record["Labels"] != nil else {
            throw wrongType(value, "*template.sample")
        }
        return record
    }

    private static func label(_ name: String, of sample: TemplateRecord) -> String {
        guard case .labels(let labels)? = sample["Labels"] else { return "" }
        return labels.values[name] ?? ""
    }

    /// The path of a URL, without its query.
    private static func path(_ url: String) -> String {
        let bytes = Array(url.utf8)
        var start = 0
        let mark = Array("://".utf8)
        if let scheme = bytes.indices.first(where: { bytes[$0...].starts(with: mark) }) {
            start = bytes[(scheme + 3)...].firstIndex { "/?#".utf8.contains($0) } ?? bytes.count
        }
        return String(decoding: bytes[start...].prefix { !"?#".utf8.contains($0) }, as: UTF8.self)
    }

    /// Go's `net.SplitHostPort`; nil where it would fail.
    private static func split(_ address: String) -> (host: String, port: String)? {
        guard let colon = address.lastIndex(of: ":") else { return nil }
        let port = String(address[address.index(after: colon)...])
        var host = address[..<colon]
        if host.first == "[" {
            guard host.last == "]", host.count > 1 else { return nil }
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        return host.contains(where: { "[]".contains($0) }) || port.contains(where: { "[]".contains($0) })
            ? nil : (String(host), port)
    }

    private static func isAddress(_ host: String) -> Bool {
        if host.contains(":") { return host.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." } }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                part.allSatisfy { $0.isASCII && $0.isNumber } && (Int(part) ?? 256) < 256
                    && (part.count == 1 || part.first != "0")
            }
    }
}
