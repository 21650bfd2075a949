package import Alerting
package import PromQL

/// Metrics in Prometheus's text form, to be scraped.
package struct EndpointSettings: Hashable, Sendable {
    /// The value of the label `endpoint`.
    package var name: String
    /// The URL; it may hold a token.
    package var url: Secret
    /// The time between two samples; 5 s by default.
    package var interval: Duration
    /// How long a sample may take; 5 s by default.
    package var timeout: Duration
    /// Headers to send; their values may be secret.
    package var headers: [String: Secret]
    /// Which metrics are kept, by their whole names; nil means all.
    package var keep: RegularExpression?

    package init(
        name: String, url: Secret, interval: Duration = .seconds(5), timeout: Duration = .seconds(5),
        headers: [String: Secret] = [:], keep: RegularExpression? = nil
    ) {
        self.name = name
        self.url = url
        self.interval = interval
        self.timeout = timeout
        self.headers = headers
        self.keep = keep
    }
}
