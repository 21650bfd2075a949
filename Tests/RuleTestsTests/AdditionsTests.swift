import RuleTests
import Testing

/// What Tocsin adds to promtool's format, run by the agent's engine.
@Suite("Rule tests of Tocsin's own")
struct AdditionsTests {
    private static let rules = """
        groups:
          - name: own
            interval: 15s
            rules:
              - alert: Hot
                expr: heat
                levels:
                  warning: { raise: "> 80", clear: "< 70", for: 30s, clear_for: 30s }
                  critical: { raise: "> 95", clear: "< 90" }
                labels: { team: "{{ $labels.room }}-team" }
                annotations: { summary: "{{ $labels.severity }} at {{ $value }}" }
              - alert: Shaky
                expr: shake
                levels: { warning: { raise: "> 80", clear: "< 70" } }
                flapping: { window: 10, high: 30, low: 10 }
              - { alert: Silent, expr: voice, levels: { warning: { raise: "> 80", clear: "< 70" } }, no_data: alert }
              - { alert: Plain, expr: heat > 90, for: 15s, labels: { severity: info } }
              - { record: "work:rate2m", expr: "rate(work_total[2m])" }
              - { alert: Recorded, expr: "work:rate2m > 1" }
              - { alert: Busy, expr: "rate(work_total[2m])", levels: { info: { raise: "> 1", clear: "<= 1" } } }
        """

    private static func run(_ tests: String, before: String = "") throws -> RuleTestReport {
        let folder = try Folder([
            "rules.yml": rules, "test.yml": "rule_files: [rules.yml]\n\(before)\ntests:\n\(tests)",
        ])
        defer { folder.remove() }
        return folder.run("test.yml")
    }

    @Test("levels, their texts, and messages with their times")
    func levels() throws {
        let report = try Self.run(
            """
              - interval: 15s
                input_series: [{ series: 'heat{room="a"}', values: '60 85x3 97 85x3 60x8' }]
                alert_state_test:
                  - { eval_time: 30s, alertname: Hot, exp_alerts: [{ state: pending, value: 85 }] }
                  - { eval_time: 45s, alertname: Hot, exp_alerts: [{ labels: { room: a, team: a-team }, state: firing, level: warning, annotations: { summary: warning at 85 } }] }
                  - { eval_time: 1m15s, alertname: Hot, exp_alerts: [{ state: firing, level: critical }] }
                  - { eval_time: 1m30s, alertname: Hot, exp_alerts: [{ state: firing, level: warning }] }
                  - { eval_time: 2m30s, alertname: Hot, exp_alerts: [{ state: recovering }] }
                  - { eval_time: 3m, alertname: Hot, exp_alerts: [] }
                alert_rule_test:
                  - { eval_time: 1m15s, alertname: Hot, exp_alerts: [{ exp_labels: { room: a, team: a-team, severity: critical }, exp_annotations: { summary: critical at 97 } }] }
                promql_expr_test:
                  - { expr: heat, eval_time: 1m15s, exp_samples: [{ labels: 'heat{room="a"}', value: 97 }] }
                  - { expr: 'count(ALERTS{alertname="Hot"})', eval_time: 45s, exp_samples: [{ value: 1 }] }
                notification_test:
                  - eval_time: 1m20s
                    exp_notifications:
                      - { time: 48s, alertname: Hot, change: fired, level: warning }
                      - { time: 1m18s, alertname: Hot, change: raised, level: critical, labels: { room: a } }
            """)
        #expect(report.verdict == .passed, "\(report.text)")
        #expect(report.passed == 10)
    }

    @Test("what is not as expected is shown with what came")
    func differs() throws {
        let report = try Self.run(
            """
              - interval: 15s
                input_series: [{ series: 'heat{room="a"}', values: '85x9' }]
                alert_state_test:
                  - { eval_time: 1m, alertname: Hot, exp_alerts: [{ state: firing, level: critical }] }
                notification_test:
                  - { eval_time: 1m, exp_notifications: [{ time: 33s, alertname: Hot, change: fired }, { time: 34s, alertname: Cold, change: fired }] }
            """)
        #expect(report.verdict == .failed)
        #expect(report.text.contains("- {}, state: firing, level: critical\n"), "\(report.text)")
        #expect(report.text.contains("+ {room=\"a\", team=\"a-team\"}, state: firing, level: warning, value: 85"))
        #expect(report.text.contains("- 34s Cold fired\n") || report.text.hasSuffix("- 34s Cold fired"))
    }

    @Test("an alert that flaps is marked so, and is told once")
    func flapping() throws {
        let report = try Self.run(
            """
              - interval: 15s
                input_series: [{ series: shake, values: '60 90 60 90 60 90 60 90 60 90 60 90 60 90x30' }]
                alert_state_test:
                  - { eval_time: 15s, alertname: Shaky, exp_alerts: [{ state: firing, flapping: false, value: 90 }] }
                  - { eval_time: 2m45s, alertname: Shaky, exp_alerts: [{ state: firing, flapping: true }] }
                  - { eval_time: 8m, alertname: Shaky, exp_alerts: [{ state: firing, flapping: false }] }
            """)
        #expect(report.verdict == .passed, "\(report.text)")
    }

    @Test("a probe that fails leaves series unknown, and those of other probes alone")
    func missingData() throws {
        let report = try Self.run(
            """
              - interval: 15s
                input_series:
                  - { series: 'heat{room="a"}', values: '85x3 failedx8 60x9', probe: a }
                  - { series: 'heat{room="b"}', values: '85x3 60x17', probe: b }
                  - { series: 'voice{room="a"}', values: '1x3 failedx8 1x9', probe: a }
                alert_state_test:
                  - eval_time: 1m45s
                    alertname: Hot
                    exp_alerts: [{ labels: { room: a }, state: firing, stale: true }]
                  - { eval_time: 1m15s, alertname: Silent, exp_alerts: [] }
                  - { eval_time: 1m45s, alertname: Silent, exp_alerts: [{ state: firing, no_data: true }] }
                  - { eval_time: 3m15s, alertname: Silent, exp_alerts: [] }
                  - { eval_time: 4m, alertname: Hot, exp_alerts: [] }
            """)
        #expect(report.verdict == .passed, "\(report.text)")
    }

    @Test("a series that its probe no longer brings is gone, one of a failed round is not")
    func gone() throws {
        let report = try Self.run(
            """
              - interval: 15s
                input_series:
                  - { series: 'shake{room="a"}', values: '90x3 _x3 90' }
                  - { series: 'other{room="a"}', values: '1x9' }
                alert_state_test:
                  - { eval_time: 45s, alertname: Shaky, exp_alerts: [{ state: firing }] }
                  - { eval_time: 1m, alertname: Shaky, exp_alerts: [] }
                  - { eval_time: 1m45s, alertname: Shaky, exp_alerts: [{ state: firing }] }
            """)
        #expect(report.verdict == .passed, "\(report.text)")
    }

    @Test("a restart keeps alerts, timers and what was told, also with time in which nothing runs")
    func restart() throws {
        let report = try Self.run(
            """
              - interval: 15s
                input_series:
                  - { series: 'heat{room="a"}', values: '85x12 60x20' }
                  - { series: 'work_total{room="a"}', values: '0+60x7 420x25' }
                restarts: [15s, { at: 2m, down: 30s }]
                alert_state_test:
                  - { eval_time: 15s, alertname: Hot, exp_alerts: [{ state: pending }] }
                  - { eval_time: 45s, alertname: Hot, exp_alerts: [{ state: firing, level: warning }] }
                  - { eval_time: 2m30s, alertname: Hot, exp_alerts: [{ state: firing, level: warning, stale: false }] }
                  # Of the range of two minutes more than a quarter is unknown before.
                  - { eval_time: 3m45s, alertname: Busy, exp_alerts: [{ state: firing, stale: true }] }
                  - { eval_time: 4m15s, alertname: Busy, exp_alerts: [] }
                  # And through the rule that records it.
                  - { eval_time: 3m45s, alertname: Recorded, exp_alerts: [{ state: firing, stale: true }] }
                  - { eval_time: 4m30s, alertname: Recorded, exp_alerts: [] }
                  - { eval_time: 4m, alertname: Hot, exp_alerts: [] }
            """)
        #expect(report.verdict == .passed, "\(report.text)")
    }

    @Test("routes lead to receivers, and what still fires is said again")
    func routes() throws {
        let report = try Self.run(
            """
              - interval: 15s
                input_series: [{ series: 'heat{room="a"}', values: '97x400' }]
                notification_test:
                  - eval_time: 1h
                    exp_notifications:
                      - { time: 10s, alertname: Hot, change: fired, receiver: pager }
                      - { time: 25s, alertname: Plain, change: fired, receiver: office }
                      - { time: 30m10s, alertname: Hot, change: unchanged, receiver: pager, occasion: reminder }
                      - { time: 30m25s, alertname: Plain, change: unchanged, receiver: office, occasion: reminder }
            """,
            before: """
                route:
                  receiver: office
                  group_wait: 10s
                  repeat_interval: 30m
                  routes: [{ receiver: pager, matchers: ['severity="critical"'] }]
                """)
        #expect(report.verdict == .passed, "\(report.text)")
    }
}
