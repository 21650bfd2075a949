import Foundation
import Support
import Synchronization

/// Pushover's Messages API, as https://pushover.net/api describes it.
final class PushoverStandIn: Sendable {
    static let token = "azGDORePK8gMaC0QOYAMyEEuzJnyUi"
    static let user = "uQiRzpo4DXghDmr9QzzfQu27cmVRsG"

    struct State: Sendable {
        /// The priorities of the messages that were taken.
        var priorities: [Int] = []
        /// How many messages the application may still send this month.
        var left = 10_000
        /// Whether the service is in trouble.
        var isDown = false
        var refusals: [String] = []
    }

    private let state = Mutex(State())
    var now: State { state.withLock { $0 } }

    func useUp() { state.withLock { $0.left = 0 } }

    func fail(_ isDown: Bool) { state.withLock { $0.isDown = isDown } }

    func answer(_ request: HTTPReceiver.Request) -> HTTPReceiver.Answer {
        guard request.path == "/1/messages.json" else { return HTTPReceiver.Answer(status: 404, body: "not found") }
        return state.withLock { state in
            if state.isDown { return HTTPReceiver.Answer(status: 502, body: "<html>Bad Gateway</html>") }
            let message = StandIn.json(request) ?? [:]
            guard message["token"] as? String == Self.token else {
                return Self.no(400, "token", "application token is invalid, see https://pushover.net/api")
            }
            guard message["user"] as? String == Self.user else {
                return Self.no(400, "user", "user key is invalid, see https://pushover.net/api")
            }
            if state.left == 0 { return Self.no(429, "token", "application has exceeded current limit of messages") }
            let errors = Self.errors(in: message)
            guard errors.isEmpty else {
                state.refusals += errors
                return Self.no(400, "message", errors.joined(separator: ", "))
            }
            state.left -= 1
            state.priorities.append(message["priority"] as? Int ?? 0)
            return StandIn.answer(200, ["status": 1, "request": "647d2300-702c-4b38-8b2f-d56326ae460b"])
        }
    }

    private static func no(_ status: Int, _ field: String, _ error: String) -> HTTPReceiver.Answer {
        StandIn.answer(status, [field: "invalid", "errors": [error], "status": 0, "request": "5042853c"])
    }

    private static func errors(in message: [String: Any]) -> [String] {
        var errors: [String] = []
        func check(_ isRight: Bool, _ error: String) { if !isRight { errors.append(error) } }
        func fits(_ name: String, _ limit: Int) -> Bool { message[name] == nil || StandIn.isText(message[name], limit) }
        check(StandIn.isText(message["message"], 1_024), "message is too long or blank")
        check(fits("title", 250), "title is too long")
        check(fits("url", 512), "url is too long")
        check(fits("url_title", 100), "url title is too long")
        check(message["url_title"] == nil || message["url"] != nil, "a url title without a url")
        check(message["timestamp"] == nil || message["timestamp"] as? Int != nil, "timestamp is no number")
        let priority = message["priority"] as? Int ?? 0
        check((-2...2).contains(priority), "priority is invalid")
        if priority == 2 {
            check((message["retry"] as? Int ?? 0) >= 30, "retry must be at least 30 seconds")
            check((1...10_800).contains(message["expire"] as? Int ?? 0), "expire must be at most 10800 seconds")
        }
        return errors
    }
}
