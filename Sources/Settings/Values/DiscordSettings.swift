package import Alerting

/// A channel of Discord, reached by a webhook.
package struct DiscordSettings: Hashable, Sendable {
    package var policy: DestinationPolicy
    package var webhookURL: Secret
    /// The name that the message carries; nil means the webhook's own.
    package var username: String?
    /// The picture beside it; nil means the webhook's own.
    package var avatarURL: String?
    /// The zone of the times in the message; `UTC` by default.
    package var timeZone: String
    /// How long one attempt may take; 10 s by default.
    package var timeout: Duration
    package var http: HTTPClientSettings

    package init(
        policy: DestinationPolicy, webhookURL: Secret, username: String? = nil, avatarURL: String? = nil,
        timeZone: String = "UTC", timeout: Duration = .seconds(10), http: HTTPClientSettings = HTTPClientSettings()
    ) {
        self.policy = policy
        self.webhookURL = webhookURL
        self.username = username
        self.avatarURL = avatarURL
        self.timeZone = timeZone
        self.timeout = timeout
        self.http = http
    }
}
