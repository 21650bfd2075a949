package import Alerting
package import Drivers
package import PromQL

/// Tells a Telegram chat as a bot.
///
/// Telegram knows no idempotency key: a message whose answer was lost may appear twice.
package struct TelegramChannel: Channel {
    /// Where the Bot API is unless the settings say otherwise.
    package static let url = "https://api.telegram.org"

    private let url: Secret
    private let token: Secret
    private let chat: String
    private let thread: Int64?
    private let isSilent: Bool
    private let options: HTTPOptions
    private let context: ChannelContext
    private let transport: CurlTransport

    /// - Parameters:
    ///   - url: the Bot API's address, without a path.
    ///   - chat: the chat's number, or a public channel's name with `@` before it.
    ///   - thread: the topic of a forum; nil for none.
    ///   - isSilent: whether phones make no sound.
    package init(
        url: String, token: Secret, chat: String, thread: Int64?, isSilent: Bool, options: HTTPOptions,
        context: ChannelContext, transport: CurlTransport
    ) {
        let base = url.hasSuffix("/") ? String(url.dropLast()) : url
        self.url = Secret("\(base)/bot\(token.exposed)/sendMessage")
        self.token = token
        self.chat = chat
        self.thread = thread
        self.isSilent = isSilent
        self.options = options
        self.context = context
        self.transport = transport
    }

    package func deliver(
        _ notification: Notification, key: String, attempt: Int, now: Timestamp
    ) async -> DeliveryOutcome {
        let text = TelegramMessage(notification: notification, context: context).html
        let first = await send(text, to: chat, now: now)
        guard let moved = first.movedTo else { return first.outcome }
        // A group that has become a supergroup has another number: the text goes there, and the answer says so.
        let second = await send(text, to: String(moved), now: now)
        guard case .delivered(let answer, _) = second.outcome else { return second.outcome }
        return .delivered(answer: "\(answer); the chat has become \(moved): change `chat_id`")
    }

    private func send(_ text: String, to chat: String, now: Timestamp) async -> TelegramAnswer {
        var members: [JSONText.Member] = [
            .init("chat_id", Int64(chat).map(JSONText.integer) ?? .string(chat)), .init("text", .string(text)),
            .init("parse_mode", "HTML"), .init("link_preview_options", .members(["is_disabled": .bool(true)])),
        ]
        if let thread { members.append(.init("message_thread_id", .integer(thread))) }
        if isSilent { members.append(.init("disable_notification", .bool(true))) }
        let judge = AnswerJudge(setting: "api_url", secrets: options.secrets(url: url) + [token.exposed])
        do throws(TransportError) {
            let request = options.jsonRequest(
                url: url, body: .object(members), version: context.version, bodyLimit: 1 << 17)
            return TelegramAnswer(try await transport.send(request), judge: judge, now: now)
        } catch {
            return TelegramAnswer(outcome: judge.outcome(of: error))
        }
    }
}
