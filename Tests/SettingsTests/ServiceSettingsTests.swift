import Alerting
import PromQL
import Testing

@testable import Settings

@Suite("Receivers of services, as Alertmanager's files have them")
struct ServiceSettingsTests {
    private static let files = [
        "token": "xoxb-1\n", "chat": "-100123\n", "url": "https://discord.com/api/webhooks/1/t\n",
    ]

    private func text(_ receiver: String, global: String) -> String {
        "global: \(global)\nreceivers:\n  - name: ops\n\(receiver)\nroute: { receiver: ops }\n"
    }

    private func read(_ receiver: String, global: String = "{}") throws -> ReceiverSettings {
        try #require(try settings(text(receiver, global: global), files: Self.files).receivers.first)
    }

    @Test("each kind is read, with the defaults of `global` and secrets from files")
    func kinds() throws {
        let read = try read(
            """
                pagerduty_configs: [{ routing_key: k, severity: critical }, { routing_key: k, url: 'https://eu/v2' }]
                discord_configs: [{ webhook_url_file: url, username: t }]
                msteams_configs: [{ webhook_url: https://a/b }]
                msteamsv2_configs: [{ webhook_url: https://a/c, send_resolved: false }]
                telegram_configs: [{ chat_id: -100123 }, { chat_id_file: chat, bot_token: '9:x', message_thread_id: 4 }]
            """, global: "{ pagerduty_url: 'https://p/v2', telegram_bot_token: '1:t', telegram_api_url: 'https://tg' }")
        #expect(read.pagerDuty.map(\.url) == ["https://p/v2", "https://eu/v2"])
        #expect(read.pagerDuty[0].routingKey.exposed == "k")
        #expect(read.discord[0].webhookURL.exposed == "https://discord.com/api/webhooks/1/t")
        #expect(read.teams.map(\.policy.destination.channel) == ["msteams", "msteamsv2"])
        #expect(read.teams.map(\.policy.sendsResolved) == [true, false])
        #expect(read.telegram.map(\.chat) == ["-100123", "-100123"])
        #expect(read.telegram.map(\.token.exposed) == ["1:t", "9:x"])
        #expect(read.telegram.map(\.url) == ["https://tg", "https://tg"] && read.telegram[1].thread == 4)
        #expect(read.telegram[0].policy.pace == Pace(burst: 5, every: .seconds(3)))
        #expect(read.policies.count == 7 && read.pagerDuty[0].policy.pace == nil)
    }

    @Test("Opsgenie, Pushover and Mattermost are read, and what is a template is named and left out")
    func more() throws {
        let receiver = """
                opsgenie_configs:
                  - tags: 'db, prod,'
                    priority: p2
                    update_alerts: true
                    responders: [{ type: Teams, name: 'a, b' }, { type: user, username: c@example.org }]
                  - { api_key_file: token, api_url: 'https://own/', source: '{{ .x }}' }
                pushover_configs:
                  - { user_key: u, token_file: token, priority: '2', retry: 1m, expire: 2h, ttl: 1d, url_title: More }
                  - { user_key: u, token: t, priority: '{{ if x }}2{{ end }}' }
                mattermost_configs:
                  - { channel: town-square, icon_emoji: ':bell:' }
                  - { webhook_url_file: url, username: t, icon_url: 'https://a/p.png' }
            """
        let global = "{ opsgenie_api_key: g, opsgenie_api_url: 'https://eu/', mattermost_webhook_url: 'https://m/h/x' }"
        let read = try read(receiver, global: global)
        #expect(read.opsgenie.map(\.apiKey.exposed) == ["g", "xoxb-1"])
        #expect(read.opsgenie.map(\.url) == ["https://eu/", "https://own/"])
        #expect(read.opsgenie[0].tags == ["db", "prod"] && read.opsgenie[0].priority == "P2")
        #expect(read.opsgenie[0].updatesAlerts && !read.opsgenie[1].updatesAlerts)
        #expect(
            read.opsgenie[0].responders == [
                .init(kind: "team", name: "a"), .init(kind: "team", name: "b"),
                .init(kind: "user", username: "c@example.org"),
            ])
        #expect(read.opsgenie[1].source == nil && read.opsgenie[0].policy.pace == nil)
        #expect(read.pushover.map(\.token.exposed) == ["xoxb-1", "t"])
        #expect(read.pushover.map(\.priority) == [2, nil])
        #expect(read.pushover.map(\.retry) == [Duration.seconds(60), Duration.seconds(60)])
        #expect(read.pushover.map(\.expire) == [Duration.seconds(7_200), Duration.seconds(3_600)])
        #expect(read.pushover.map(\.timeToLive) == [Duration.seconds(86_400), nil])
        #expect(read.pushover[0].policy.pace == Pace(burst: 2, every: .seconds(1)))
        #expect(
            read.mattermost.map(\.webhookURL.exposed) == ["https://m/h/x", "https://discord.com/api/webhooks/1/t"])
        #expect(read.mattermost.map(\.channel) == ["town-square", nil])
        #expect(read.mattermost.map(\.policy.digestsAbove) == [20, 20] && read.policies.count == 6)
        let found = problems(text(receiver, global: global), files: Self.files)
        #expect(found.map(\.severity) == [.warning, .warning], "\(found)")
        #expect(found.compactMap { $0.location?.line } == [9, 12])
        #expect(found.allSatisfy { $0.message.contains("template") })
    }

    @Test("Opsgenie is sent its key and no other login")
    func login() throws {
        let receiver = "    opsgenie_configs: [{ api_key: k, http_config: { bearer_token: t } }]"
        let read = try read(receiver)
        #expect(read.opsgenie[0].http.authorization == nil)
        let found = problems(text(receiver, global: "{}"), files: Self.files)
        #expect(found.count == 1 && found.first?.message.contains("left out of account") == true, "\(found)")
    }

    @Test("a Slack bot is told apart from a webhook")
    func slack() throws {
        let own = try read("    slack_configs: [{ app_token_file: token, channel: '#a' }]")
        #expect(own.slack[0].isBot && own.slack[0].apiURL.exposed == "https://slack.com/api/chat.postMessage")
        #expect(own.slack[0].http.authorization?.credentials.exposed == "xoxb-1")
        let all = try read(
            "    slack_configs: [{ channel: '#a' }, { api_url: https://hooks/x }]",
            global: "{ slack_app_token: xoxb-2, slack_app_url: 'https://proxy/chat.postMessage' }")
        #expect(all.slack.map(\.isBot) == [true, false] && all.slack[1].http.authorization == nil)
        #expect(all.slack[0].apiURL.exposed == "https://proxy/chat.postMessage")
        let old = try read(
            """
                slack_configs:
                  - api_url: https://slack.com/api/chat.postMessage
                    channel: C1
                    http_config: { authorization: { credentials: xoxb-3 } }
            """)
        #expect(old.slack[0].isBot && old.slack[0].policy.pace == Pace(burst: 3, every: .seconds(1)))
    }

    @Test(
        "what can't work is refused with what to do",
        arguments: [
            ("slack_configs: [{ app_token: x, api_url: https://a/b, channel: a }]", "keep one of the two"),
            ("slack_configs: [{ app_token: x }]", "a bot must be told where to post"),
            ("slack_configs: [{ channel: a }]", "app_token_file"),
            ("pagerduty_configs: [{ url: https://a/b }]", "routing_key_file"),
            ("discord_configs: [{ username: x }]", "webhook_url_file"),
            ("msteamsv2_configs: [{ webhook_url: teams }]", "must be a URL"),
            ("telegram_configs: [{ bot_token: '1:t', chat_id: ops }]", "-1001234567890"),
            ("telegram_configs: [{ chat_id: 4 }]", "bot_token_file"),
            ("telegram_configs: [{ chat_id: 4, bot_token: 'a/../b' }]", "no bot's token"),
            ("opsgenie_configs: [{ tags: x }]", "api_key_file"),
            ("opsgenie_configs: [{ api_key: k, priority: high }]", "the level is to decide"),
            ("opsgenie_configs: [{ api_key: k, responders: [{ name: a }] }]", "type: team"),
            ("pushover_configs: [{ token: t }]", "user_key_file"),
            ("pushover_configs: [{ user_key: u }]", "token_file"),
            ("pushover_configs: [{ user_key: u, token: t, priority: 3 }]", "the level is to decide"),
            ("pushover_configs: [{ user_key: u, token: t, expire: 4h }]", "no other"),
            ("mattermost_configs: [{ channel: x }]", "webhook_url_file"),
            ("mattermost_configs: [{ webhook_url: mattermost }]", "must be a URL"),
        ])
    func wrong(receiver: String, remedy: String) {
        let found = problems(text("    \(receiver)", global: "{}"), files: Self.files)
            .filter { $0.severity == .error }.map(\.description)
        #expect(found.count == 1 && found.joined().contains(remedy), "\(found)")
    }

    @Test("no secret of a service is shown, wherever the mistake is")
    func masked() {
        let found = problems(
            """
            global: { telegram_bot_token: HIDDEN, slack_app_token: HIDDEN, wrong: 1 }
            receivers:
              - name: ops
                pagerduty_configs: [{ routing_key: HIDDEN, wrong: 1 }]
                telegram_configs: [{ bot_token: HIDDEN/HIDDEN, chat_id: 1, wrong: 1 }]
                discord_configs: [{ webhook_url: HIDDEN, wrong: 1 }]
                slack_configs: [{ app_token: HIDDEN, wrong: 1 }]
                opsgenie_configs: [{ api_key: HIDDEN, wrong: 1 }]
                pushover_configs: [{ user_key: HIDDEN, token: HIDDEN, wrong: 1 }]
                mattermost_configs: [{ webhook_url: HIDDEN, wrong: 1 }]
            route: { receiver: ops }
            """)
        #expect(found.count { $0.severity == .error } >= 5)
        #expect(!found.map(\.description).joined().contains("HIDDEN"))
    }
}
