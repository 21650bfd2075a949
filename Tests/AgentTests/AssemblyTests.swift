import Alerting
import Delivery
import Drivers
import Probes
import PromQL
import Settings
import Support
import Testing

@testable import Agent

/// What is made of settings.
@Suite("Assembly")
struct AssemblyTests {
    @Test("of two entries for one server the first brings the server's databases, the second its own")
    func oneSamplerPerServer() async throws {
        let server = try PostgresServer()
        defer { server.stop() }
        for name in ["first", "second", "third"] { try server.psql("CREATE DATABASE \(name)") }
        let settings = AgentSettings(
            history: .init(path: "unused"),
            databases: ["first", "second"].map { DatabaseSettings(name: $0, dsn: Secret(server.dsn(database: $0))) },
            route: Route(id: "{}", receiver: "none"), receivers: [])
        let assembly = Assembly(version: "test")
        let set = assembly.probes(of: settings)
        var names: [Set<String>] = []
        for probe in set.probes where probe.kind == .database {
            let result = await probe.sample(at: Timestamp(milliseconds: 1_000))
            #expect(result.failure == nil)
            names.append(Set(result.samples.compactMap { $0.labels["datname"] }))
        }
        #expect(names == [["first", "postgres", "second", "third"], ["second"]])
        for connection in set.connections { await connection.close() }
        await assembly.shutdown()
    }

    @Test("every kind of receiver gets its own channel, under the destination that the pipeline knows")
    func channels() async throws {
        let settings = try AgentSettings.parse(
            """
            receivers:
              - name: ops
                slack_configs: [{ api_url: https://a/b }, { app_token: x, channel: a }]
                webhook_configs: [{ url: https://a/b }]
                email_configs: [{ to: a@example.org, from: b@example.org, smarthost: 'localhost:25' }]
                pagerduty_configs: [{ routing_key: x }]
                discord_configs: [{ webhook_url: https://a/b }]
                msteams_configs: [{ webhook_url: https://a/b }]
                msteamsv2_configs: [{ webhook_url: https://a/b }]
                telegram_configs: [{ bot_token: '1:x', chat_id: 5 }]
                opsgenie_configs: [{ api_key: x, responders: [{ type: team, name: ops }] }]
                pushover_configs: [{ user_key: u, token: t }]
                mattermost_configs: [{ webhook_url: https://a/b }]
            route: { receiver: ops }
            """, path: "tocsin.yaml", environment: [:], files: .real)
        let assembly = Assembly(version: "test")
        let channels = assembly.channels(of: settings)
        #expect(Set(channels.keys) == Set(settings.receivers.flatMap(\.policies).map(\.destination)))
        let kinds = channels.sorted { $0.key < $1.key }.map { "\($0.key.channel)=\(type(of: $0.value))" }
        #expect(
            kinds == [
                "discord=DiscordChannel", "email=EmailChannel", "mattermost=MattermostChannel",
                "msteams=TeamsChannel", "msteamsv2=TeamsChannel", "opsgenie=OpsgenieChannel",
                "pagerduty=PagerDutyChannel", "pushover=PushoverChannel", "slack=SlackChannel",
                "slack=SlackBotChannel", "telegram=TelegramChannel", "webhook=WebhookChannel",
            ])
        await assembly.shutdown()
    }

    @Test("the first rounds of a few probes are at once, those of hundreds within their interval")
    func firstRounds() {
        let delays = (0..<1_000).map { ProbeService.delay(ofFirstRound: $0, interval: .seconds(15)) }
        #expect(delays[0...20].allSatisfy { $0 == .zero })
        #expect(delays[21] == .milliseconds(20) && delays[120] == .seconds(2))
        #expect(delays.allSatisfy { $0 <= .seconds(15) })
    }
}

/// The loop's alarm.
@Suite("Wake", .timeLimit(.minutes(1)))
struct WakeTests {
    @Test("a call before the wait, one during it, and the end of it, each let the loop go on at once")
    func calls() async {
        let wake = Wake()
        wake.call()
        await wake.wait(atMost: .seconds(3_600))
        async let waiting: Void = wake.wait(atMost: .seconds(3_600))
        wake.call()
        await waiting
        wake.finish()
        await wake.wait(atMost: .seconds(3_600))
        #expect(wake.isFinished)
    }

    @Test("without a call it ends when the time is over, and with its task")
    func ends() async {
        let wake = Wake()
        await wake.wait(atMost: .milliseconds(1))
        let task = Task { await wake.wait(atMost: .seconds(3_600)) }
        task.cancel()
        await task.value
        #expect(!wake.isFinished)
    }
}
