import Alerting
import PromQL

/// Makes the body of a Slack message, for an incoming webhook or `chat.postMessage`: a headline, then each alert with a bar of its colour.
///
/// Slack's documented limits: header 150 characters, section text 3,000, field 2,000 and ten of them, 50 blocks,
/// text 40,000. All alerts together also stay under `budget`, so that a hundred long ones do not add up.
struct SlackMessage: Sendable {
    let notification: Notification
    let channel: String?
    let username: String?
    let context: ChannelContext

    /// At most this many alerts are told in full, the next ones by a line, the rest by their number.
    static let fullAlerts = 8
    static let listedAlerts = 15
    /// What the long texts of all alerts may take together, in characters.
    static let budget = 24_000

    var json: JSONText {
        let wording = MessageWording(notification, context: context)
        let headline = "\(wording.mood.emoji) \(wording.headline)"
        var blocks: [JSONText] = [
            .members([
                "type": "header",
                "text": .members([
                    "type": "plain_text", "text": .string(SlackText.escaped(headline, limit: 150)),
                    "emoji": .bool(false),
                ]),
            ])
        ]
        if !wording.notes.isEmpty {
            blocks.append(Self.section(SlackText.escaped(wording.notes.joined(separator: "\n"), limit: 2_000)))
        }
        let full = wording.alerts.prefix(Self.fullAlerts)
        let isOnly = wording.alerts.count == 1 && wording.others.isEmpty
        let share = Self.budget / max(1, full.count)
        var attachments = full.map { attachment($0, isOnly: isOnly, share: share) }
        attachments += rest(of: wording)
        attachments.append(footer(wording))
        var members: [JSONText.Member] = []
        if let channel { members.append(.init("channel", .string(channel))) }
        if let username { members.append(.init("username", .string(username))) }
        members.append(.init("text", .string(SlackText.escaped(headline, limit: 1_000))))
        members.append(.init("blocks", .array(blocks)))
        members.append(.init("attachments", .array(attachments)))
        return .object(members)
    }

    // MARK: One alert

    private func attachment(_ alert: AlertWording, isOnly: Bool, share: Int) -> JSONText {
        let long = min(2_900, share / 2)
        var blocks: [JSONText] = []
        var lead = ""
        if !isOnly {
            lead = SlackText.bold("\(alert.mood.emoji) \(alert.tag): \(alert.title)", limit: 400) + "\n"
        } else if alert.title.count > 120 {
            // The headline could not show all of it.
            lead = SlackText.bold(alert.title, limit: 600) + "\n"
        }
        lead += SlackText.escaped(alert.state, limit: 400)
        for note in alert.notes { lead += "\n:warning: \(SlackText.escaped(note, limit: 200))" }
        if let description = alert.description {
            lead += "\n" + SlackText.escaped(description, limit: max(200, min(long, 2_900 - lead.utf16.count)))
        }
        blocks.append(Self.section(lead, facts: alert.facts))
        if let evidence = alert.evidence {
            blocks.append(Self.section(Self.evidence(evidence, limit: min(2_900, max(600, share / 2)))))
        }
        blocks.append(Self.small(small(alert)))
        return .members([
            "color": .string(alert.mood.hexColor),
            "fallback": .string(SlackText.escaped("\(alert.tag): \(alert.title)", limit: 300)),
            "blocks": .array(blocks),
        ])
    }

    private func small(_ alert: AlertWording) -> [String] {
        var parts: [String] = []
        if let runbook = alert.runbook {
            let isAddress = WebAddress.isWeb(runbook)
            let text = SafeText.shortened(isAddress ? "Runbook" : "Runbook \(runbook)", to: 100)
            parts.append(SlackText.link(alert.runbookURL, text))
        }
        if let history = alert.historyURL { parts.append(SlackText.link(history, "History")) }
        if let action = alert.actionURL { parts.append(SlackText.link(action, "Acknowledge")) }
        let labels = alert.labels.map { "\($0.name)=\($0.text)" }.joined(separator: " · ")
        if !labels.isEmpty { parts.append(SlackText.escaped(labels, limit: 600)) }
        if !alert.annotations.isEmpty {
            let text = alert.annotations.map { "\($0.name): \($0.text)" }.joined(separator: "\n")
            parts.append(SlackText.escaped(text, limit: 800))
        }
        return parts
    }

    private static func evidence(_ evidence: Evidence, limit: Int) -> String {
        let title = bounded(SafeText.line(evidence.title), limit: 150)
        if let sentence = TextTable.sentence(evidence) {
            return "\(title)\n\(SlackText.escaped(sentence, limit: limit - 160))"
        }
        let room = limit - title.utf16.count - 16
        // Escaping can make it up to five times as long: then fewer rows are shown.
        var table = TextTable(evidence, cellWidth: 48, limit: room, maxRows: 12)
        var rows = 12
        while rows > 1, SlackText.code(table.text, limit: .max).utf16.count > room {
            rows -= 1
            table = TextTable(evidence, cellWidth: 48, limit: room, maxRows: rows)
        }
        return "\(title)\n\(SlackText.code(table.text, limit: room))"
    }

    private static func bounded(_ text: String, limit: Int) -> String {
        text.isEmpty ? "*Evidence*" : SlackText.bold(text, limit: limit)
    }

    // MARK: The rest

    /// The alerts without room for all they have to say: a line each, then their number.
    private func rest(of wording: MessageWording) -> [JSONText] {
        let left = wording.alerts.dropFirst(Self.fullAlerts) + wording.others
        guard !left.isEmpty else { return [] }
        var lines = left.prefix(Self.listedAlerts).map { alert in
            "\(alert.mood.emoji) \(SlackText.escaped("\(alert.tag): \(alert.title)", limit: 180))"
        }
        let unnamed = left.count - lines.count
        if unnamed > 0 { lines.append("… and \(unnamed) more") }
        return [
            .members([
                "color": .string(AlertWording.Mood.over.hexColor), "fallback": .string("\(left.count) more alerts"),
                "blocks": [Self.section(lines.joined(separator: "\n"))],
            ])
        ]
    }

    private func footer(_ wording: MessageWording) -> JSONText {
        .members([
            "color": "#dddddd", "fallback": .string(wording.asOf),
            "blocks": [Self.small([SlackText.escaped("\(wording.asOf) · \(wording.footer)", limit: 700)])],
        ])
    }

    // MARK: Blocks

    private static func section(_ text: String, facts: [AlertWording.Fact] = []) -> JSONText {
        var members: [JSONText.Member] = [.init("type", "section"), .init("text", markdown(text))]
        if !facts.isEmpty {
            let fields = facts.prefix(10).map { fact in
                markdown("\(SlackText.bold(fact.name, limit: 60))\n\(SlackText.escaped(fact.text, limit: 400))")
            }
            members.append(.init("fields", .array(fields)))
        }
        return .object(members)
    }

    private static func small(_ texts: [String]) -> JSONText {
        .members(["type": "context", "elements": .array(texts.isEmpty ? [markdown("–")] : texts.map(markdown))])
    }

    /// `verbatim`, so that Slack makes no mentions and links out of plain text.
    private static func markdown(_ text: String) -> JSONText {
        .members(["type": "mrkdwn", "text": .string(text.isEmpty ? "–" : text), "verbatim": .bool(true)])
    }
}
