import RuleTests
import Testing

/// Inhibition, intervals and silences in rule tests.
@Suite("Rule tests with holds")
struct RuleTestHoldTests {
    private static let head = """
        rule_files: [rules.yml]
        inhibit_rules: [{ source_matchers: [alertname=Down], target_matchers: [alertname=Slow], equal: [host] }]
        time_intervals: [{ name: first, time_intervals: [{ times: [{ start_time: '00:00', end_time: '00:05' }] }] }]
        route:
          receiver: office
          group_by: [alertname]
          group_wait: 3s
          routes: [{ receiver: day, matchers: [alertname=Late], mute_time_intervals: [first] }]
        tests:
          - interval: 15s
            silences: [{ at: 1m, for: 4m, matchers: [alertname=Quiet] }]
            input_series:
              - { series: 'down{host="a"}', values: '1x11 0x40' }
              - { series: 'slow{host="a"}', values: '1x51' }
              - { series: 'late', values: '1x51' }
              - { series: 'quiet', values: '0x7 1x43' }
        """

    private static let rules = """
        groups:
          - name: own
            interval: 15s
            rules:
              - { alert: Down, expr: down, levels: { critical: { raise: "> 0", clear: "<= 0" } } }
              - { alert: Slow, expr: slow, levels: { warning: { raise: "> 0", clear: "<= 0" } } }
              - { alert: Late, expr: late, levels: { warning: { raise: "> 0", clear: "<= 0" } } }
              - { alert: Quiet, expr: quiet, levels: { warning: { raise: "> 0", clear: "<= 0" } } }
        """

    private static func run(_ told: [String]) throws -> RuleTestReport {
        let folder = try Folder([
            "rules.yml": rules,
            "test.yml": head + "\n    notification_test:\n      - eval_time: 12m\n        exp_notifications:\n"
                + told.map { "          - \($0)\n" }.joined(),
        ])
        defer { folder.remove() }
        return folder.run("test.yml")
    }

    @Test("each is told when its hold ends")
    func holds() throws {
        let report = try Self.run([
            "{ time: 3s, alertname: Down, change: fired }",
            "{ time: 3m3s, alertname: Slow, change: fired }",
            "{ time: 5m, alertname: Late, change: fired, receiver: day }",
            "{ time: 5m, alertname: Quiet, change: fired }",
            "{ time: 5m3s, alertname: Down, change: resolved }",
        ])
        #expect(report.verdict == .passed, "\(report.text)")
    }

    @Test("what nobody acknowledges goes to the next receiver; what somebody does, and its repeats, to nobody")
    func escalation() throws {
        let folder = try Folder([
            "rules.yml": Self.rules,
            "test.yml": """
            rule_files: [rules.yml]
            route:
              receiver: office
              group_by: [alertname]
              group_wait: 3s
              repeat_interval: 20m
              escalation: [{ after: 5m, receiver: lead }]
            tests:
              - interval: 15s
                acknowledgements: [{ at: 2m, for: 30m, matchers: [alertname=Slow] }]
                restarts: [4m]
                input_series:
                  - { series: 'down{host="a"}', values: '1x150' }
                  - { series: 'slow{host="a"}', values: '1x120 0x20' }
                notification_test:
                  - eval_time: 35m
                    exp_notifications:
                      - { time: 3s, alertname: Down, change: fired, receiver: office }
                      - { time: 3s, alertname: Slow, change: fired, receiver: office }
                      - { time: 5m3s, alertname: Down, change: fired, receiver: lead, occasion: escalation }
                      - { time: 20m3s, alertname: Down, change: unchanged, receiver: office }
                      - { time: 30m18s, alertname: Slow, change: resolved, receiver: office }
            """,
        ])
        defer { folder.remove() }
        let report = folder.run("test.yml")
        #expect(report.verdict == .passed, "\(report.text)")
    }

    @Test("a wrong expectation is told, and so is a silence that is none")
    func wrong() throws {
        #expect(try Self.run(["{ time: 3s, alertname: Slow, change: fired }"]).verdict == .failed)
        let folder = try Folder(["test.yml": "tests:\n  - silences: [{ at: 1m }]"])
        defer { folder.remove() }
        let report = folder.run("test.yml")
        #expect(report.text.contains("has no `for`"), "\(report.text)")
    }
}
