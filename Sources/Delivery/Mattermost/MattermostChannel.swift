package import Alerting
package import Drivers
package import PromQL

/// Tells a Mattermost channel through an incoming webhook.
///
/// Mattermost knows no idempotency key: a message whose answer was lost may appear twice.
package struct MattermostChannel: Channel {
    private let webhookURL: Secret
    private let channel: String?
    private let username: String?
    private let iconURL: String?
    private let iconEmoji: String?
    private let options: HTTPOptions
    private let context: ChannelContext
    private let transport: CurlTransport

    /// - Parameters:
    ///   - channel: a channel's name, or a person's with `@` before it; nil means the webhook's own.
    ///   - username: the name to post under; nil means the webhook's own.
    ///   - iconURL: the picture beside it; nil means the webhook's own.
    ///   - iconEmoji: an emoji in place of the picture, such as `:bell:`; nil for none.
    package init(
        webhookURL: Secret, channel: String?, username: String?, iconURL: String?, iconEmoji: String?,
        options: HTTPOptions, context: ChannelContext, transport: CurlTransport
    ) {
        self.webhookURL = webhookURL
        self.channel = channel
        self.username = username
        self.iconURL = iconURL
        self.iconEmoji = iconEmoji
        self.options = options
        self.context = context
        self.transport = transport
    }

    package func deliver(
        _ notification: Notification, key: String, attempt: Int, now: Timestamp
    ) async -> DeliveryOutcome {
        let message = MattermostMessage(
            notification: notification, channel: channel, username: username, iconURL: iconURL, iconEmoji: iconEmoji,
            context: context)
        let judge = AnswerJudge(setting: "webhook_url", secrets: options.secrets(url: webhookURL))
        do throws(TransportError) {
            let request = options.jsonRequest(url: webhookURL, body: message.json, version: context.version)
            return Self.outcome(of: try await transport.send(request), judge: judge, now: now)
        } catch {
            return judge.outcome(of: error)
        }
    }

    private struct Refusal: Decodable {
        /// What went wrong, as `web.incoming_webhook.channel.app_error`.
        let id: String?
    }

    /// Sources: https://developers.mattermost.com/integrate/webhooks/incoming/ (200 with `ok`, «Troubleshooting») and
    /// https://docs.mattermost.com/configure/rate-limiting-configuration-settings.html (429).
    static func outcome(of response: HTTPResponse, judge: AnswerJudge, now: Timestamp) -> DeliveryOutcome {
        let id = JSONAnswer.decode(Refusal.self, from: response)?.id ?? ""
        // It is said with 501, and yet no later attempt goes better.
        if response.status == 501, id.hasPrefix("web.incoming_webhook.disabled") {
            return .rejected(
                reason: "answered 501 \(judge.excerpt(response.body)); switch incoming webhooks on in Mattermost's "
                    + "System Console, «Integration Management»")
        }
        return judge.outcome(
            of: response, now: now,
            refusal: { said in
                guard said != "ok" else { return nil }
                return "answered \(response.status) with no `ok`; is `webhook_url` that of an incoming webhook of "
                    + "Mattermost?"
            }, hint: { status, _ in hint(status, id) })
    }

    private static func hint(_ status: Int, _ id: String) -> String? {
        switch status {
        case 400 where id.hasPrefix("web.incoming_webhook.invalid"):
            "the webhook was deleted, or `webhook_url` is not whole; copy it from Mattermost again"
        case 400 where id.hasPrefix("web.incoming_webhook.channel"), 404 where id.hasPrefix("web.incoming_webhook"):
            "check `channel`: the name as it stands in the channel's address, without `#`"
        case 403: "the webhook is locked to its channel, or its owner may not post there; leave `channel` out"
        case 400, 413: "Mattermost can't read the message; that is a fault in Tocsin, please report it"
        default: nil
        }
    }
}
