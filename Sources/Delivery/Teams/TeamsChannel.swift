package import Alerting
package import Drivers
package import PromQL

/// Tells a Microsoft Teams channel or chat through a workflow («When a Teams webhook request is received»), or through one
/// of the older incoming webhooks, which take the same card.
///
/// Teams knows no idempotency key: a message whose answer was lost may appear twice.
package struct TeamsChannel: Channel {
    private let webhookURL: Secret
    private let options: HTTPOptions
    private let context: ChannelContext
    private let transport: CurlTransport

    package init(webhookURL: Secret, options: HTTPOptions, context: ChannelContext, transport: CurlTransport) {
        self.webhookURL = webhookURL
        self.options = options
        self.context = context
        self.transport = transport
    }

    package func deliver(
        _ notification: Notification, key: String, attempt: Int, now: Timestamp
    ) async -> DeliveryOutcome {
        let message = TeamsMessage(notification: notification, context: context)
        let judge = AnswerJudge(setting: "webhook_url", secrets: options.secrets(url: webhookURL))
        do throws(TransportError) {
            let request = options.jsonRequest(url: webhookURL, body: message.json, version: context.version)
            return Self.outcome(of: try await transport.send(request), judge: judge, now: now)
        } catch {
            return judge.outcome(of: error)
        }
    }

    /// A workflow answers 202. An incoming webhook answers 200 with `1`, and also 200 where it failed, with a sentence
    /// that names the status.
    ///
    /// Sources: https://learn.microsoft.com/en-us/power-automate/oauth-authentication (202, 401) and
    /// https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using, section
    /// «Rate limiting for connectors» («returned HTTP error 429 with ContextId»).
    static func outcome(of response: HTTPResponse, judge: AnswerJudge, now: Timestamp) -> DeliveryOutcome {
        let outcome = judge.outcome(of: response, now: now, hint: { status, _ in hint(status) })
        guard response.status == 200 else { return outcome }
        let said = judge.excerpt(response.body)
        guard let found = said.firstRange(of: "HTTP error ") else {
            guard said.isEmpty || said == "1" || said == "ok" else {
                return .rejected(
                    reason: "answered 200 with \(said); is `webhook_url` the address of a Teams workflow or webhook?")
            }
            return outcome
        }
        let status = Int(said[found.upperBound...].prefix { $0.isNumber }) ?? 0
        if status == 429 || status == 408 || status >= 500 {
            return .retry(reason: "answered \(said)", retryAfter: nil, mayHaveArrived: false)
        }
        return .rejected(reason: "answered \(said); \(hint(status) ?? "check `webhook_url`")")
    }

    private static func hint(_ status: Int) -> String? {
        switch status {
        case 400: "is `webhook_url` that of a workflow that posts the card it is sent? If so, please report this line"
        case 401, 403: "let anyone trigger the workflow: its address is the secret"
        case 404, 410: "the workflow or webhook was deleted or switched off; put a new address into `webhook_url`"
        case 413: "the message is too large for Teams; that is a fault in Tocsin, please report it"
        default: nil
        }
    }
}
