import Foundation
import Support
import Synchronization

/// A webhook of Discord, as https://discord.com/developers/docs/resources/webhook#execute-webhook and the pages on limits
/// of embeds and on rate limits describe it.
final class DiscordStandIn: Sendable {
    static let path = "/api/webhooks/1043/t0kent0ken"

    private let throttled = Mutex(0)
    private let refused = Mutex<[String]>([])
    var refusals: [String] { refused.withLock { $0 } }

    func throttle(_ count: Int) { throttled.withLock { $0 = count } }

    func answer(_ request: HTTPReceiver.Request) -> HTTPReceiver.Answer {
        let parts = request.path.split(separator: "?", maxSplits: 1)
        guard parts.first.map(String.init) == Self.path else {
            return request.path.hasPrefix("/api/webhooks/1043/")
                ? StandIn.answer(401, ["message": "Invalid Webhook Token", "code": 50_027])
                : StandIn.answer(404, ["message": "Unknown Webhook", "code": 10_015])
        }
        let isThrottled = throttled.withLock { left in
            defer { left = max(0, left - 1) }
            return left > 0
        }
        if isThrottled {
            return StandIn.answer(
                429, ["message": "You are being rate limited.", "retry_after": 0.529, "global": false],
                headers: [("Retry-After", "1"), ("X-RateLimit-Reset-After", "0.529")])
        }
        guard let message = StandIn.json(request) else { return StandIn.answer(400, ["message": "", "code": 50_109]) }
        let errors = Self.errors(in: message)
        guard errors.isEmpty else {
            refused.withLock { $0 += errors }
            return StandIn.answer(400, ["message": "Invalid Form Body", "code": 50_035, "errors": errors])
        }
        // Without `wait=true` there is no body, and no word of what went wrong with the message.
        guard parts.count == 2, parts[1] == "wait=true" else { return HTTPReceiver.Answer(status: 204, body: "") }
        return StandIn.answer(200, ["id": "1175612800000000000", "type": 0, "content": message["content"] ?? ""])
    }

    private static func errors(in message: [String: Any]) -> [String] {
        var errors: [String] = []
        func check(_ isRight: Bool, _ error: String) { if !isRight { errors.append(error) } }
        let embeds = message["embeds"] as? [[String: Any]] ?? []
        check((message["content"] as? String ?? "").utf16.count <= 2_000, "content is longer than 2000")
        check(embeds.count <= 10, "more than 10 embeds")
        check(message["content"] != nil || !embeds.isEmpty, "an empty message")
        check((message["username"] as? String ?? "x").count <= 80, "username is longer than 80")
        var total = 0
        func text(_ value: Any?, _ limit: Int, _ name: String, isRequired: Bool = false) {
            guard let value else { return check(!isRequired, "\(name) is missing") }
            let count = (value as? String)?.utf16.count ?? 0
            total += count
            check(count <= limit && (count > 0 || !isRequired), "\(name) has \(count) characters")
        }
        for embed in embeds {
            text(embed["title"], 256, "title")
            text(embed["description"], 4_096, "description")
            text((embed["footer"] as? [String: Any])?["text"], 2_048, "footer")
            let fields = embed["fields"] as? [[String: Any]] ?? []
            check(fields.count <= 25, "more than 25 fields")
            for field in fields {
                text(field["name"], 256, "field name", isRequired: true)
                text(field["value"], 1_024, "field value", isRequired: true)
            }
            check((embed["color"] as? Int).map { (0...0xFF_FFFF).contains($0) } ?? true, "color")
        }
        check(total <= 6_000, "all embeds have \(total) characters")
        return errors
    }
}
