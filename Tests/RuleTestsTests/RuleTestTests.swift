import Alerting
import Foundation
import PromQL
import RuleTests
import Settings
import Support
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// Files in a folder of their own, for tests of tests.
private struct Folder {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("tocsin-rules-\(UUID().uuidString)")

    init(_ files: [String: String]) throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        for (name, text) in files {
            try text.write(to: url.appendingPathComponent(name), atomically: true, encoding: .utf8)
        }
    }

    func remove() { try? FileManager.default.removeItem(at: url) }
    func run(_ name: String) -> RuleTestReport { RuleTestRunner.run(path: url.appendingPathComponent(name).path) }
}

@Suite("Rule tests")
struct RuleTestTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test(
        "the expanding notation",
        arguments: [
            ("1 2.5 -3", [1, 2.5, -3]), ("0+10x3", [0, 10, 20, 30]), ("5-1x2", [5, 4, 3]), ("7x2", [7, 7, 7]),
            ("-1-1x1", [-1, -2]), ("1e3+1e-1x1", [1000, 1000.1]), ("_x2 4", [nil, nil, 4]), ("_ _", [nil, nil]),
            ("Inf -Inf", [Double.infinity, -Double.infinity]), ("3x0", [3]), ("", []),
        ] as [(String, [Double?])])
    func notation(_ text: String, _ wanted: [Double?]) throws {
        #expect(try SeriesNotation.readings(text) == wanted.map { $0.map(Engine.Reading.value) })
    }

    @Test("series end, and probes fail")
    func endings() throws {
        #expect(try SeriesNotation.readings("1 stale failedx2") == [.value(1), .stale, .unknown, .unknown])
    }

    @Test(
        "what is no notation is refused, and what is too long too",
        arguments: ["1xx", "x5", "1x", "1+x3", "0x100000000000", "1x-1", "abc", "0x1F", "1x999999 1x999999", "5 %"])
    func wrongNotation(_ text: String) {
        #expect(throws: SeriesNotation.Failure.self) { try SeriesNotation.readings(text) }
    }

    @Test("the tests of the shipped rules pass, and every rule has one that sees it fire")
    func shipped() throws {
        let alerts = Self.root.appendingPathComponent("Alerts").path
        let names = try FileManager.default.contentsOfDirectory(atPath: alerts + "/tests").sorted()
        var fired: Set<String> = []
        for name in names {
            let path = "\(alerts)/tests/\(name)"
            let report = RuleTestRunner.run(path: path)
            #expect(report.passes, "\(report.text)")
            for test in RuleTestFile.load(path: path).groups.flatMap(\.states)
            where test.alerts.contains(where: { $0.state == .firing }) { fired.insert(test.alertname) }
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: alerts).filter { $0.hasSuffix(".yml") }
        let rules = LoadedConfiguration.checkRules(files: files.map { "\(alerts)/\($0)" }).groups.flatMap(\.rules)
        #expect(rules.count > 20)
        #expect(Set(rules.map(\.name)).subtracting(fired).isEmpty)
    }

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
        """

    /// A test file for `rules`; what it expects fits what `right` says.
    private static func test(right: Bool) -> String {
        """
        rule_files: [rules.yml]
        evaluation_interval: 1m
        group_eval_order: [first, second]
        tests:
          - name: down
            interval: 30s
            external_labels: { region: eu }
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
              - { eval_time: 5m, alertname: Many, exp_alerts: [{}] }
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

    @Test("passes and fails as promtool does, with the difference", arguments: [true, false])
    func asPromtool(_ right: Bool) throws {
        let folder = try Folder(["rules.yml": Self.rules, "test.yml": Self.test(right: right)])
        defer { folder.remove() }
        let report = folder.run("test.yml")
        #expect(report.passes == right, "\(report.text)")
        if !right {
            #expect(report.text.contains("db is down in us: 0") && report.text.contains("db is down in eu: 0"))
            #expect(report.text.contains("- {__name__=\"job:up:sum\", job=\"db\"} 1"), "\(report.text)")
            #expect(report.groups.map(\.failures.count) == [2, 0])
        }
        guard let promtool = Programs.find("promtool") else { return }
        let theirs = try Subprocess.run(
            promtool, ["test", "rules", folder.url.appendingPathComponent("test.yml").path])
        #expect((theirs.status == 0) == right, "\(theirs.output)\(theirs.errors)")
        let checked = try Subprocess.run(
            promtool, ["check", "rules", folder.url.appendingPathComponent("rules.yml").path])
        #expect(checked.status == 0, "\(checked.output)\(checked.errors)")
    }

    @Test("JUnit's XML is well-formed whatever stands in it")
    func junit() throws {
        let folder = try Folder([
            "rules.yml": Self.rules.replacingOccurrences(of: "is down in", with: "<&\\\"]]> is down in"),
            "test.yml": Self.test(right: false), "broken.yml": "tests: [",
        ])
        defer { folder.remove() }
        let text = RuleTestReport.junit([folder.run("test.yml"), folder.run("broken.yml")])
        let document = try XMLDocument(data: Data(text.utf8))
        #expect(try document.nodes(forXPath: "//testcase").count == 3)
        #expect(try document.nodes(forXPath: "//failure").count > 1)
        #expect(try document.nodes(forXPath: "//error").count == 1)
    }

    @Test(
        "what is wrong in a file is said with its place",
        arguments: [
            (
                "tests:\n  - alert_rule_test:\n      - eval_time: 5m",
                "3:9: error: an entry of `alert_rule_test` has no `alertname`"
            ),
            ("tests:\n  - input_sereis: []", "2:5: error: unknown key `input_sereis`"),
            (
                "tests:\n  - input_series: [{ series: 'up{a=~\"b\"}', values: '1' }]",
                "2:30: error: a series has exact labels"
            ),
            ("tests:\n  - input_series: [{ series: up, values: '1y3' }]", "`1y3` is no value"),
            ("rule_files: [missing.yml]\ntests: []", "missing.yml"),
            ("tests:\n  - promql_expr_test: [{ expr: 'sum(', eval_time: 1m }]", "tests[0]"),
            ("", "the file is empty"),
        ])
    func wrong(_ text: String, _ said: String) throws {
        let folder = try Folder(["test.yml": text])
        defer { folder.remove() }
        let report = folder.run("test.yml")
        #expect(!report.passes && report.text.contains(said), "\(report.text)")
    }

    @Test("an alert that flaps is told as such, and messages are compared one by one")
    func additions() throws {
        let folder = try Folder([
            "rules.yml": """
            groups:
              - name: own
                rules:
                  - alert: Hot
                    expr: heat
                    levels: { warning: { raise: "> 80", clear: "< 70", for: 0s, clear_for: 0s } }
                    flapping: { window: 10, high: 30, low: 10 }
            """,
            "test.yml": """
            rule_files: [rules.yml]
            evaluation_interval: 15s
            tests:
              - input_series:
                  - series: heat
                    values: '60 90 60 90 60 90 60 90 60 90 60 90 60 90x20'
                alert_state_test:
                  - { eval_time: 15s, alertname: Hot, exp_alerts: [{ state: firing, flapping: false, value: 90 }] }
                  - { eval_time: 2m45s, alertname: Hot, exp_alerts: [{ state: firing, flapping: true }] }
            """,
        ])
        defer { folder.remove() }
        let report = folder.run("test.yml")
        #expect(report.passes, "\(report.text)")
    }
}
