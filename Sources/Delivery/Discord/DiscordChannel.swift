package import Alerting
package import Drivers
package import PromQL

/// Tells a Discord channel through a webhook.
///
/// Discord knows no idempotency key: a message whose answer was lost may appear twice.
package struct DiscordChannel: Channel {
    private let webhookURL: Secret
    private let username: String?
    private let avatarURL: String?
    private let options: HTTPOptions
    private let context: ChannelContext
    private let transport: CurlTransport

    /// - Parameters:
    ///   - username: the name to post under; nil means the webhook's own.
    ///   - avatarURL: the picture beside it; nil means the webhook's own.
    package init(
        webhookURL: Secret, username: String?, avatarURL: String?, options: HTTPOptions, context: ChannelContext,
        transport: CurlTransport
    ) {
        self.webhookURL = webhookURL
        self.username = username
        self.avatarURL = avatarURL
        self.options = options
        self.context = context
        self.transport = transport
    }

    package func deliver(
        _ notification: Notification, key: String, attempt: Int, now: Timestamp
    ) async -> DeliveryOutcome {
        let message = DiscordMessage(
            notification: notification, username: username, avatarURL: avatarURL, context: context)
        let judge = AnswerJudge(setting: "webhook_url", secrets: options.secrets(url: webhookURL))
        do throws(TransportError) {
            let request = options.jsonRequest(
                url: Self.waiting(webhookURL), body: message.json, version: context.version, bodyLimit: 65_536)
            return Self.outcome(of: try await transport.send(request), judge: judge, now: now)
        } catch {
            return judge.outcome(of: error)
        }
    }

    /// With `wait=true`: without it Discord answers before the message is kept, and says nothing where it is not.
    ///
    /// Source: https://discord.com/developers/docs/resources/webhook#execute-webhook, query string parameters.
    static func waiting(_ url: Secret) -> Secret {
        let text = url.exposed
        return Secret(text + (text.contains("?") ? "&" : "?") + "wait=true")
    }

    private struct Refusal: Decodable {
        let code: Int?
        /// Seconds, with a fraction.
        let retryAfter: Double?

        enum CodingKeys: String, CodingKey {
            case code
            case retryAfter = "retry_after"
        }
    }

    private struct Message: Decodable {
        let id: String
    }

    /// Source: https://discord.com/developers/docs/topics/rate-limits (`retry_after` in the body of 429, in seconds) and
    /// https://discord.com/developers/docs/topics/opcodes-and-status-codes (the codes).
    static func outcome(of response: HTTPResponse, judge: AnswerJudge, now: Timestamp) -> DeliveryOutcome {
        let refusal = JSONAnswer.decode(Refusal.self, from: response)
        if (200..<300).contains(response.status) {
            let id = JSONAnswer.decode(Message.self, from: response)?.id
            if let id { return .delivered(answer: "\(response.status) message \(SafeText.line(id).prefix(40))") }
            guard response.status == 204 else {
                return .rejected(
                    reason: "answered \(response.status) with no message of Discord's; is `webhook_url` the address of "
                        + "a Discord webhook?")
            }
            return .delivered(answer: "204")
        }
        let outcome = judge.outcome(of: response, now: now, hint: { _, _ in refusal?.code.flatMap(hint) })
        if response.status == 429, let seconds = refusal?.retryAfter, seconds.isFinite, seconds >= 0,
            case .retry(let reason, _, let mayHaveArrived) = outcome
        {
            let wait = Duration.milliseconds(Int64(min(seconds, 86_400) * 1_000) + 1)
            return .retry(reason: reason, retryAfter: wait, mayHaveArrived: mayHaveArrived)
        }
        return outcome
    }

    private static func hint(_ code: Int) -> String? {
        switch code {
        case 10_003, 10_015:
            "the webhook or its channel was deleted; make a new one and put its address into `webhook_url`"
        case 50_027: "the token in `webhook_url` is wrong; copy the webhook's address from Discord again"
        case 40_005, 50_006, 50_035: "Discord can't read the message; that is a fault in Tocsin, please report it"
        default: nil
        }
    }
}
