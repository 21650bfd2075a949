import Foundation
import Support
import Synchronization

/// `chat.postMessage` and `chat.update`, as https://docs.slack.dev/reference/methods/chat.postMessage and its neighbours
/// describe them, with one channel `#ops`, whose id is `C0OPS`.
final class SlackStandIn: Sendable {
    static let token = "xoxb-1234-secret"

    struct Message: Sendable {
        let timestamp: String
        var text: String
        let thread: String?
        let isBroadcast: Bool
        var edits = 0
    }

    struct State: Sendable {
        var messages: [Message] = []
        var count = 0
        /// Errors that the next calls of a method end with.
        var errors: [String: [String]] = [:]
        /// Calls that are refused as too many.
        var throttled = 0
    }

    private let state = Mutex(State())
    var messages: [Message] { state.withLock { $0.messages } }
    /// The messages of the channel itself.
    var posted: [Message] { messages.filter { $0.thread == nil } }

    func fail(_ method: String, _ errors: String...) { state.withLock { $0.errors[method] = errors } }
    func throttle(_ count: Int) { state.withLock { $0.throttled = count } }
    func remove(_ timestamp: String) { state.withLock { $0.messages.removeAll { $0.timestamp == timestamp } } }

    func answer(_ request: HTTPReceiver.Request) -> HTTPReceiver.Answer {
        guard request.path.hasPrefix("/api/chat.") else { return StandIn.answer(404) }
        let method = String(request.path.dropFirst("/api/".count))
        return state.withLock { state in
            if state.throttled > 0 {
                state.throttled -= 1
                return StandIn.answer(429, ["ok": false, "error": "ratelimited"], headers: [("Retry-After", "30")])
            }
            func no(_ error: String) -> HTTPReceiver.Answer { StandIn.answer(200, ["ok": false, "error": error]) }
            guard request.header("Authorization") == "Bearer \(Self.token)" else { return no("invalid_auth") }
            if var errors = state.errors[method], !errors.isEmpty {
                let error = errors.removeFirst()
                state.errors[method] = errors
                return no(error)
            }
            guard let body = StandIn.json(request) else { return no("invalid_json") }
            if let error = SlackRules.error(in: body) { return no(error) }
            switch method {
            case "chat.postMessage": return Self.post(body, &state)
            case "chat.update": return Self.update(body, &state)
            default: return no("unknown_method")
            }
        }
    }

    private static func post(_ body: [String: Any], _ state: inout State) -> HTTPReceiver.Answer {
        guard ["#ops", "C0OPS"].contains(body["channel"] as? String ?? "") else {
            return StandIn.answer(200, ["ok": false, "error": "channel_not_found"])
        }
        let thread = body["thread_ts"] as? String
        if let thread, !state.messages.contains(where: { $0.timestamp == thread }) {
            return StandIn.answer(200, ["ok": false, "error": "thread_not_found"])
        }
        state.count += 1
        let message = Message(
            timestamp: "1795428314.00\(1_000 + state.count)", text: body["text"] as? String ?? "",
            thread: thread, isBroadcast: body["reply_broadcast"] as? Bool ?? false)
        state.messages.append(message)
        return StandIn.answer(200, ["ok": true, "channel": "C0OPS", "ts": message.timestamp, "message": body])
    }

    private static func update(_ body: [String: Any], _ state: inout State) -> HTTPReceiver.Answer {
        // Unlike `chat.postMessage` it takes only ids.
        guard body["channel"] as? String == "C0OPS" else {
            return StandIn.answer(200, ["ok": false, "error": "channel_not_found"])
        }
        let timestamp = body["ts"] as? String
        guard let index = state.messages.firstIndex(where: { $0.timestamp == timestamp }) else {
            return StandIn.answer(200, ["ok": false, "error": "message_not_found"])
        }
        state.messages[index].text = body["text"] as? String ?? ""
        state.messages[index].edits += 1
        return StandIn.answer(200, ["ok": true, "channel": "C0OPS", "ts": timestamp ?? "", "text": ""])
    }
}

/// What Slack demands of a message: https://docs.slack.dev/reference/block-kit/blocks and the methods' pages.
enum SlackRules {
    /// Slack's word for the first fault; nil for none.
    static func error(in body: [String: Any]) -> String? {
        let blocks = body["blocks"] as? [[String: Any]] ?? []
        let attachments = body["attachments"] as? [[String: Any]] ?? []
        let text = body["text"] as? String ?? ""
        if text.isEmpty, blocks.isEmpty, attachments.isEmpty { return "no_text" }
        if text.utf16.count > 40_000 { return "msg_too_long" }
        if attachments.count > 100 { return "too_many_attachments" }
        let all = blocks + attachments.flatMap { $0["blocks"] as? [[String: Any]] ?? [] }
        return all.count > 50 || !all.allSatisfy(isRight) ? "invalid_blocks" : nil
    }

    private static func isRight(_ block: [String: Any]) -> Bool {
        switch block["type"] as? String {
        case "header": return isText(block["text"], "plain_text", 150)
        case "section":
            let fields = block["fields"] as? [Any] ?? []
            return isText(block["text"], "mrkdwn", 3_000) && fields.count <= 10
                && fields.allSatisfy { isText($0, "mrkdwn", 2_000) }
        case "context":
            let elements = block["elements"] as? [Any] ?? []
            return (1...10).contains(elements.count) && elements.allSatisfy { isText($0, "mrkdwn", 3_000) }
        default: return false
        }
    }

    private static func isText(_ value: Any?, _ type: String, _ limit: Int) -> Bool {
        guard let text = value as? [String: Any], text["type"] as? String == type else { return false }
        return StandIn.isText(text["text"], limit)
    }
}
