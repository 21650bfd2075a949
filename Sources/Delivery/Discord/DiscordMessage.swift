import Alerting
import PromQL

/// Makes the body for a Discord webhook from a message: a headline, then each alert as an embed of its colour.
///
/// Sources: https://discord.com/developers/docs/resources/webhook#execute-webhook (`content` 2,000 characters, ten
/// embeds) and https://discord.com/developers/docs/resources/message#embed-object-embed-limits (title 256, description
/// 4,096, 25 fields of 256 and 1,024, footer 2,048; 6,000 for all texts of all embeds).
struct DiscordMessage: Sendable {
    let notification: Notification
    let username: String?
    let avatarURL: String?
    let context: ChannelContext

    /// At most this many alerts are told in full, the next ones by a line, the rest by their number.
    static let fullAlerts = 6
    static let listedAlerts = 12
    /// What all embeds may take together, in UTF-16 units; Discord's limit is 6,000.
    static let budget = 5_800
    static let footerLimit = 300

    var json: JSONText {
        let wording = MessageWording(notification, context: context)
        let isOnly = wording.alerts.count == 1 && wording.others.isEmpty
        var content = "\(wording.mood.emoji) \(DiscordText.bold(wording.headline, limit: 500))"
        if !wording.notes.isEmpty {
            content += "\n" + DiscordText.escaped(wording.notes.joined(separator: "\n"), limit: 1_300)
        }
        let full = wording.alerts.prefix(Self.fullAlerts)
        let left = wording.alerts.dropFirst(full.count) + wording.others
        let listed = Self.lines(of: left)
        let share = (Self.budget - Self.footerLimit - listed.utf16.count) / max(1, full.count)
        var embeds = full.map { embed($0, isOnly: isOnly, share: share) }
        if !listed.isEmpty {
            embeds.append([
                .init("color", .integer(AlertWording.Mood.over.color)), .init("description", .string(listed)),
            ])
        }
        if embeds.isEmpty { embeds.append([.init("color", .integer(wording.mood.color))]) }
        let footer = SafeText.shortened("\(wording.asOf) · \(wording.footer)", to: Self.footerLimit) { $0.utf16.count }
        embeds[embeds.count - 1].append(.init("footer", .members(["text": .string(footer)])))
        var members: [JSONText.Member] = [.init("content", .string(content))]
        if let username { members.append(.init("username", .string(String(username.prefix(80))))) }
        if let avatarURL { members.append(.init("avatar_url", .string(avatarURL))) }
        members.append(.init("embeds", .array(embeds.map(JSONText.object))))
        // Nobody is called by what a label says.
        members.append(.init("allowed_mentions", .members(["parse": []])))
        return .object(members)
    }

    // MARK: One alert

    private func embed(_ alert: AlertWording, isOnly: Bool, share: Int) -> [JSONText.Member] {
        var room = share
        var members: [JSONText.Member] = [.init("color", .integer(alert.mood.color))]
        if !isOnly || alert.title.utf16.count > 450 {
            let title = DiscordText.escaped("\(alert.tag): \(alert.title)", limit: min(256, share / 4))
            members.append(.init("title", .string(title)))
            room -= title.utf16.count
        }
        var fields: [JSONText] = []
        for fact in alert.facts.prefix(8) {
            let name = DiscordText.escaped(fact.name, limit: 60)
            let value = DiscordText.escaped(fact.text, limit: 200)
            guard !name.isEmpty, !value.isEmpty, name.utf16.count + value.utf16.count < room / 3 else { continue }
            room -= name.utf16.count + value.utf16.count
            fields.append(.members(["name": .string(name), "value": .string(value), "inline": .bool(true)]))
        }
        members.append(.init("description", .string(description(of: alert, room: min(4_000, room)))))
        if !fields.isEmpty { members.append(.init("fields", .array(fields))) }
        return members
    }

    private func description(of alert: AlertWording, room: Int) -> String {
        var tail: [String] = []
        let links = links(of: alert)
        if !links.isEmpty, links.utf16.count < room / 3 { tail.append(links) }
        let labels = alert.labels.map { "\($0.name)=\($0.text)" }.joined(separator: " · ")
        if !labels.isEmpty { tail.append(DiscordText.escaped(labels, limit: min(400, room / 6))) }
        var left = room - tail.reduce(0) { $0 + $1.utf16.count + 1 }
        var parts: [String] = []
        func add(_ text: String) {
            parts.append(text)
            left -= text.utf16.count + 1
        }
        add(DiscordText.escaped(alert.state, limit: min(300, left / 3)))
        for note in alert.notes where left > 200 { add("⚠️ \(DiscordText.escaped(note, limit: min(250, left / 3)))") }
        if let description = alert.description, left > 100 {
            add(DiscordText.escaped(description, limit: alert.evidence == nil ? left - 20 : left / 2))
        }
        if let evidence = alert.evidence, left > 250 { add(Self.text(of: evidence, room: left - 10)) }
        return (parts + tail).joined(separator: "\n")
    }

    private static func text(of evidence: Evidence, room: Int) -> String {
        let title = DiscordText.bold(evidence.title, limit: min(120, room / 3))
        let rest = room - title.utf16.count - 1
        if let sentence = TextTable.sentence(evidence) {
            return "\(title)\n\(DiscordText.escaped(sentence, limit: rest))"
        }
        // Wider than Discord shows in one line is hard to read.
        let table = TextTable(evidence, cellWidth: 32, limit: rest / 2, maxRows: 10)
        return "\(title)\n\(DiscordText.code(table.text, limit: rest))"
    }

    private func links(of alert: AlertWording) -> String {
        var links: [String] = []
        if let runbook = alert.runbook {
            let text = WebAddress.isWeb(runbook) ? "Runbook" : "Runbook \(SafeText.shortened(runbook, to: 80))"
            links.append(DiscordText.link(alert.runbookURL, text))
        }
        if let history = alert.historyURL { links.append(DiscordText.link(history, "History")) }
        if let action = alert.actionURL { links.append(DiscordText.link(action, "Acknowledge")) }
        return links.joined(separator: " · ")
    }

    // MARK: The rest

    private static func lines(of left: some Collection<AlertWording>) -> String {
        var lines = left.prefix(listedAlerts).map { alert in
            "\(alert.mood.emoji) \(DiscordText.escaped("\(alert.tag): \(alert.title)", limit: 110))"
        }
        let unnamed = left.count - lines.count
        if unnamed > 0 { lines.append("… and \(unnamed) more") }
        return lines.joined(separator: "\n")
    }
}
