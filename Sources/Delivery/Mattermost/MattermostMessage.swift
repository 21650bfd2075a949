import Alerting
import PromQL

/// Makes the body for an incoming webhook of Mattermost: a headline, then each alert as an attachment of its colour.
///
/// Sources: https://developers.mattermost.com/integrate/webhooks/incoming/ (`text` 16,383 characters) and
/// https://developers.mattermost.com/integrate/reference/message-attachments/ (`fallback`, `color`, `text`, `fields`, a
/// footer of 300 characters). An alert's title stands in its text: an attachment's own is drawn as Markdown where it
/// has no link, and as it is where it has one.
struct MattermostMessage: Sendable {
    let notification: Notification
    let channel: String?
    let username: String?
    let iconURL: String?
    let iconEmoji: String?
    let context: ChannelContext

    /// At most this many alerts are told in full, the next ones by a line, the rest by their number.
    static let fullAlerts = 8
    static let listedAlerts = 15
    /// What the texts of all attachments may take together, in UTF-16 units: no more than the one text of a message.
    static let budget = 14_000
    static let footerLimit = 300

    var json: JSONText {
        let wording = MessageWording(notification, context: context)
        let isOnly = wording.alerts.count == 1 && wording.others.isEmpty
        var text = "\(wording.mood.emoji) \(MattermostText.bold(wording.headline, limit: 600))"
        if !wording.notes.isEmpty {
            text += "\n" + MattermostText.escaped(wording.notes.joined(separator: "\n"), limit: 1_500)
        }
        let full = wording.alerts.prefix(Self.fullAlerts)
        let left = wording.alerts.dropFirst(full.count) + wording.others
        let listed = Self.lines(of: left)
        let share = (Self.budget - Self.footerLimit - listed.utf16.count) / max(1, full.count)
        var attachments = full.map { attachment($0, isOnly: isOnly, share: share) }
        if !listed.isEmpty {
            attachments.append([
                .init("color", .string(AlertWording.Mood.over.hexColor)),
                .init("fallback", .string("\(left.count) more alerts")), .init("text", .string(listed)),
            ])
        }
        if attachments.isEmpty {
            attachments.append([
                .init("color", .string(wording.mood.hexColor)),
                .init("fallback", .string(MattermostText.plain(wording.headline, limit: 300))),
            ])
        }
        let footer = MattermostText.plain("\(wording.asOf) · \(wording.footer)", limit: Self.footerLimit)
        attachments[attachments.count - 1].append(.init("footer", .string(footer)))
        var members: [JSONText.Member] = [.init("text", .string(text))]
        if let channel { members.append(.init("channel", .string(channel))) }
        if let username { members.append(.init("username", .string(username))) }
        if let iconURL { members.append(.init("icon_url", .string(iconURL))) }
        if let iconEmoji { members.append(.init("icon_emoji", .string(iconEmoji))) }
        members.append(.init("attachments", .array(attachments.map(JSONText.object))))
        return .object(members)
    }

    // MARK: One alert

    private func attachment(_ alert: AlertWording, isOnly: Bool, share: Int) -> [JSONText.Member] {
        var room = share
        var fields: [JSONText] = []
        for fact in alert.facts.prefix(8) {
            let name = MattermostText.plain(fact.name, limit: 60)
            let value = MattermostText.escaped(fact.text, limit: 200)
            let size = name.utf16.count + value.utf16.count
            guard !name.isEmpty, !value.isEmpty, size < room / 3 else { continue }
            room -= size
            fields.append(.members(["title": .string(name), "value": .string(value), "short": .bool(true)]))
        }
        let fallback = MattermostText.plain("\(alert.tag): \(alert.title)", limit: min(300, room / 8))
        room -= fallback.utf16.count
        var members: [JSONText.Member] = [
            .init("color", .string(alert.mood.hexColor)), .init("fallback", .string(fallback)),
            .init("text", .string(text(of: alert, isOnly: isOnly, room: room))),
        ]
        if !fields.isEmpty { members.append(.init("fields", .array(fields))) }
        return members
    }

    private func text(of alert: AlertWording, isOnly: Bool, room: Int) -> String {
        var tail: [String] = []
        let links = links(of: alert)
        if !links.isEmpty, links.utf16.count < room / 3 { tail.append(links) }
        let labels = alert.labels.map { "\($0.name)=\($0.text)" }.joined(separator: " · ")
        if !labels.isEmpty { tail.append(MattermostText.escaped(labels, limit: min(500, room / 6))) }
        var left = room - tail.reduce(0) { $0 + $1.utf16.count + 1 }
        var parts: [String] = []
        func add(_ text: String) {
            parts.append(text)
            left -= text.utf16.count + 1
        }
        if !isOnly || alert.title.utf16.count > 500 {
            let title = MattermostText.bold("\(alert.tag): \(alert.title)", limit: min(400, left / 3))
            add("\(alert.mood.emoji) \(title)")
        }
        add(MattermostText.escaped(alert.state, limit: min(400, left / 3)))
        for note in alert.notes where left > 300 {
            add(":warning: \(MattermostText.escaped(note, limit: min(300, left / 3)))")
        }
        if let description = alert.description, left > 100 {
            add(MattermostText.escaped(description, limit: alert.evidence == nil ? left - 20 : left / 2))
        }
        if let evidence = alert.evidence, left > 250 { add(Self.text(of: evidence, room: left - 10)) }
        return (parts + tail).joined(separator: "\n")
    }

    private static func text(of evidence: Evidence, room: Int) -> String {
        let title = MattermostText.bold(evidence.title, limit: min(150, room / 3))
        let rest = room - title.utf16.count - 1
        if let sentence = TextTable.sentence(evidence) {
            return "\(title)\n\(MattermostText.escaped(sentence, limit: rest))"
        }
        let table = TextTable(evidence, cellWidth: 48, limit: rest - 8, maxRows: 12)
        return "\(title)\n\(MattermostText.code(table.text, limit: rest))"
    }

    private func links(of alert: AlertWording) -> String {
        var links: [String] = []
        if let runbook = alert.runbook {
            let text = WebAddress.isWeb(runbook) ? "Runbook" : "Runbook \(SafeText.shortened(runbook, to: 80))"
            links.append(MattermostText.link(alert.runbookURL, text))
        }
        if let history = alert.historyURL { links.append(MattermostText.link(history, "History")) }
        if let action = alert.actionURL { links.append(MattermostText.link(action, "Acknowledge")) }
        return links.joined(separator: " · ")
    }

    // MARK: The rest

    private static func lines(of left: some Collection<AlertWording>) -> String {
        var lines = left.prefix(listedAlerts).map { alert in
            "\(alert.mood.emoji) \(MattermostText.escaped("\(alert.tag): \(alert.title)", limit: 160))"
        }
        let unnamed = left.count - lines.count
        if unnamed > 0 { lines.append("… and \(unnamed) more") }
        return lines.joined(separator: "\n")
    }
}
