package import Alerting

/// A service of PagerDuty, reached by the Events API v2.
package struct PagerDutySettings: Hashable, Sendable {
    package var policy: DestinationPolicy
    /// The Integration Key.
    package var routingKey: Secret
    /// Where events are sent; nil means PagerDuty's own address.
    package var url: String?
    /// The zone of the times in the details; `UTC` by default.
    package var timeZone: String
    /// How long one attempt may take; 10 s by default.
    package var timeout: Duration
    package var http: HTTPClientSettings

    package init(
        policy: DestinationPolicy, routingKey: Secret, url: String? = nil, timeZone: String = "UTC",
        timeout: Duration = .seconds(10), http: HTTPClientSettings = HTTPClientSettings()
    ) {
        self.policy = policy
        self.routingKey = routingKey
        self.url = url
        self.timeZone = timeZone
        self.timeout = timeout
        self.http = http
    }
}
