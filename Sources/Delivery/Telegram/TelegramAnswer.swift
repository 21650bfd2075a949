import Alerting
import Drivers
import PromQL

/// What Telegram's Bot API answered: `{"ok":true,"result":{…}}`, or `{"ok":false,"error_code":…,"description":"…"}`.
///
/// Sources: https://core.telegram.org/bots/api#making-requests and https://core.telegram.org/bots/api#responseparameters
/// (`retry_after` in seconds, `migrate_to_chat_id`).
struct TelegramAnswer: Sendable {
    private struct Body: Decodable {
        struct Message: Decodable {
            let id: Int64?

            enum CodingKeys: String, CodingKey {
                case id = "message_id"
            }
        }

        struct Parameters: Decodable {
            let retryAfter: Int64?
            let migrateToChat: Int64?

            enum CodingKeys: String, CodingKey {
                case retryAfter = "retry_after"
                case migrateToChat = "migrate_to_chat_id"
            }
        }

        let ok: Bool
        let result: Message?
        let description: String?
        let parameters: Parameters?
    }

    let outcome: DeliveryOutcome
    /// The number that the chat has now; nil where it is the same.
    let movedTo: Int64?

    init(outcome: DeliveryOutcome) {
        self.outcome = outcome
        movedTo = nil
    }

    init(_ response: HTTPResponse, judge: AnswerJudge, now: Timestamp) {
        let body = JSONAnswer.decode(Body.self, from: response)
        movedTo = body?.ok == false ? body?.parameters?.migrateToChat : nil
        let said = judge.excerpt(Array((body?.description ?? "").utf8))
        let judged = judge.outcome(of: response, now: now, hint: { status, _ in Self.hint(status, said) })
        switch judged {
        case .delivered:
            if body?.ok == true {
                let id = body?.result?.id.map { " message \($0)" } ?? ""
                outcome = .delivered(answer: "\(response.status) ok\(id)")
            } else {
                outcome = .rejected(
                    reason: "answered \(response.status) with no answer of Telegram's; is `api_url` its Bot API?")
            }
        case .retry(let reason, let after, let mayHaveArrived):
            let asked = body?.parameters?.retryAfter.map { Duration.seconds(min(max($0, 0), 86_400)) }
            outcome = .retry(reason: reason, retryAfter: asked ?? after, mayHaveArrived: mayHaveArrived)
        case .rejected: outcome = judged
        }
    }

    private static func hint(_ status: Int, _ said: String) -> String? {
        let words = said.lowercased()
        switch status {
        case 401, 404: return "check `bot_token`: it is that which @BotFather gave, whole"
        case 403: return "let the bot into the chat again, or use another `chat_id`"
        case 400 where words.contains("chat not found"):
            return "check `chat_id`; the bot must be in the group, and a person must have written to it first"
        case 400 where words.contains("thread not found"): return "check `message_thread_id`"
        case 400 where words.contains("parse") || words.contains("too long"):
            return "Telegram can't read the message; that is a fault in Tocsin, please report it"
        default: return nil
        }
    }
}
