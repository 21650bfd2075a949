import Alerting
import Foundation
import RuleTests
import Settings
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// The shipped rules' tests, the reports, and what is said of wrong files.
@Suite("Rule tests")
struct RuleTestTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test("the tests of the shipped rules pass, and every rule is seen to fire, to lack data, and to be over")
    func shipped() throws {
        let alerts = Self.root.appendingPathComponent("Alerts").path
        let names = try FileManager.default.contentsOfDirectory(atPath: alerts + "/tests").sorted()
        var (fired, held, over): (Set<String>, Set<String>, Set<String>) = ([], [], [])
        for name in names {
            let path = "\(alerts)/tests/\(name)"
            let report = RuleTestRunner().run(path)
            #expect(report.verdict == .passed, "\(report.text)")
            for group in RuleTestFile.load(path: path).file?.tests ?? [] {
                for test in group.stateTests {
                    if test.alerts.contains(where: { $0.phase == .firing }) { fired.insert(test.alertname) }
                    if test.alerts.contains(where: { $0.isStale == true }) { held.insert(test.alertname) }
                    if test.alerts.isEmpty && fired.contains(test.alertname) { over.insert(test.alertname) }
                }
            }
        }
        let rules = LoadedConfiguration.checkRules(files: RulePack.ruleFiles(in: alerts)).groups.flatMap(\.rules)
        #expect(rules.count > 50)
        // What recording rules record is seen in the alerts that read it.
        let all = Set(
            rules.compactMap { rule in
                if case .alert(let alert) = rule { alert.name } else { nil }
            })
        #expect(all.subtracting(fired).isEmpty, "never fire: \(all.subtracting(fired))")
        #expect(all.subtracting(over).isEmpty, "are never over: \(all.subtracting(over))")
        #expect(all.subtracting(held).isEmpty, "never lack data: \(all.subtracting(held))")
    }

    @Test("tests of rules are not loaded as rules")
    func notRules() {
        let files = RulePack.ruleFiles(in: Self.root.appendingPathComponent("Alerts").path)
        #expect(files.count == 11)
        #expect(files.contains { $0.hasSuffix("/parlant/data.yml") })
        #expect(!files.contains { $0.hasSuffix(".test.yml") })
    }

    @Test("JUnit's XML is well-formed whatever stands in it")
    func junit() throws {
        let folder = try Folder([
            "rules.yml": "groups: [{ name: g, rules: [{ alert: A, expr: up, annotations: { s: '<&\"]]>\u{1F}' } }] }]"
                .replacingOccurrences(of: "\u{1F}", with: ""),
            "test.yml": """
            rule_files: [rules.yml]
            tests:
              - name: '<first> & "second"'
                input_series: [{ series: up, values: 1 }]
                alert_rule_test: [{ alertname: A, exp_alerts: [] }, { alertname: B, exp_alerts: [{}] }]
              - input_series: [{ series: h, values: '{{count:1}}' }]
                promql_expr_test: [{ expr: h, exp_samples: [{ labels: h, histogram: '{{count:1}}' }] }]
              - {}
            """, "broken.yml": "tests: [",
        ])
        defer { folder.remove() }
        let text = JUnitDocument([folder.run("test.yml"), folder.run("broken.yml")]).text
        let document = try XMLDocument(data: Data(text.utf8))
        #expect(try document.nodes(forXPath: "//testcase").count == 4)
        #expect(try document.nodes(forXPath: "//failure").count == 2)
        #expect(try document.nodes(forXPath: "//error").count == 1)
        #expect(try document.nodes(forXPath: "//skipped").count == 1)
        #expect(try document.nodes(forXPath: "//testsuite[@failures='1']").count == 1)
        let name = try document.nodes(forXPath: "//testcase[1]/@name").first?.stringValue
        #expect(name == "<first> & \"second\"")
    }

    @Test(
        "what is wrong in a file is said with its place and remedy",
        arguments: [
            (
                "tests:\n  - alert_rule_test:\n      - eval_time: 5m",
                "3:9: error: an entry of `alert_rule_test` has no `alertname`"
            ),
            ("tests:\n  - input_sereis: []", "did you mean `input_series`?"),
            ("tests:\n  - input_series: [{ series: 'up{a=~\"b\"}', values: 1 }]", "2:36: error: this is no series"),
            ("tests:\n  - input_series: [{ series: up, values: 1 1y3 }]", "2:45: error: the values can't be read"),
            ("tests:\n  - input_series: [{ series: up, values: 0+1x100000000000 }]", "10000000 values are the most"),
            ("tests:\n  - promql_expr_test: [{ expr: 'sum(', eval_time: 1m }]", "2:3"),
            ("tests:\n  - start_timestamp: soon", "2:22: error: `start_timestamp` is no time"),
            ("tests:\n  - alert_state_test: [{ alertname: A, exp_alerts: [{ state: fire }] }]", "must be one of"),
            ("tests:\n  - notification_test: [{ exp_notifications: [{ alertname: A }] }]", "has no `time`"),
            ("route: { routes: [{ receiver: a }] }\ntests: []", "has no `receiver`"), ("tests: [", "this is not YAML"),
            ("rule_files: [test.yml]\ntests: [{}]", "unknown key `rule_files`"),
        ])
    func wrong(_ text: String, _ said: String) throws {
        let folder = try Folder(["test.yml": text])
        defer { folder.remove() }
        let report = folder.run("test.yml")
        #expect(report.verdict == .unreadable)
        #expect(report.text.contains(said), "\(report.text)")
        #expect(report.text.contains("test.yml:"))
    }

    @Test(
        "a test that would take for ever is refused",
        arguments: [
            "evaluation_interval: 1ms\ntests: [{ promql_expr_test: [{ expr: up, eval_time: 10y }] }]",
            "evaluation_interval: 1ms\ntests: [{ interval: 1ms, restarts: [1m], alert_state_test: [{ alertname: A, "
                + "eval_time: 10y }] }]",
        ])
    func endless(_ text: String) throws {
        let folder = try Folder(["test.yml": text])
        defer { folder.remove() }
        let report = folder.run("test.yml")
        #expect(report.verdict == .failed && report.text.contains("the test is too long"), "\(report.text)")
    }
}
