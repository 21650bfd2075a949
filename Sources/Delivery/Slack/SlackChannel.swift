package import Alerting
package import Drivers
package import PromQL

/// Tells a Slack channel through an incoming webhook.
///
/// Slack knows no idempotency key: a message whose answer was lost may appear twice.
package struct SlackChannel: Channel {
    private let webhookURL: Secret
    private let channel: String?
    private let username: String?
    private let options: HTTPOptions
    private let context: ChannelContext
    private let transport: CurlTransport

    /// - Parameters:
    ///   - channel: the channel to post to, which only old webhooks honour; nil means the webhook's own.
    ///   - username: the name to post under, as `channel`; nil means the webhook's own.
    package init(
        webhookURL: Secret, channel: String?, username: String?, options: HTTPOptions, context: ChannelContext,
        transport: CurlTransport
    ) {
        self.webhookURL = webhookURL
        self.channel = channel
        self.username = username
        self.options = options
        self.context = context
        self.transport = transport
    }

    package func deliver(
        _ notification: Notification, key: String, attempt: Int, now: Timestamp
    ) async -> DeliveryOutcome {
        let message = SlackMessage(
            notification: notification, channel: channel, username: username, context: context)
        let request = options.jsonRequest(url: webhookURL, body: message.json, version: context.version)
        let judge = AnswerJudge(setting: "api_url", secrets: options.secrets(url: webhookURL))
        do throws(TransportError) {
            return SlackAnswer.outcome(of: try await transport.send(request), judge: judge, now: now)
        } catch {
            return judge.outcome(of: error)
        }
    }
}
