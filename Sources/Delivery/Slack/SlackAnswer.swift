import Alerting
import Drivers
import PromQL

/// Judges what Slack answers to an incoming webhook.
///
/// Source of the words: Slack's «Sending messages using incoming webhooks», section on errors.
enum SlackAnswer {
    static func outcome(of response: HTTPResponse, judge: AnswerJudge, now: Timestamp) -> DeliveryOutcome {
        judge.outcome(
            of: response, now: now,
            refusal: { said in
                if said == "ok" { return nil }
                let text = said.isEmpty ? "nothing" : said
                return "answered \(response.status) with \(text) in place of ok; \(hint(said) ?? noSlack)"
            },
            hint: { _, said in hint(said) })
    }

    private static let noSlack = "is `api_url` the address of a Slack incoming webhook?"

    /// How to mend what Slack complains of; nil for a word that it does not document.
    private static func hint(_ word: String) -> String? {
        switch word {
        case "invalid_payload", "invalid_blocks", "invalid_attachments", "no_text", "too_many_attachments":
            "Slack can't read the message; that is a fault in Tocsin, please report it with this line"
        case "user_not_found": "the user in `channel` does not exist"
        case "channel_not_found": "the channel in `channel` does not exist, or the webhook may not post there"
        case "channel_is_archived": "the webhook's channel is archived; make a new webhook for another channel"
        case "action_prohibited": "an administrator of the workspace forbids this; ask there"
        case "posting_to_general_channel_denied": "the workspace allows few to post to #general; use another channel"
        case "invalid_token", "no_service", "no_service_id", "no_active_hooks":
            "the webhook is disabled, removed or wrong; make a new one and put its address into `api_url`"
        case "no_team", "team_disabled": "the workspace of `api_url` does not exist any more"
        default: nil
        }
    }
}
