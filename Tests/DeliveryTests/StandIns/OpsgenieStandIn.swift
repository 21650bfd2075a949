import Foundation
import Support
import Synchronization

/// Opsgenie's Alert API v2, as https://docs.opsgenie.com/docs/alert-api and https://docs.opsgenie.com/docs/response
/// describe it; it answers at once where Opsgenie looks later whether there is such an alert.
final class OpsgenieStandIn: Sendable {
    static let key = "eb243592-faa2-4ba2-a551-1afdf565c889"

    struct State: Sendable {
        /// The open alerts by alias, each with its priority.
        var open: [String: String] = [:]
        /// What the open alerts say, by alias.
        var messages: [String: String] = [:]
        /// How many alerts were made.
        var made = 0
        /// The notes with which alerts were closed.
        var notes: [String] = []
        /// The notes with which alerts were acknowledged.
        var acknowledgements: [String] = []
        /// Requests that are refused as too many before one is taken.
        var throttled = 0
        var refusals: [String] = []
    }

    private let state = Mutex(State())
    var now: State { state.withLock { $0 } }

    func throttle(_ count: Int) { state.withLock { $0.throttled = count } }

    func answer(_ request: HTTPReceiver.Request) -> HTTPReceiver.Answer {
        guard request.header("Authorization") == "GenieKey \(Self.key)" else {
            return Self.no(401, "Could not authenticate")
        }
        let parts = request.path.split(separator: "?", maxSplits: 1).map(String.init)
        let path = parts.first ?? ""
        guard path.hasPrefix("/v2/alerts") else { return Self.no(404, "Handler not found") }
        guard let body = StandIn.json(request, method: request.method) else { return Self.no(400, "Invalid JSON") }
        return state.withLock { state in
            if state.throttled > 0 {
                state.throttled -= 1
                return Self.no(429, "You are making too many requests!")
            }
            if path == "/v2/alerts", request.method == "POST" { return Self.create(body, &state) }
            let steps = path.split(separator: "/").map { String($0).removingPercentEncoding ?? "" }
            guard steps.count == 4, parts.count == 2, parts[1] == "identifierType=alias" else {
                return Self.no(404, "Handler not found")
            }
            guard state.open[steps[2]] != nil else { return Self.no(404, "Alert does not exist") }
            return Self.change(steps[2], request.method + " " + steps[3], body, &state)
        }
    }

    private static func create(_ alert: [String: Any], _ state: inout State) -> HTTPReceiver.Answer {
        let errors = Self.errors(in: alert)
        guard errors.isEmpty, let alias = alert["alias"] as? String else {
            state.refusals += errors
            return no(422, errors.joined(separator: "; "))
        }
        // Another one under an open alias is only counted.
        if state.open[alias] == nil {
            state.made += 1
            state.open[alias] = alert["priority"] as? String ?? "P3"
            state.messages[alias] = alert["message"] as? String
        }
        return taken
    }

    private static func change(
        _ alias: String, _ what: String, _ body: [String: Any], _ state: inout State
    ) -> HTTPReceiver.Answer {
        switch what {
        case "POST close":
            guard isFitting(body["note"], 25_000), isFitting(body["source"], 100) else { return no(422, "too long") }
            state.open[alias] = nil
            state.notes.append(body["note"] as? String ?? "")
        case "POST acknowledge":
            guard isFitting(body["note"], 25_000), isFitting(body["source"], 100) else { return no(422, "too long") }
            state.acknowledgements.append(body["note"] as? String ?? "")
        case "PUT priority":
            guard let priority = body["priority"] as? String, priorities.contains(priority) else {
                return no(422, "Priority should be one of [ P1, P2, P3, P4, P5 ]")
            }
            state.open[alias] = priority
        case "PUT message":
            guard StandIn.isText(body["message"], 130) else { return no(422, "Message is too long or empty") }
            state.messages[alias] = body["message"] as? String
        case "PUT description":
            guard StandIn.isText(body["description"], 15_000) else { return no(422, "Description is too long") }
        default: return no(404, "Handler not found")
        }
        return taken
    }

    private static let priorities = ["P1", "P2", "P3", "P4", "P5"]

    private static var taken: HTTPReceiver.Answer {
        StandIn.answer(202, ["result": "Request will be processed", "took": 0.1, "requestId": "43a29c5c-3dbf"])
    }

    private static func no(_ status: Int, _ message: String) -> HTTPReceiver.Answer {
        StandIn.answer(status, ["message": message, "took": 0.001, "requestId": "rId"])
    }

    /// Whether a text that need not be there is short enough.
    private static func isFitting(_ value: Any?, _ limit: Int) -> Bool { value == nil || StandIn.isText(value, limit) }

    private static func errors(in alert: [String: Any]) -> [String] {
        var errors: [String] = []
        func check(_ isRight: Bool, _ error: String) { if !isRight { errors.append(error) } }
        check(StandIn.isText(alert["message"], 130), "Message can not be empty, or is too long")
        check(StandIn.isText(alert["alias"], 512), "alias is too long or missing")
        check(isFitting(alert["description"], 15_000), "description is too long")
        check(isFitting(alert["source"], 100), "source is too long")
        check(isFitting(alert["note"], 25_000), "note is too long")
        check(priorities.contains(alert["priority"] as? String ?? "P3"), "priority")
        let tags = alert["tags"] as? [String] ?? []
        check(tags.count <= 20 && tags.allSatisfy { StandIn.isText($0, 50) }, "tags")
        let details = alert["details"] as? [String: String]
        check(alert["details"] == nil || details != nil, "details are no map of texts")
        let size = (details ?? [:]).reduce(0) { $0 + $1.key.utf16.count + $1.value.utf16.count }
        check(size <= 8_000, "details have \(size) characters")
        for responder in alert["responders"] as? [[String: String]] ?? [] {
            check(["team", "user", "escalation", "schedule"].contains(responder["type"] ?? ""), "responder's type")
            check(responder["id"] ?? responder["name"] ?? responder["username"] != nil, "a responder is nobody")
        }
        return errors
    }
}
