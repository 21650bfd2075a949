import Foundation
import RuleTests
import Support
import Testing

/// Test files of many kinds, each given to Debian's promtool as well: both pass it, or neither does.
@Suite("Rule tests beside promtool")
struct PromtoolComparisonTests {
    private static let rules = """
        groups:
          - name: first
            interval: 5m
            rules:
              - { record: "job:up:sum", expr: sum by (job) (up) }
              - alert: JobDown
                expr: job:up:sum == 0
                for: 2m
                keep_firing_for: 1m
                labels: { severity: "{{ if eq $labels.job \\"db\\" }}page{{ else }}ticket{{ end }}" }
                annotations: { summary: "{{ $labels.job }} is down in {{ $externalLabels.region }}: {{ $value }}" }
          - name: second
            rules:
              - { alert: Many, expr: count(ALERTS) > 0 }
              - { alert: Gone, expr: absent(up), for: 1m }
              - { alert: Rising, expr: "avg_over_time(rate(hits_total[2m])[5m:]) > 0.4" }
              - { alert: Any, expr: thing, labels: { team: "{{ $labels.job }}" }, annotations: { a: "{{ $labels.__name__ }}{{ $labels.team }}{{ $labels.alertname }}", empty: "" } }
              - { record: steps, expr: "count_over_time(vector(1)[10m:])" }
          - name: third
            rules:
              - { alert: Many, expr: vector(7) == 7, labels: { from: third }, annotations: { url: "{{ $externalURL }}" } }
        """

    /// The body of a file, with `rule_files` before it.
    private static let bodies: [String] = [
        "tests: []", "tests: [{}]", "tests:\n  -", "evaluation_interval: 0\ntests: [{}]", "foo: 1\ntests: []",
        "tests: [{ intervall: 1m }]", "tests: [{ interval: 5 }]", "tests: [{ interval: -1m }]",
        "group_eval_order: [first, first]\ntests: [{}]", "group_eval_order: [none]\ntests: [{}]",
        "rule_files: [a]\ntests: []", "tests: [{ alert_rule_test: [{ eval_time: 1m }] }]",
        // Alerts of a name from several groups, their order and what they lack.
        test("", alert("1m", "Many", "[{ exp_labels: { from: third }, exp_annotations: { url: '' } }, {}]")),
        // At the start the order of groups decides whether one sees what another gave.
        "group_eval_order: [third, second]\n"
            + test("", alert("0", "Many", "[{}, { exp_labels: { from: third }, exp_annotations: { url: '' } }]")),
        "group_eval_order: [second, third]\n"
            + test("", alert("0", "Many", "[{ exp_labels: { from: third }, exp_annotations: { url: '' } }]")),
        test("", alert("1m", "Many", "[{}]")), test("", alert("1m", "Nobody", "[]")),
        test("", alert("1m", "Nobody", "[{}]")),
        test("{ series: thing, values: 1 }", alert("0", "Any", "[{ exp_annotations: { a: thing, empty: '' } }]")),
        test("{ series: thing, values: 1 }", alert("0", "Any", "[{ exp_annotations: { a: thing } }]")),
        test(
            "{ series: 'thing{job=\"x\"}', values: NaN }",
            alert("0", "Any", "[{ exp_labels: { job: x, team: x }, exp_annotations: { a: thing, empty: '' } }]")),
        test("{ series: thing, values: 1 }", alert("0", "Any", "[{ exp_labels: { team: '' } }]")),
        // Times: between two evaluations, past the last, stale and missing.
        test("", alert("59s", "Gone", "[]") + alert("1m59s", "Gone", "[{}]")),
        test("{ series: up, values: '1x3 stale' }", sample("up", "3m", "up 1") + sample("up", "4m")),
        test("{ series: up, values: '1 _x9' }", sample("up", "4m59s", "up 1") + sample("up", "6m")),
        test("{ series: up, values: '1x9 5' }", sample("up", "8m30s", "up 1")),
        "tests:\n  - interval: 1s\n    input_series: [{ series: s, values: '0+1x200' }]\n    promql_expr_test:\n"
            + sample("s", "90s", "s 60"),
        test("{ series: s, values: '0+0.1x8' }", sample("s", "8m", "s 0.7999999999999999")),
        test("{ series: s, values: '0+0.1x8' }", sample("s", "8m", "s 0.8")),
        test("{ series: s, values: '1x5' }, { series: s, values: '2x5' }", sample("s", "1m", "s 2")),
        test("{ series: s, values: '1 2 3' }", sample("s offset -1m", "1m", "s 3") + sample("s", "2m", "s 3")),
        test("{ series: s, values: '1 2 3' }", sample("s @ 0", "2m", "s 1")),
        test("", sample("time()", "2m", "'' 120") + sample("vector(1)", "2m", "'' 1")),
        test("", sample("1/0", "1m", "'' .inf")), test("", sample("0/0", "1m", "'' .nan")),
        "evaluation_interval: 30s\n" + test("", sample("steps", "1h", "steps 19.5")),
        // What is no series, value or expression.
        test("{ series: 'up{', values: 1 }", ""), test("{ series: 'up{a=b}', values: 1 }", ""),
        test("{ series: 'up{a=~\"b\"}', values: 1 }", ""), test("{ series: 'a b', values: 1 }", ""),
        test("{ series: '{a=\"b\",}', values: 1 }", sample("{a='b'}", "0", "'{a=\"b\"}' 1")),
        test("{ series: on, values: 1 }", sample("sum(on)", "0", "'' 1")), test("{ series: up, values: abc }", ""),
        test("{ series: up, values: 1x }", ""), test("{ series: up, values: 1+2 }", ""),
        test("{ series: up, values: stalex3 }", ""), test("{ series: up, values: '0x1F' }", ""),
        test("{ series: up, values: '' }", ""), test("{ series: up }", ""), test("{ values: 1 }", ""),
        test("", sample("sum(", "0")), test("", sample("'text'", "0")), test("", sample("up[5m]", "0")),
        test("", sample("nothing(up)", "0")), test("", sample("up", "0", "'up{' 1")),
        test("{ series: 'a{x=\"1\"}', values: 1 }, { series: 'a{x=\"2\"}', values: 1 }", sample("a + on() a", "0")),
    ]

    /// With `interval`, which 2.42 takes for zero where it is left out.
    private static func test(_ series: String, _ checks: String) -> String {
        let alerts = checks.split(separator: "\n").filter { $0.contains("alertname") }.joined(separator: "\n")
        let samples = checks.split(separator: "\n").filter { $0.contains("expr:") }.joined(separator: "\n")
        return "tests:\n  - interval: 1m\n    input_series: [\(series)]\n"
            + (alerts.isEmpty ? "" : "    alert_rule_test:\n\(alerts)\n")
            + (samples.isEmpty ? "" : "    promql_expr_test:\n\(samples)\n")
    }

    private static func alert(_ time: String, _ name: String, _ alerts: String) -> String {
        "      - { eval_time: \(time), alertname: \(name), exp_alerts: \(alerts) }\n"
    }

    /// - Parameter wanted: labels and value; nil for no sample.
    private static func sample(_ expression: String, _ time: String, _ wanted: String? = nil) -> String {
        let parts = wanted?.split(separator: " ").map(String.init)
        let samples = parts.map { "{ labels: \($0[0]), value: \($0[1]) }" } ?? ""
        return "      - { expr: \"\(expression)\", eval_time: \(time), exp_samples: [\(samples)] }\n"
    }

    private static let promtool = Programs.find("promtool")

    @Test("promtool and tocsin test judge alike", .enabled(if: promtool != nil, "skipped: promtool is not here"))
    func verdicts() throws {
        let promtool = try #require(Self.promtool)
        var (passing, failing) = (0, 0)
        for body in Self.bodies {
            let text = (body.hasPrefix("rule_files") ? "" : "rule_files: [rules.yml]\n") + body
            let folder = try Folder(["rules.yml": Self.rules, "test.yml": text])
            defer { folder.remove() }
            let theirs = try Subprocess.run(promtool, ["test", "rules", folder.path("test.yml")])
            let ours = folder.run("test.yml")
            if theirs.status == 0 { passing += 1 } else { failing += 1 }
            #expect(
                (theirs.status == 0) == (ours.verdict == .passed),
                "\(text)\n--- promtool\n\(theirs.output)\(theirs.errors)\n--- tocsin test\n\(ours.text)")
        }
        print("PromtoolComparison: \(passing) files that promtool passes, \(failing) that it fails")
        #expect(passing > 15 && failing > 15)
    }

    /// A larger file for `rules`; what it expects fits what `right` says.
    static func larger(right: Bool) -> String {
        """
        rule_files: [rules.yml]
        evaluation_interval: 1m
        group_eval_order: [first, second, third]
        tests:
          - name: down
            interval: 30s
            external_labels: { region: eu }
            external_url: https://example.org/
            input_series:
              - { series: 'up{job="db", n="1"}', values: '1x5 0x10 1x10' }
              - { series: 'up{job="web", n="1"}', values: '1x3 _x4 1x20' }
              - { series: hits_total, values: '0+15x40' }
            alert_rule_test:
              - { eval_time: 4m, alertname: JobDown, exp_alerts: [] }
              - eval_time: 5m30s
                alertname: JobDown
                exp_alerts:
                  - exp_labels: { job: db, severity: page }
                    exp_annotations: { summary: "db is down in \(right ? "eu" : "us"): 0" }
              - { eval_time: 9m, alertname: JobDown, exp_alerts: [{ exp_labels: { job: db, severity: page }, exp_annotations: { summary: "db is down in eu: 0" } }] }
              - { eval_time: 10m, alertname: JobDown, exp_alerts: [] }
              - { eval_time: 5m, alertname: Many, exp_alerts: [{ exp_labels: { from: third }, exp_annotations: { url: "https://example.org/" } }, {}] }
              - { eval_time: 12m, alertname: Rising, exp_alerts: [{}] }
            promql_expr_test:
              - expr: job:up:sum
                eval_time: 6m
                exp_samples:
                  - { labels: 'job:up:sum{job="web"}', value: 1 }
                  - { labels: 'job:up:sum{job="db"}', value: \(right ? 0 : 1) }
              - { expr: "ALERTS_FOR_STATE{alertname='JobDown'}", eval_time: 4m, exp_samples: [{ labels: '{__name__="ALERTS_FOR_STATE", alertname="JobDown", job="db", severity="page"}', value: 180 }] }
          - input_series: []
            alert_rule_test:
              - { eval_time: 1m, alertname: Gone, exp_alerts: [{}] }
        """
    }

    @Test("a larger file passes and fails as in promtool, with the difference", arguments: [true, false])
    func difference(_ right: Bool) throws {
        let folder = try Folder(["rules.yml": Self.rules, "test.yml": Self.larger(right: right)])
        defer { folder.remove() }
        let report = folder.run("test.yml")
        #expect(report.verdict == (right ? .passed : .failed), "\(report.text)")
        if !right {
            #expect(report.text.contains("db is down in us: 0") && report.text.contains("db is down in eu: 0"))
            #expect(report.text.contains("- job:up:sum{job=\"db\"} 1"), "\(report.text)")
            #expect(report.text.contains("+ job:up:sum{job=\"db\"} 0"), "\(report.text)")
            #expect(report.groups.map(\.failures.count) == [2, 0])
        }
        guard let promtool = Self.promtool else { return }
        let theirs = try Subprocess.run(promtool, ["test", "rules", folder.path("test.yml")])
        #expect((theirs.status == 0) == right, "\(theirs.output)\(theirs.errors)")
    }
}
