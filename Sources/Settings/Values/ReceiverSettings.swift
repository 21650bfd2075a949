package import Alerting

/// A receiver: a name that routes use, and the channels that it stands for. Without channels it is silent.
package struct ReceiverSettings: Hashable, Sendable {
    package var name: String
    package var slack: [SlackSettings] = []
    package var webhooks: [WebhookSettings] = []
    package var emails: [EmailSettings] = []
    package var pagerDuty: [PagerDutySettings] = []
    package var discord: [DiscordSettings] = []
    package var teams: [TeamsSettings] = []
    package var telegram: [TelegramSettings] = []
    package var opsgenie: [OpsgenieSettings] = []
    package var pushover: [PushoverSettings] = []
    package var mattermost: [MattermostSettings] = []

    package init(
        name: String, slack: [SlackSettings] = [], webhooks: [WebhookSettings] = [], emails: [EmailSettings] = []
    ) {
        self.name = name
        self.slack = slack
        self.webhooks = webhooks
        self.emails = emails
    }

    /// What the pipeline must know of its channels.
    package var policies: [DestinationPolicy] {
        // In parts, since the compiler takes long for one sum of so many.
        let first = slack.map(\.policy) + webhooks.map(\.policy) + emails.map(\.policy) + pagerDuty.map(\.policy)
        let second = discord.map(\.policy) + teams.map(\.policy) + telegram.map(\.policy)
        let third = opsgenie.map(\.policy) + pushover.map(\.policy) + mattermost.map(\.policy)
        return first + second + third
    }
}

/// A webhook that takes Alertmanager's JSON.
package struct WebhookSettings: Hashable, Sendable {
    package var policy: DestinationPolicy
    package var url: Secret
    /// The most alerts in one message; 0 means all.
    package var maxAlerts: Int
    /// The secret with which requests are signed; nil means unsigned.
    package var signingSecret: Secret?
    /// How long one attempt may take; 30 s by default.
    package var timeout: Duration
    /// How the server is spoken to; the config's own `headers` stand in its headers.
    package var http: HTTPClientSettings

    package init(
        policy: DestinationPolicy, url: Secret, maxAlerts: Int = 0, signingSecret: Secret? = nil,
        timeout: Duration = .seconds(30), http: HTTPClientSettings = HTTPClientSettings()
    ) {
        self.policy = policy
        self.url = url
        self.maxAlerts = maxAlerts
        self.signingSecret = signingSecret
        self.timeout = timeout
        self.http = http
    }
}
