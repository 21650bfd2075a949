package import Alerting

/// A channel of Mattermost, reached by an incoming webhook.
package struct MattermostSettings: Hashable, Sendable {
    package var policy: DestinationPolicy
    package var webhookURL: Secret
    /// The channel's name, or a person's with `@` before it; nil means the webhook's own.
    package var channel: String?
    /// The name that the message carries; nil means the webhook's own.
    package var username: String?
    /// The picture beside it; nil means the webhook's own.
    package var iconURL: String?
    /// An emoji in place of the picture; nil for none.
    package var iconEmoji: String?
    /// The zone of the times in the message; `UTC` by default.
    package var timeZone: String
    /// How long one attempt may take; 10 s by default.
    package var timeout: Duration
    package var http: HTTPClientSettings

    package init(
        policy: DestinationPolicy, webhookURL: Secret, channel: String? = nil, username: String? = nil,
        iconURL: String? = nil, iconEmoji: String? = nil, timeZone: String = "UTC", timeout: Duration = .seconds(10),
        http: HTTPClientSettings = HTTPClientSettings()
    ) {
        self.policy = policy
        self.webhookURL = webhookURL
        self.channel = channel
        self.username = username
        self.iconURL = iconURL
        self.iconEmoji = iconEmoji
        self.timeZone = timeZone
        self.timeout = timeout
        self.http = http
    }
}
