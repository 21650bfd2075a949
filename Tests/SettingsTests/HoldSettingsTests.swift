import Alerting
import Foundation
import PromQL
import Settings
import Templates
import Testing

/// Inhibition and intervals, as settings write them.
@Suite struct HoldSettingsTests {
    @Test("Every key of intervals and inhibition is read")
    func all() throws {
        let read = try settings(
            """
            inhibit_rules:
              - source_match: { severity: critical }
                source_match_re: { team: 'a|b' }
                source_matchers: ['x!="1"']
                target_matchers: 'severity=~"warning|info"'
                equal: [alertname, cluster]
            mute_time_intervals:
              - name: old
                time_intervals: [{ weekdays: [Saturday, sunday] }]
            time_intervals:
              - name: office
                time_intervals:
                  - times: [{ start_time: '09:00', end_time: '17:30' }]
                    weekdays: ['monday:friday']
                    days_of_month: ['1:15', '-3:-1', 20]
                    months: ['january:march', 'may', '7:8']
                    years: ['2026:2030', 2040]
                    location: Europe/Berlin
                  - {}
            route:
              receiver: none
              routes:
                - mute_time_intervals: [old]
                  active_time_intervals: [office, old]
                  matchers: [a=b]
                  routes: [{ matchers: [c=d] }]
            receivers: [{ name: none }]
            server: { token: s3cret }
            """)
        let rule = try #require(read.inhibitRules.first)
        #expect(rule.sources.map(\.description) == [#"x!="1""#, #"severity="critical""#, #"team=~"a|b""#])
        #expect(rule.targets.map(\.description) == [#"severity=~"warning|info""#])
        #expect(rule.equal == ["alertname", "cluster"])
        #expect(read.intervals.map(\.name) == ["old", "office"])
        #expect(read.intervals[0].spans == [.init(weekdays: [6...6, 0...0])])
        let span = read.intervals[1].spans[0]
        #expect(span.minutes == [540..<1_050] && span.weekdays == [1...5])
        #expect(
            span.daysOfMonth == [.init(first: 1, last: 15), .init(first: -3, last: -1), .init(first: 20, last: 20)])
        #expect(span.months == [1...3, 5...5, 7...8] && span.years == [2026...2030, 2040...2040])
        #expect(span.zone.name == "Europe/Berlin" && span.zone.offset(at: 1_780_000_000) == 7_200)
        #expect(read.intervals[1].spans[1] == .init())
        let route = read.route.routes[0]
        #expect(route.muteIntervals == ["old"] && route.activeIntervals == ["office", "old"])
        #expect(route.routes[0].muteIntervals.isEmpty, "routes below don't take them over")
        #expect(read.server.token?.exposed == "s3cret" && "\(read.server)".contains("s3cret") == false)
    }

    @Test("Escalation is read in order, taken over by routes below, and replaced or ended by their own")
    func escalation() throws {
        let read = try settings(
            """
            route:
              receiver: ops
              escalation: [{ after: 15m, receiver: lead }, { after: 1h, receiver: boss }]
              routes:
                - { matchers: [a=b] }
                - { matchers: [a=c], receiver: lead }
                - { matchers: [a=d], escalation: [{ after: 5m, receiver: boss }] }
                - { matchers: [a=e], escalation: [] }
            receivers: [{ name: ops }, { name: lead }, { name: boss }]
            """)
        let lead = Route.Escalation(after: .seconds(900), receiver: "lead")
        let boss = Route.Escalation(after: .seconds(3600), receiver: "boss")
        #expect(read.route.escalation == [lead, boss])
        let below = read.route.routes.map(\.escalation)
        #expect(below == [[lead, boss], [boss], [.init(after: .seconds(300), receiver: "boss")], []])
    }

    @Test("Digests are for people: twenty messages a minute by default, other bounds, none, and never for webhooks")
    func digests() throws {
        let read = try settings(
            """
            route: { receiver: ops }
            receivers:
              - name: ops
                slack_configs:
                  - { api_url: 'https://hooks.example/a' }
                  - { api_url: 'https://hooks.example/a', digest_above: 5 }
                  - { api_url: 'https://hooks.example/a', digest_above: 0 }
                webhook_configs: [{ url: 'https://hooks.example/a' }]
                email_configs: [{ to: a@example.org, from: b@example.org, smarthost: 'mail.example.org:25' }]
            """)
        #expect(read.receivers[0].policies.map(\.digestsAbove) == [20, 5, nil, nil, 20])
    }

    @Test("What Alertmanager's files have for receivers that are not here is named, and nothing secret shown")
    func foreign() {
        let found = problems(
            """
            global: { opsgenie_api_key: HIDDEN, victorops_api_key: HIDDEN, pagerduty_url: https://p }
            receivers:
              - name: none
                opsgenie_configs: [{ tags: x }]
                victorops_configs: [{ routing_key: HIDDEN }]
                pagerduty_configs: [{ routing_key: HIDDEN }]
                sns_configs: [{ topic_arn: a }]
              - name: bad
                pagerduty_configs: [{ client: x, service_key: HIDDEN, routing_key: HIDDEN }]
                wechat_configs: [{ corp_id: x }]
                opsgenie_configs: [{ api_key: HIDDEN, api_key_file: b }]
            route: { receiver: none }
            """)
        let errors = found.filter { $0.severity == .error }
        #expect(errors.map { $0.location?.line } == [9, 10, 11], "\(found)")
        let warnings = found.filter { $0.severity == .warning }
        for kind in ["victorops", "sns", "wechat"] {
            #expect(warnings.contains { $0.message.contains("`\(kind)_configs`") }, "\(kind)")
        }
        #expect(!found.map(\.description).joined().contains("HIDDEN"))
    }

    @Test("A mail's secret of CRAM-MD5, a bearer token and a proxy without a scheme are taken")
    func spellings() throws {
        let read = try settings(
            """
            global: { smtp_smarthost: 'localhost:25', smtp_from: a@example.org, smtp_auth_username: '', smtp_hello: '' }
            receivers:
              - name: none
                email_configs: [{ to: b@example.org, auth_username: u, auth_secret: s }]
                webhook_configs: [{ url: http://a, http_config: { bearer_token: t, proxy_url: proxy } }]
            route: { receiver: none }
            """)
        #expect(read.receivers[0].emails[0].password?.exposed == "s")
        let http = read.receivers[0].webhooks[0].http
        #expect(http.authorization?.credentials.exposed == "t" && http.proxyURL?.exposed == "http://proxy")
    }
}
