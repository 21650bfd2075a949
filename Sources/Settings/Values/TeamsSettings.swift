package import Alerting

/// A channel or chat of Microsoft Teams, reached by a workflow or an incoming webhook.
package struct TeamsSettings: Hashable, Sendable {
    package var policy: DestinationPolicy
    package var webhookURL: Secret
    /// The zone of the times in the message; `UTC` by default.
    package var timeZone: String
    /// How long one attempt may take; 10 s by default.
    package var timeout: Duration
    package var http: HTTPClientSettings

    package init(
        policy: DestinationPolicy, webhookURL: Secret, timeZone: String = "UTC", timeout: Duration = .seconds(10),
        http: HTTPClientSettings = HTTPClientSettings()
    ) {
        self.policy = policy
        self.webhookURL = webhookURL
        self.timeZone = timeZone
        self.timeout = timeout
        self.http = http
    }
}
