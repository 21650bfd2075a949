package import Alerting

/// An account of Opsgenie, reached by an API integration.
package struct OpsgenieSettings: Hashable, Sendable {
    /// Who is told of an alert.
    package struct Responder: Hashable, Sendable {
        /// `team`, `user`, `escalation` or `schedule`.
        package var kind: String
        /// Nil where a name says who it is.
        package var id: String?
        /// Nil where an id or a user's name says who it is.
        package var name: String?
        /// A user's address; nil for others.
        package var username: String?

        package init(kind: String, id: String? = nil, name: String? = nil, username: String? = nil) {
            self.kind = kind
            self.id = id
            self.name = name
            self.username = username
        }
    }

    package var policy: DestinationPolicy
    /// The integration's key.
    package var apiKey: Secret
    /// Where the API is; nil means Opsgenie's own address.
    package var url: String?
    /// Where alerts are said to come from; nil means the agent and its host.
    package var source: String?
    package var tags: [String]
    /// A note that each alert gets when it is made; nil for none.
    package var note: String?
    /// `P1` to `P5`; nil lets the level decide.
    package var priority: String?
    package var responders: [Responder]
    /// Whether message and description of an open alert follow the group.
    package var updatesAlerts: Bool
    /// The zone of the times in the description; `UTC` by default.
    package var timeZone: String
    /// How long one attempt may take; 10 s by default.
    package var timeout: Duration
    package var http: HTTPClientSettings

    package init(
        policy: DestinationPolicy, apiKey: Secret, url: String? = nil, source: String? = nil, tags: [String] = [],
        note: String? = nil, priority: String? = nil, responders: [Responder] = [], updatesAlerts: Bool = false,
        timeZone: String = "UTC", timeout: Duration = .seconds(10), http: HTTPClientSettings = HTTPClientSettings()
    ) {
        self.policy = policy
        self.apiKey = apiKey
        self.url = url
        self.source = source
        self.tags = tags
        self.note = note
        self.priority = priority
        self.responders = responders
        self.updatesAlerts = updatesAlerts
        self.timeZone = timeZone
        self.timeout = timeout
        self.http = http
    }
}
