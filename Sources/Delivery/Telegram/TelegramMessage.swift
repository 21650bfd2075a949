import Alerting
import PromQL

/// Makes the text of a Telegram message, in its form of HTML.
///
/// Sources: https://core.telegram.org/bots/api#sendmessage (4,096 characters, after the marks are taken out) and
/// https://core.telegram.org/bots/api#html-style (`<`, `>` and `&` as entities).
struct TelegramMessage: Sendable {
    let notification: Notification
    let context: ChannelContext

    /// What is read, in UTF-16 units; Telegram's limit is 4,096 characters.
    static let budget = 4_000
    /// At most this many alerts are told in full, the next ones by a line, the rest by their number.
    static let fullAlerts = 6
    static let listedAlerts = 12

    var html: String {
        let wording = MessageWording(notification, context: context)
        let isOnly = wording.alerts.count == 1 && wording.others.isEmpty
        var page = TelegramPage(room: Self.budget)
        let footer = "\(wording.asOf) · \(wording.footer)"
        let full = wording.alerts.prefix(Self.fullAlerts)
        let left = wording.alerts.dropFirst(full.count) + wording.others
        let listed = Self.lines(of: left)
        page.reserve(300 + listed.utf16.count)
        page.add("\(wording.mood.emoji) \(wording.headline)", limit: 400, mark: "b")
        for note in wording.notes { page.add(note, limit: 400) }
        let share = page.left / max(1, full.count)
        for alert in full { add(alert, isOnly: isOnly, to: &page, share: share) }
        page.reserve(-300 - listed.utf16.count)
        if !listed.isEmpty {
            page.blank()
            page.add(listed, limit: listed.utf16.count)
        }
        page.blank()
        page.add(footer, limit: 290, mark: "i")
        return page.html
    }

    private func add(_ alert: AlertWording, isOnly: Bool, to page: inout TelegramPage, share: Int) {
        let end = page.left - share
        /// What is left of this alert's share.
        func room(_ page: TelegramPage) -> Int { page.left - end }
        page.blank()
        if !isOnly { page.add("\(alert.mood.emoji) \(alert.tag): \(alert.title)", limit: share / 4, mark: "b") }
        page.add(alert.state, limit: min(300, share / 5))
        for note in alert.notes where room(page) > share / 3 { page.add("⚠️ \(note)", limit: share / 6) }
        for fact in alert.facts.prefix(8) where room(page) > share / 3 {
            page.add("\(fact.name): \(fact.text)", limit: min(150, share / 8))
        }
        let labels = alert.labels.map { "\($0.name)=\($0.text)" }.joined(separator: " · ")
        if let description = alert.description {
            page.add(description, limit: min(1_500, (room(page) - 150) * (alert.evidence == nil ? 3 : 1) / 4))
        }
        if let evidence = alert.evidence, room(page) > 250 {
            page.add(evidence.title, limit: 120, mark: "b")
            let most = room(page) - 200
            if let sentence = TextTable.sentence(evidence) {
                page.add(sentence, limit: most)
            } else {
                page.add(TextTable(evidence, cellWidth: 28, limit: most, maxRows: 8).text, limit: most, mark: "pre")
            }
        }
        page.addLinks(links(of: alert))
        if !labels.isEmpty { page.add(labels, limit: min(300, room(page)), mark: "i") }
    }

    private func links(of alert: AlertWording) -> [(url: String?, text: String)] {
        var links: [(url: String?, text: String)] = []
        if let runbook = alert.runbook {
            let text = WebAddress.isWeb(runbook) ? "Runbook" : "Runbook \(SafeText.shortened(runbook, to: 60))"
            links.append((alert.runbookURL, text))
        }
        if let history = alert.historyURL { links.append((history, "History")) }
        if let action = alert.actionURL { links.append((action, "Acknowledge")) }
        return links
    }

    private static func lines(of left: some Collection<AlertWording>) -> String {
        var lines = left.prefix(listedAlerts).map { alert in
            SafeText.shortened("\(alert.mood.emoji) \(alert.tag): \(alert.title)", to: 90) { $0.utf16.count }
        }
        let unnamed = left.count - lines.count
        if unnamed > 0 { lines.append("… and \(unnamed) more") }
        return lines.joined(separator: "\n")
    }
}
