import Foundation
import Support
import Synchronization

/// An incoming webhook of Mattermost, as https://developers.mattermost.com/integrate/webhooks/incoming/ and the pages
/// on message attachments and rate limits describe it.
final class MattermostStandIn: Sendable {
    static let path = "/hooks/xxx1generatedkey2xxx3abcd"

    private let throttled = Mutex(0)
    private let isOff = Mutex(false)
    private let refused = Mutex<[String]>([])
    var refusals: [String] { refused.withLock { $0 } }

    func throttle(_ count: Int) { throttled.withLock { $0 = count } }

    func switchOff() { isOff.withLock { $0 = true } }

    func answer(_ request: HTTPReceiver.Request) -> HTTPReceiver.Answer {
        if isOff.withLock({ $0 }) { return Self.no(501, "web.incoming_webhook.disabled.app_error", "Disabled.") }
        guard request.path == Self.path else {
            return Self.no(400, "web.incoming_webhook.invalid.app_error", "Invalid webhook.")
        }
        let isThrottled = throttled.withLock { left in
            defer { left = max(0, left - 1) }
            return left > 0
        }
        if isThrottled {
            return HTTPReceiver.Answer(
                status: 429, headers: [("Retry-After", "7"), ("X-Ratelimit-Limit", "101")], body: "limit exceeded")
        }
        guard let message = StandIn.json(request) else {
            return Self.no(400, "web.incoming_webhook.parse.app_error", "Unable to parse incoming data.")
        }
        if let channel = message["channel"] as? String, channel != "town-square" {
            return Self.no(404, "web.incoming_webhook.channel.app_error", "Couldn't find the channel.")
        }
        let errors = Self.errors(in: message)
        guard errors.isEmpty else {
            refused.withLock { $0 += errors }
            return Self.no(400, "web.incoming_webhook.text.app_error", errors.joined(separator: "; "))
        }
        return HTTPReceiver.Answer(status: 200, headers: [("Content-Type", "text/plain")], body: "ok")
    }

    private static func no(_ status: Int, _ id: String, _ message: String) -> HTTPReceiver.Answer {
        StandIn.answer(status, ["id": id, "message": message, "status_code": status])
    }

    private static func errors(in message: [String: Any]) -> [String] {
        var errors: [String] = []
        func check(_ isRight: Bool, _ error: String) { if !isRight { errors.append(error) } }
        check(StandIn.isText(message["text"], 16_383), "the text is empty, or longer than one post")
        var total = 0
        /// What people see: what is Slack's form of a mention or link would become one.
        func shown(_ value: Any?, _ name: String) {
            guard let text = value as? String else { return check(false, "\(name) is no text") }
            total += text.utf16.count
            check(!text.isEmpty, "\(name) is empty")
            check(!text.contains("<"), "\(name) may hold a link of Slack's")
        }
        shown(message["text"], "text")
        let attachments = message["attachments"] as? [[String: Any]] ?? []
        for attachment in attachments {
            check(StandIn.isText(attachment["fallback"], 300), "fallback")
            let color = attachment["color"] as? String ?? ""
            check(color.hasPrefix("#") && color.count == 7, "color")
            if let text = attachment["text"] { shown(text, "an attachment's text") }
            if let footer = attachment["footer"] { check(StandIn.isText(footer, 300), "footer") }
            for field in attachment["fields"] as? [[String: Any]] ?? [] {
                shown(field["title"], "a field's title")
                shown(field["value"], "a field's value")
            }
        }
        check(total <= 2 * 16_383, "all texts have \(total) characters")
        return errors
    }
}
