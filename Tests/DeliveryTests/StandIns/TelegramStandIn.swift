import Foundation
import Support
import Synchronization

/// `sendMessage` of Telegram's Bot API, as https://core.telegram.org/bots/api#sendmessage and #html-style describe it.
final class TelegramStandIn: Sendable {
    static let token = "123456:ABC-DEF1234ghIkl"
    static let chat = -1_001_234_567_890

    private let throttled = Mutex(0)
    private let texts = Mutex<[String]>([])
    /// The messages as people read them.
    var messages: [String] { texts.withLock { $0 } }

    func throttle(_ count: Int) { throttled.withLock { $0 = count } }

    func answer(_ request: HTTPReceiver.Request) -> HTTPReceiver.Answer {
        func no(_ status: Int, _ description: String, _ parameters: [String: Any]? = nil) -> HTTPReceiver.Answer {
            var body: [String: Any] = ["ok": false, "error_code": status, "description": description]
            body["parameters"] = parameters
            return StandIn.answer(status, body)
        }
        guard request.path == "/bot\(Self.token)/sendMessage" else { return no(401, "Unauthorized") }
        let isThrottled = throttled.withLock { left in
            defer { left = max(0, left - 1) }
            return left > 0
        }
        if isThrottled { return no(429, "Too Many Requests: retry after 17", ["retry_after": 17]) }
        guard let message = StandIn.json(request) else { return no(400, "Bad Request: can't parse JSON") }
        switch message["chat_id"] as? Int {
        case Self.chat: break
        case -42:
            return no(
                400, "Bad Request: group chat was upgraded to a supergroup chat", ["migrate_to_chat_id": Self.chat])
        default: return no(400, "Bad Request: chat not found")
        }
        guard message["parse_mode"] as? String == "HTML", let html = message["text"] as? String else {
            return no(400, "Bad Request: message text is empty")
        }
        guard let text = Self.read(html) else { return no(400, "Bad Request: can't parse entities") }
        if text.isEmpty { return no(400, "Bad Request: message text is empty") }
        if text.utf16.count > 4_096 { return no(400, "Bad Request: message is too long") }
        texts.withLock { $0.append(text) }
        return StandIn.answer(200, ["ok": true, "result": ["message_id": 99, "text": text]])
    }

    /// What is read of Telegram's HTML; nil where it is not in that form.
    static func read(_ html: String) -> String? {
        var text = ""
        var open: [String] = []
        var rest = Substring(html)
        while let next = rest.first {
            switch next {
            case "<":
                guard let end = rest.firstIndex(of: ">") else { return nil }
                let tag = rest[rest.index(after: rest.startIndex)..<end]
                rest = rest[rest.index(after: end)...]
                if tag.hasPrefix("/") {
                    guard open.popLast() == String(tag.dropFirst()) else { return nil }
                } else {
                    let name = tag.prefix { $0.isLetter }
                    let isLink = name == "a" && tag.hasPrefix("a href=\"") && tag.hasSuffix("\"")
                    guard isLink || (["b", "i", "pre", "code"].contains(name) && name == tag) else { return nil }
                    open.append(String(name))
                }
            case ">": return nil
            case "&":
                guard let end = rest.firstIndex(of: ";"),
                    let sign = ["&lt": "<", "&gt": ">", "&amp": "&", "&quot": "\""][String(rest[..<end])]
                else { return nil }
                text += sign
                rest = rest[rest.index(after: end)...]
            default:
                text.append(next)
                rest = rest.dropFirst()
            }
        }
        return open.isEmpty ? text : nil
    }
}
