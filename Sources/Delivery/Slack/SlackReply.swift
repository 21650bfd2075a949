import Alerting
import PromQL

/// What a reply in the thread of a group's message says: what has changed, without what the message itself shows.
struct SlackReply: Sendable {
    let notification: Notification
    let context: ChannelContext

    /// At most this many alerts get lines of their own.
    static let mostAlerts = 20

    /// The body of `chat.postMessage`, but for where it goes.
    var members: [JSONText.Member] {
        let wording = MessageWording(notification, context: context)
        var lines = wording.notes.map { SlackText.escaped($0, limit: 500) }
        for alert in wording.alerts.prefix(Self.mostAlerts) {
            lines.append(SlackText.bold("\(alert.mood.emoji) \(alert.tag): \(alert.title)", limit: 200))
            let facts = alert.facts.prefix(3).map { "\($0.name) \($0.text)" }.joined(separator: " · ")
            lines.append(SlackText.escaped(facts.isEmpty ? alert.state : "\(alert.state) \(facts)", limit: 300))
        }
        let more = wording.alerts.count - Self.mostAlerts
        if more > 0 { lines.append("… and \(more) more") }
        var sections: [String] = []
        for line in lines {
            // Slack's limit for the text of a section is 3,000.
            if let last = sections.last, last.utf16.count + line.utf16.count < 2_900 {
                sections[sections.count - 1] = "\(last)\n\(line)"
            } else {
                sections.append(line)
            }
        }
        let headline = SlackText.escaped("\(wording.mood.emoji) \(wording.headline)", limit: 1_000)
        let blocks = sections.map { text in
            JSONText.members([
                "type": "section",
                "text": .members(["type": "mrkdwn", "text": .string(text), "verbatim": .bool(true)]),
            ])
        }
        return [.init("text", .string(headline)), .init("blocks", .array(blocks))]
    }

    /// Whether all of the channel is to see it, and not only who follows the thread: what fires anew, rises or still
    /// fires; never what falls or is over.
    var isForAll: Bool {
        notification.occasion != .change
            || notification.alerts.contains { [.fired, .raised].contains($0.change) && $0.isFiring }
    }
}
