import Foundation
import Support
import Synchronization

/// PagerDuty's Events API v2, as https://developer.pagerduty.com/docs/send-alert-event and its overview describe it.
final class PagerDutyStandIn: Sendable {
    static let key = "0123456789abcdef0123456789abcdef"

    struct State: Sendable {
        /// The open alerts by `dedup_key`, each with its severity.
        var open: [String: String] = [:]
        /// The open ones that somebody looks after.
        var acknowledged: Set<String> = []
        /// How many incidents were opened.
        var opened = 0
        /// Requests that are refused as too many before one is taken.
        var throttled = 0
        var refusals: [String] = []
    }

    private let state = Mutex(State())
    var now: State { state.withLock { $0 } }

    func throttle(_ count: Int) { state.withLock { $0.throttled = count } }

    func answer(_ request: HTTPReceiver.Request) -> HTTPReceiver.Answer {
        guard request.path == "/v2/enqueue" else { return StandIn.answer(404) }
        return state.withLock { state in
            if state.throttled > 0 {
                state.throttled -= 1
                return StandIn.answer(429, ["status": "throttle exceeded"])
            }
            if request.body.count > 512 * 1_024 { return StandIn.answer(413) }
            guard let event = StandIn.json(request), let errors = Self.errors(in: event), errors.isEmpty,
                let action = event["event_action"] as? String, let incident = event["dedup_key"] as? String
            else {
                let errors = StandIn.json(request).flatMap(Self.errors) ?? ["no JSON"]
                state.refusals += errors
                return StandIn.answer(
                    400, ["status": "invalid event", "message": "Event object is invalid", "errors": errors])
            }
            switch action {
            case "trigger":
                if state.open[incident] == nil { state.opened += 1 }
                state.open[incident] = (event["payload"] as? [String: Any])?["severity"] as? String
            case "acknowledge":
                if state.open[incident] != nil { state.acknowledged.insert(incident) }
            case "resolve":
                state.open[incident] = nil
                state.acknowledged.remove(incident)
            default: break
            }
            return StandIn.answer(202, ["status": "success", "message": "Event processed", "dedup_key": incident])
        }
    }

    private static func errors(in event: [String: Any]) -> [String]? {
        var errors: [String] = []
        func check(_ isRight: Bool, _ error: String) { if !isRight { errors.append(error) } }
        check((event["routing_key"] as? String)?.count == 32, "'routing_key' is invalid")
        let action = event["event_action"] as? String ?? ""
        check(["trigger", "acknowledge", "resolve"].contains(action), "'event_action' is invalid")
        check(StandIn.isText(event["dedup_key"], 255), "'dedup_key' is too long or missing")
        guard action == "trigger" else { return errors }
        let payload = event["payload"] as? [String: Any] ?? [:]
        check(StandIn.isText(payload["summary"], 1_024), "'payload.summary' is missing or blank, or too long")
        check(StandIn.isText(payload["source"], 100_000), "'payload.source' is missing or blank")
        let severities = ["critical", "error", "warning", "info"]
        check(severities.contains(payload["severity"] as? String ?? ""), "'payload.severity' is invalid")
        if let time = payload["timestamp"] as? String {
            let format = ISO8601DateFormatter()
            format.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
            check(format.date(from: time) != nil, "'payload.timestamp' is no time: \(time)")
        }
        if let details = payload["custom_details"] { check(details is [String: Any], "'custom_details' is no object") }
        for link in event["links"] as? [[String: Any]] ?? [] {
            check((link["href"] as? String)?.hasPrefix("http") == true, "a link has no 'href'")
        }
        return errors
    }
}
