package import Alerting

/// Whom the agent tells that it lives: a service that raises an alarm once it hears nothing.
package struct HeartbeatSettings: Hashable, Sendable {
    package enum Method: String, Hashable, Sendable, CaseIterable {
        case get = "GET"
        case post = "POST"
    }

    /// Where; the address is a secret, since whoever knows it can pretend that the agent lives.
    package var url: Secret
    /// How often; a minute by default.
    package var interval: Duration
    /// `GET` by default.
    package var method: Method
    /// How long one request may take; 10 s by default.
    package var timeout: Duration

    package init(
        url: Secret, interval: Duration = .seconds(60), method: Method = .get, timeout: Duration = .seconds(10)
    ) {
        self.url = url
        self.interval = interval
        self.method = method
        self.timeout = timeout
    }
}
