import Alerting
import Foundation
import Probes
import PromQL
import RuleTests
import Settings
import Templates
import Testing

/// Every parser that reads what people or other programs write, on inputs that nobody would write: no crash, no hang,
/// bounded memory. `.ci/long fuzz` gives each ten minutes.
@Suite("Fuzz", .serialized)
struct FuzzTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func texts(_ folder: String) throws -> [String] {
        let url = root.appendingPathComponent(folder)
        return try FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: nil)
            .filter { ["yml", "yaml"].contains($0.pathExtension) }.sorted { $0.path < $1.path }
            .map { try String(contentsOf: $0, encoding: .utf8) }
    }

    /// The expressions of the shipped rules, and some of everything else.
    private static let expressions = [
        #"sum by (a, b) (rate(m_total{job="x", zone!~"a.*"}[5m] offset 1m)) > bool 0.5"#,
        #"histogram_quantile(0.9, sum without (n) (x_bucket)) unless on (a) group_x"#,
        #"a * on (job) group_left (n) b / ignoring (z) c ^ -2 % 3 == 4 and 5 <= d or e"#,
        #"max_over_time(deriv(m[5m])[1h:30s] @ end() offset -5m)"#, #"label_replace(m, "a", "$1", "b", "(.*)")"#,
        #"count_values("v", {"a name", b=~"[a-z]+"}) @ 1700000000.123"#, "topk(3, -+1e3 * 0x1F * Inf) atan2 NaN",
        "1h30m + 5", "absent_over_time(x[1d])", "quantile_over_time(0.5, m[1w2d3h4m5s6ms])",
    ]

    private static let templates = [
        #"{{ $labels.x }} is {{ $value | humanize }} {{ if gt $value 5.0 }}a{{ else if eq 1 2 }}b{{ else }}c{{ end }}"#,
        #"{{ range $i, $e := query "up" }}{{ .Labels.job | toUpper }}{{ end }}{{ with $x := 5 }}{{ $x }}{{ end }}"#,
        #"{{ define "t" }}[{{ . }}]{{ end }}{{ template "t" $labels }}{{- /* c */ -}}{{ printf "%-5.2f|%q|%v" 1.5 "a" 3 }}"#,
        #"{{ reReplaceAll "(a)(b)?" "$2$1" "ab" }}{{ humanizeDuration 1234.5 }}{{ "a" | match "b" }}{{ (index . 1).x }}"#,
        #"{{ block "b" . }}{{ break }}{{ end }}{{ len "abc" }}{{ and 1 (or 0 "") }}{{ not true }}{{ slice "abc" 1 2 }}"#,
    ]

    private static let metrics = [
        "# HELP a b\n# TYPE a counter\na_total{x=\"y\",z=\"\\\"\\n\"} 1.5 1700000000\nb 2\n# EOF\n",
        "x_bucket{le=\"+Inf\"} 3 # {trace=\"a\"} 1\nx_sum NaN\n{\"a b\",c=\"d\"} -Inf\n",
    ]

    private func check(_ result: Fuzzer.Result) {
        print(result)
        #expect(result.slowest < Fuzzer.mostTime, "\(String(decoding: result.slowestInput, as: UTF8.self))")
        #expect(result.peakMegabytes < Fuzzer.mostMegabytes, "seed \(result.seed)")
        #expect(result.inputs > 10)
    }

    @Test("expressions, parsed and evaluated")
    func expressions() throws {
        var window = SampleWindow(retention: .seconds(3_600))
        for step in 0..<40 {
            for name in ["m", "m_total", "x_bucket", "a", "b", "up"] {
                for job in ["x", "y"] {
                    window.append(
                        Sample(
                            labels: [Labels.metricName: name, "job": job, "le": job == "x" ? "1" : "+Inf"],
                            value: Double(step), at: Timestamp(milliseconds: 1_700_000_000_000 + Int64(step) * 15_000)))
                }
            }
        }
        let words =
            Self.expressions.flatMap { $0.split(separator: " ").map(String.init) }
            + [
                "(", ")", "[", "]", "{", "}", "[5m]", "offset", "@", "by", "on()", "bool", "\"", "\\x", "9e999", "1y",
                ":", "#",
            ]
        var fuzzer = Fuzzer("expression", seeds: Self.expressions, words: words)
        let limits = EvaluationLimits(maxSamples: 100_000)
        check(
            try fuzzer.run { text in
                guard let expression = try? Expression(text) else { return false }
                _ = try? expression.evaluate(at: Timestamp(milliseconds: 1_700_000_600_000), in: window, limits: limits)
                _ = try? expression.evaluateRange(
                    from: Timestamp(milliseconds: 1_700_000_300_000),
                    through: Timestamp(milliseconds: 1_700_000_600_000),
                    step: .seconds(60), in: window, limits: limits)
                _ = expression.lookback
                return true
            })
    }

    @Test("templates, parsed and expanded")
    func templates() throws {
        let words =
            Self.templates.flatMap { $0.split(separator: " ").map(String.init) }
            + [
                "{{", "}}", "{{-", "-}}", "|", "$", ".", ":=", "=", "(", ")", "end", "range", "\"", "`", "'", "{{/*",
                "*/}}", "0x",
            ]
        var fuzzer = Fuzzer("template", seeds: Self.templates, words: words)
        let environment = TemplateEnvironment(
            query: { _ in [(["job": "a"], 5)] },
            matches: { pattern, text in try RegularExpression(pattern).matchesSomewhere(text) },
            replaceAll: { pattern, replacement, text in
                try RegularExpression(pattern).replaceAll(in: text, with: replacement)
            }, now: 1_700_000_000_000, externalURL: "http://x")
        check(
            try fuzzer.run { text in
                guard let template = try? Template(text) else { return false }
                _ = try? template.expandRule(
                    labels: ["x": "y"], value: 1.5, externalLabels: [:], externalURL: "http://x",
                    environment: environment)
                return true
            })
    }

    @Test("metrics in text form")
    func metrics() throws {
        let words = [
            "# TYPE ", "# HELP ", "{", "}", "\"", "\\", "=", ",", " ", "\n", "NaN", "+Inf", "1e309", "# EOF", "\t",
            "le=\"1\"",
        ]
        var fuzzer = Fuzzer("metrics", seeds: Self.metrics, words: words)
        check(
            try fuzzer.run { text in
                var isRight = false
                for dialect in [TextFormat.Dialect.classic, .openMetrics] {
                    let format = TextFormat(dialect: dialect)
                    if (try? format.parse(Array(text.utf8), at: Timestamp(milliseconds: 0))) != nil { isRight = true }
                }
                return isRight
            })
    }

    @Test("settings, rules and rule tests")
    func settings() throws {
        let seeds =
            try Self.texts("Deploy") + Self.texts("Alerts")
            + Self.texts("Alerts/tests").map { String($0.prefix(3_000)) }
        let words = [
            "\n", "  ", "- ", ": ", "[", "]", "{", "}", "&a ", "*a", "<<: *a", "!!int ", "|\n", ">-\n", "'", "\"",
            "${X}", "#",
            "---\n", "databases:", "receivers:", "route:", "groups:", "rules:", "levels:", "tests:", "5m", "1y", "null",
            "~", "\t",
        ]
        var fuzzer = Fuzzer("settings", seeds: seeds, words: words)
        let folder = Self.root.path
        check(
            try fuzzer.run { text in
                let files = FileReader(bytes: { _ throws(FileReader.Failure) in Array(text.utf8) }, names: { _ in nil })
                let settings = try? AgentSettings.load(path: "\(folder)/t.yml", environment: ["X": "y"], files: files)
                let rules = RuleFile.parse(text, path: "r.yml")
                let tests = RuleTestFile.load(path: "t.yml", files: files)
                return settings != nil || rules.problems.isEmpty || tests.problems.isEmpty
            })
    }
}
