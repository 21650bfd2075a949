import Foundation
import Templates

/// What rules see in the tests, for us and for `promtool`.
enum RuleSamples {
    static let labels = [
        "__name__": "pool_use", "pool": "web", "path": "/a<b", "instance": "h.example.com:9090",
    ]
    static let series: [(text: String, name: String, labels: [String: String], value: String)] = [
        (
            "pool_use{pool=\"web\", path=\"/a<b\", instance=\"h.example.com:9090\"}", "pool_use",
            ["pool": "web", "path": "/a<b", "instance": "h.example.com:9090"], "0.834"
        ),
        ("up{job=\"b\", host=\"x\"}", "up", ["job": "b", "host": "x"], "1"),
        ("up{job=\"a\", host=\"y\"}", "up", ["job": "a", "host": "y"], "2"),
        ("other{}", "other", [:], "1234567"), ("x_nan{}", "x_nan", [:], "NaN NaN NaN NaN"),
        ("x_inf{}", "x_inf", [:], "Inf Inf Inf Inf"),
        ("negative{}", "negative", [:], "-0.00025"), ("big{}", "big", [:], "1e300"),
        ("stamp{}", "stamp", [:], "1435065584.128"),
    ]

    static let environment = TemplateEnvironment(
        query: { text in
            let found = series.filter { $0.name == text }
            if text != "absent_one" && found.isEmpty { throw Unknown() }
            return found.map { series in
                var labels = series.labels
                labels["__name__"] = series.name
                return (labels, Double(series.value.lowercased().prefix { $0 != " " }) ?? .nan)
            }
        },
        matches: { pattern, text in
            let expression = try NSRegularExpression(pattern: pattern)
            return expression.firstMatch(in: text, range: NSRange(text.startIndex..., in: text)) != nil
        },
        replaceAll: { pattern, replacement, text in
            let expression = try NSRegularExpression(pattern: pattern)
            let range = NSRange(text.startIndex..., in: text)
            let plain = replacement.replacingOccurrences(of: "${1}", with: "$1")
            return expression.stringByReplacingMatches(in: text, range: range, withTemplate: plain)
        },
        zone: { name in
            let file = URL(fileURLWithPath: "/usr/share/zoneinfo/\(name)")
            return (try? Data(contentsOf: file)).flatMap { TemplateZone(name: name, file: Array($0)) }
        },
        now: 1_795_426_200_500, externalURL: "https://tocsin.example/x")

    struct Unknown: Error {}

    static func expand(_ text: String) throws(TemplateError) -> String {
        var labels = labels
        labels["alertname"] = nil
        return try Template(text).expandRule(
            labels: labels, value: 0.834, externalLabels: ["region": "eu"], externalURL: "https://tocsin.example/x",
            environment: environment)
    }
}
