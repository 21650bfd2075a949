package import Alerting

/// A user or group of Pushover, reached by an application.
package struct PushoverSettings: Hashable, Sendable {
    package var policy: DestinationPolicy
    /// The application's token.
    package var token: Secret
    /// The key of the user or group.
    package var userKey: Secret
    /// The priority of what fires, from -2 to 2; nil lets the level decide.
    package var priority: Int?
    /// How long after which an emergency rings again; 1 min by default.
    package var retry: Duration
    /// After which an emergency rings no more; 1 h by default.
    package var expire: Duration
    /// The device's name; nil for all of the user's.
    package var device: String?
    /// The sound's name; nil for the user's own choice.
    package var sound: String?
    /// After which a message is deleted; nil for never.
    package var timeToLive: Duration?
    /// The address below each message; nil for the first alert's runbook or history.
    package var link: String?
    /// What stands in place of that address; nil for the address itself.
    package var linkTitle: String?
    /// Where messages are sent; nil means Pushover's own address.
    package var url: String?
    /// The zone of the times in the message; `UTC` by default.
    package var timeZone: String
    /// How long one attempt may take; 10 s by default.
    package var timeout: Duration
    package var http: HTTPClientSettings

    package init(
        policy: DestinationPolicy, token: Secret, userKey: Secret, priority: Int? = nil,
        retry: Duration = .seconds(60), expire: Duration = .seconds(3_600), device: String? = nil,
        sound: String? = nil, timeToLive: Duration? = nil, link: String? = nil, linkTitle: String? = nil,
        url: String? = nil, timeZone: String = "UTC", timeout: Duration = .seconds(10),
        http: HTTPClientSettings = HTTPClientSettings()
    ) {
        self.policy = policy
        self.token = token
        self.userKey = userKey
        self.priority = priority
        self.retry = retry
        self.expire = expire
        self.device = device
        self.sound = sound
        self.timeToLive = timeToLive
        self.link = link
        self.linkTitle = linkTitle
        self.url = url
        self.timeZone = timeZone
        self.timeout = timeout
        self.http = http
    }
}
