package import Alerting

/// A receiver: a name that routes use, and the channels that it stands for. Without channels it is silent.
package struct ReceiverSettings: Hashable, Sendable {
    package var name: String
    package var slack: [SlackSettings]
    package var webhooks: [WebhookSettings]
    package var emails: [EmailSettings]

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
        slack.map(\.policy) + webhooks.map(\.policy) + emails.map(\.policy)
    }
}

/// A Slack channel, reached by an incoming webhook.
package struct SlackSettings: Hashable, Sendable {
    package var policy: DestinationPolicy
    /// The incoming webhook's URL.
    package var apiURL: Secret
    /// The channel; nil means the webhook's own.
    package var channel: String?
    /// The name that the message carries; nil means the webhook's own.
    package var username: String?
    /// The zone of the times in the message; `UTC` by default.
    package var timeZone: String
    /// How long one attempt may take; 30 s by default.
    package var timeout: Duration
    package var http: HTTPClientSettings

    package init(
        policy: DestinationPolicy, apiURL: Secret, channel: String? = nil, username: String? = nil,
        timeZone: String = "UTC", timeout: Duration = .seconds(30), http: HTTPClientSettings = HTTPClientSettings()
    ) {
        self.policy = policy
        self.apiURL = apiURL
        self.channel = channel
        self.username = username
        self.timeZone = timeZone
        self.timeout = timeout
        self.http = http
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
