package import Alerting
package import Drivers
package import PromQL

/// Tells a program by a POST of Alertmanager's JSON, with more of our own beside it.
///
/// Each request carries `Idempotency-Key`, the same for every attempt with one body, and a signature where a secret
/// is set (see `WebhookSignature`).
package struct WebhookChannel: Channel {
    private let url: Secret
    private let signingSecret: Secret?
    private let maxAlerts: Int
    private let options: HTTPOptions
    private let context: ChannelContext
    private let transport: CurlTransport

    /// - Parameters:
    ///   - signingSecret: signs each request; nil means unsigned.
    ///   - maxAlerts: the most alerts in one message; 0 means all.
    package init(
        url: Secret, signingSecret: Secret?, maxAlerts: Int, options: HTTPOptions, context: ChannelContext,
        transport: CurlTransport
    ) {
        self.url = url
        self.signingSecret = signingSecret
        self.maxAlerts = maxAlerts
        self.options = options
        self.context = context
        self.transport = transport
    }

    package func deliver(
        _ notification: Notification, key: String, attempt: Int, now: Timestamp
    ) async -> DeliveryOutcome {
        let body = WebhookPayload(notification: notification, key: key, maxAlerts: maxAlerts, context: context).json
            .bytes
        var headers = [
            ("Content-Type", "application/json"), ("User-Agent", "tocsin/\(context.version)"), ("Idempotency-Key", key),
            ("X-Tocsin-Attempt", String(attempt)),
        ]
        if let signingSecret {
            headers += WebhookSignature.headers(body: body, secret: signingSecret, now: now)
        }
        let secrets = options.secrets(url: url) + (signingSecret.map { [$0.exposed] } ?? [])
        let judge = AnswerJudge(setting: "url", secrets: secrets)
        do throws(TransportError) {
            let request = options.request(url: url, headers: headers, body: body)
            return judge.outcome(of: try await transport.send(request), now: now)
        } catch {
            return judge.outcome(of: error)
        }
    }
}
