package import Alerting

/// A Slack channel, reached by an incoming webhook or as a bot.
package struct SlackSettings: Hashable, Sendable {
    package var policy: DestinationPolicy
    /// The incoming webhook's URL, or of a bot the address of `chat.postMessage`.
    package var apiURL: Secret
    /// Whether a bot posts: then `channel` is set, and `http` has the token as its authorization.
    package var isBot: Bool
    /// The channel; nil means the webhook's own.
    package var channel: String?
    /// The name that the message carries; nil means the webhook's own, or the app's.
    package var username: String?
    /// The zone of the times in the message; `UTC` by default.
    package var timeZone: String
    /// How long one attempt may take; 10 s by default.
    package var timeout: Duration
    package var http: HTTPClientSettings

    package init(
        policy: DestinationPolicy, apiURL: Secret, isBot: Bool = false, channel: String? = nil,
        username: String? = nil, timeZone: String = "UTC", timeout: Duration = .seconds(10),
        http: HTTPClientSettings = HTTPClientSettings()
    ) {
        self.policy = policy
        self.apiURL = apiURL
        self.isBot = isBot
        self.channel = channel
        self.username = username
        self.timeZone = timeZone
        self.timeout = timeout
        self.http = http
    }
}
