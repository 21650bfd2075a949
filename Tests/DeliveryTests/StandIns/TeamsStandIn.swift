import Foundation
import Support
import Synchronization

/// A workflow of Teams that posts the card it is sent, as https://learn.microsoft.com/en-us/connectors/teams/ describes it
/// (28 KB), with the elements of Adaptive Cards 1.4 that Teams draws.
final class TeamsStandIn: Sendable {
    static let path = "/workflows/0a1b/triggers/manual/paths/invoke?sp=%2Ftriggers&sig=s1gnature"

    private let refused = Mutex<[String]>([])
    var refusals: [String] { refused.withLock { $0 } }

    func answer(_ request: HTTPReceiver.Request) -> HTTPReceiver.Answer {
        guard request.path == Self.path else {
            return StandIn.answer(401, ["error": ["code": "DirectApiAuthorizationRequired"]])
        }
        if request.body.count > 28 * 1_024 { return HTTPReceiver.Answer(status: 413, body: "Request Entity Too Large") }
        var errors: [String] = []
        let message = StandIn.json(request) ?? [:]
        let attachments = message["attachments"] as? [[String: Any]] ?? []
        if message["type"] as? String != "message" || attachments.count != 1 { errors.append("no message with a card") }
        let card = attachments.first?["content"] as? [String: Any] ?? [:]
        if attachments.first?["contentType"] as? String != "application/vnd.microsoft.card.adaptive" {
            errors.append("not a card's content type")
        }
        if card["type"] as? String != "AdaptiveCard" || card["version"] as? String != "1.4" { errors.append("no card") }
        let body = card["body"] as? [[String: Any]] ?? []
        if body.isEmpty { errors.append("an empty card") }
        errors += body.flatMap(Self.errors)
        let actions = card["actions"] as? [[String: Any]] ?? []
        if actions.count > 6 { errors.append("more than 6 actions") }
        for action in actions {
            let isRight = action["type"] as? String == "Action.OpenUrl" && StandIn.isText(action["title"], 200)
            if !isRight || (action["url"] as? String)?.hasPrefix("http") != true { errors.append("an action") }
        }
        guard errors.isEmpty else {
            refused.withLock { $0 += errors }
            return StandIn.answer(400, ["error": ["code": "TriggerInputSchemaMismatch", "message": errors.joined()]])
        }
        return HTTPReceiver.Answer(status: 202, body: "")
    }

    private static func errors(in element: [String: Any]) -> [String] {
        switch element["type"] as? String {
        case "Container": return (element["items"] as? [[String: Any]] ?? []).flatMap(errors)
        case "RichTextBlock":
            let runs = element["inlines"] as? [[String: Any]] ?? []
            let isRight = runs.allSatisfy { $0["type"] as? String == "TextRun" && StandIn.isText($0["text"], 28_000) }
            return runs.isEmpty || !isRight ? ["a block without text"] : []
        default: return ["an element that is not known"]
        }
    }
}
