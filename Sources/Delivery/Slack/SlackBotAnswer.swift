import Alerting
import Drivers
import PromQL

/// What a method of Slack's Web API answered: `{"ok":true,"channel":"C…","ts":"…"}` or `{"ok":false,"error":"…"}`.
///
/// Sources: https://docs.slack.dev/reference/methods/chat.postMessage and
/// https://docs.slack.dev/reference/methods/chat.update (errors), https://docs.slack.dev/apis/web-api/rate-limits
/// (429 with `Retry-After`).
struct SlackBotAnswer: Sendable {
    private struct Body: Decodable {
        let ok: Bool
        let error: String?
        let channel: String?
        let ts: String?
        let needed: String?
    }

    let outcome: DeliveryOutcome
    /// Where the message stands; nil where there is none.
    let channel: String?
    let timestamp: String?
    /// Slack's word for what is wrong; nil for none.
    let error: String?

    init(_ response: HTTPResponse, judge: AnswerJudge, now: Timestamp) {
        let body = JSONAnswer.decode(Body.self, from: response)
        error = body?.ok == false ? SafeText.line(body?.error ?? "unknown_error").prefix(100).description : nil
        (channel, timestamp) = (body?.channel, body?.ts)
        if let error, response.status == 200 || Self.isPassing(error) {
            outcome = Self.outcome(of: error, needed: body?.needed, response, now: now)
        } else if let body, body.ok, response.status == 200 {
            outcome = .delivered(answer: "200 ok, message \(SafeText.line(body.ts ?? "").prefix(40))")
        } else if response.status == 200 {
            outcome = .rejected(
                reason: "answered 200 with no answer of Slack's Web API; is `app_url` the address of chat.postMessage?")
        } else {
            outcome = judge.outcome(of: response, now: now)
        }
    }

    init(_ failure: DeliveryOutcome) {
        outcome = failure
        (channel, timestamp, error) = (nil, nil, nil)
    }

    /// Whether the message to change is no more, or can't be changed any more: then it is posted anew.
    var isLost: Bool {
        [
            "message_not_found", "cant_update_message", "edit_window_closed", "channel_not_found", "is_inactive",
            "not_in_channel", "is_archived",
        ].contains(error)
    }

    private static func outcome(
        of error: String, needed: String?, _ response: HTTPResponse, now: Timestamp
    ) -> DeliveryOutcome {
        guard isPassing(error) else {
            let scope = needed.map { " (it needs `\(SafeText.line($0).prefix(100))`)" } ?? ""
            return .rejected(reason: "answered \(error)\(scope); \(hint(error))")
        }
        // Of these two Slack says that some of it may have been done all the same.
        let mayHaveArrived = ["fatal_error", "internal_error"].contains(error)
        return .retry(
            reason: "answered \(error)", retryAfter: RetryAfter.parse(response.header("retry-after"), now: now),
            mayHaveArrived: mayHaveArrived)
    }

    private static func isPassing(_ error: String) -> Bool {
        [
            "ratelimited", "rate_limited", "message_limit_exceeded", "fatal_error", "internal_error",
            "service_unavailable", "request_timeout", "team_added_to_org", "external_channel_migrating",
        ].contains(error)
    }

    private static func hint(_ error: String) -> String {
        switch error {
        case "invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive",
            "not_allowed_token_type":
            "put the bot's present token, which begins with xoxb-, into `app_token`"
        case "missing_scope", "no_permission":
            "give the app the scope `chat:write`, and `chat:write.public` for channels it has not joined; install it again"
        case "channel_not_found": "check `channel`: its id is safest; a private one must have the app invited"
        case "not_in_channel": "invite the app into the channel, or give it the scope `chat:write.public`"
        case "is_archived": "the channel is archived; use another one in `channel`"
        case "restricted_action", "restricted_action_read_only_channel", "ekm_access_denied", "team_access_not_granted",
            "access_denied", "org_login_required", "restricted_action_thread_only_channel":
            "the workspace does not let the app post there; ask its administrator"
        case "invalid_blocks", "invalid_blocks_format", "invalid_attachments", "msg_too_long", "no_text",
            "too_many_attachments", "invalid_arguments", "invalid_json", "msg_blocks_too_long":
            "Slack can't read the message; that is a fault in Tocsin, please report it with this line"
        default: "see this word at https://docs.slack.dev/reference/methods/chat.postMessage"
        }
    }
}
