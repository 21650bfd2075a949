package import Alerting
package import Drivers
package import PromQL

/// Tells a Slack channel as a bot: one message for each group, which always shows how it stands, and a reply in its
/// thread for each change.
///
/// Where the message stands is kept as the group's reference (see `SlackReference`). A change first brings the message up
/// to date, which can be repeated without harm, and then replies. Slack knows no idempotency key: a message or reply
/// whose answer was lost may appear twice.
package struct SlackBotChannel: Channel {
    /// Where messages are posted unless the settings say otherwise.
    package static let url = "https://slack.com/api/chat.postMessage"

    private let postURL: Secret
    private let updateURL: Secret
    private let channel: String
    private let username: String?
    private let options: HTTPOptions
    private let context: ChannelContext
    private let transport: CurlTransport

    /// - Parameters:
    ///   - url: the address of `chat.postMessage`; `chat.update` is its neighbour.
    ///   - channel: the id or the name of the channel.
    ///   - username: the name to post under, for which the app needs a scope of its own; nil means the app's name.
    ///   - options: with the bot's token as authorization.
    package init(
        url: String, channel: String, username: String?, options: HTTPOptions, context: ChannelContext,
        transport: CurlTransport
    ) {
        postURL = Secret(url)
        let folder = url.lastIndex(of: "/").map { url[...$0] } ?? ""
        updateURL = Secret("\(folder)chat.update")
        self.channel = channel
        self.username = username
        self.options = options
        self.context = context
        self.transport = transport
    }

    package func deliver(
        _ notification: Notification, key: String, attempt: Int, now: Timestamp
    ) async -> DeliveryOutcome {
        let known = (notification.reference ?? "").split(separator: "\n").compactMap { SlackReference($0) }
        let message = SlackMessage(notification: notification, channel: nil, username: nil, context: context)
        guard let place = known.first, place.configured == channel else {
            return await post(message, after: known, now: now)
        }
        let changed = await send(at(place) + Self.members(of: message.json), to: updateURL, now: now)
        if changed.isLost { return await post(message, after: Array(known.dropFirst()), now: now) }
        guard case .delivered = changed.outcome else { return changed.outcome }
        let reply = SlackReply(notification: notification, context: context)
        let replied = await send(self.reply(reply, to: place), to: postURL, now: now)
        guard case .delivered(let answer, _) = replied.outcome else { return replied.outcome }
        await close(Array(known.dropFirst()), now: now)
        return .delivered(answer: "\(answer) in the thread of \(place.timestamp)", reference: place.text)
    }

    /// Posts the group's message. Older ones that it takes the place of are closed.
    private func post(_ message: SlackMessage, after old: [SlackReference], now: Timestamp) async -> DeliveryOutcome {
        var members: [JSONText.Member] = [.init("channel", .string(channel))]
        if let username { members.append(.init("username", .string(username))) }
        members += [.init("unfurl_links", .bool(false)), .init("unfurl_media", .bool(false))]
        let posted = await send(members + Self.members(of: message.json), to: postURL, now: now)
        guard case .delivered(let answer, _) = posted.outcome else { return posted.outcome }
        await close(old, now: now)
        guard let id = posted.channel, let timestamp = posted.timestamp else { return posted.outcome }
        let place = SlackReference(
            channel: SafeText.line(id), timestamp: SafeText.line(timestamp), configured: channel)
        return .delivered(answer: answer, reference: place.text)
    }

    /// Says in messages that will not be kept up to date any more where it goes on. Nothing hangs on it, so that it fails
    /// is left alone.
    private func close(_ old: [SlackReference], now: Timestamp) async {
        for place in old {
            let text = "⚪ What stood here goes on in another message."
            let members: [JSONText.Member] = [
                .init("text", .string(text)), .init("blocks", []), .init("attachments", []),
            ]
            _ = await send(at(place) + members, to: updateURL, now: now)
        }
    }

    private func reply(_ reply: SlackReply, to place: SlackReference) -> [JSONText.Member] {
        var members: [JSONText.Member] = [
            .init("channel", .string(place.channel)), .init("thread_ts", .string(place.timestamp)),
            .init("unfurl_links", .bool(false)), .init("unfurl_media", .bool(false)),
        ]
        if let username { members.append(.init("username", .string(username))) }
        if reply.isForAll { members.append(.init("reply_broadcast", .bool(true))) }
        return members + reply.members
    }

    private func at(_ place: SlackReference) -> [JSONText.Member] {
        [.init("channel", .string(place.channel)), .init("ts", .string(place.timestamp))]
    }

    private static func members(of json: JSONText) -> [JSONText.Member] {
        if case .object(let members) = json { return members }
        return []
    }

    private func send(_ members: [JSONText.Member], to url: Secret, now: Timestamp) async -> SlackBotAnswer {
        let judge = AnswerJudge(setting: "app_url", secrets: options.secrets(url: url))
        do throws(TransportError) {
            // The answer repeats the whole message.
            let request = options.jsonRequest(
                url: url, body: .object(members), version: context.version, bodyLimit: 1 << 20)
            return SlackBotAnswer(try await transport.send(request), judge: judge, now: now)
        } catch {
            return SlackBotAnswer(judge.outcome(of: error))
        }
    }
}
