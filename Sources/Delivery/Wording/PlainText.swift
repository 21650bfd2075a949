import Alerting

/// A message's text below its headline in plain words: for services that show no marks.
struct PlainText: Sendable {
    let wording: MessageWording
    /// The most UTF-16 units of the whole.
    let limit: Int
    /// At most this many alerts are told in full, the next ones by a line, the rest by their number.
    let fullAlerts: Int
    let listedAlerts: Int
    /// The most rows of evidence that are shown; 0 leaves evidence out.
    let evidenceRows: Int

    /// Never empty: it ends with the time to which it counts.
    var text: String {
        let isOnly = wording.alerts.count == 1 && wording.others.isEmpty
        let full = wording.alerts.prefix(fullAlerts)
        let listed = lines(of: wording.alerts.dropFirst(full.count) + wording.others)
        // A phone has no room for who speaks.
        let end = limit < 4_000 ? wording.asOf : "\(wording.asOf) · \(wording.footer)"
        let footer = SafeText.shortened(end, to: 500) { $0.utf16.count }
        // The parts are joined by two empty lines at most.
        var page = Page(left: limit - listed.utf16.count - footer.utf16.count - 4)
        for note in wording.notes { page.add(note, limit: limit / 8) }
        let share = page.left / max(1, full.count)
        for alert in full {
            page.blank()
            add(alert, isOnly: isOnly, to: &page, share: share)
        }
        let parts = [page.lines.joined(separator: "\n").trimmed, listed, footer]
        return parts.filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    private func add(_ alert: AlertWording, isOnly: Bool, to page: inout Page, share: Int) {
        let end = page.left - share
        if !isOnly || alert.title.utf16.count > 100 {
            page.add("\(alert.tag): \(alert.title)", limit: min(600, share / 3))
        }
        page.add(alert.state, limit: min(500, share / 4))
        for note in alert.notes where page.left - end > share / 3 { page.add(note, limit: min(400, share / 6)) }
        for fact in alert.facts.prefix(8) where page.left - end > share / 3 {
            page.add("\(fact.name): \(fact.text)", limit: min(200, share / 6))
        }
        let evidence = evidenceRows > 0 ? alert.evidence : nil
        if let description = alert.description {
            let room = page.left - end
            page.add(description, limit: evidence == nil ? room * 2 / 3 : room / 3)
        }
        if let evidence, page.left - end > 400 {
            page.add(evidence.title, limit: 150)
            let most = page.left - end - 200
            let table = TextTable(evidence, cellWidth: 48, limit: most, maxRows: evidenceRows)
            page.add(TextTable.sentence(evidence) ?? table.text, limit: most)
        }
        let labels = alert.labels.map { "\($0.name)=\($0.text)" }.joined(separator: ", ")
        page.add(labels, limit: min(500, share / 6))
        // A part of an address is of no use to anybody.
        let links: [(name: String, address: String?)] = [
            ("Runbook", alert.runbookURL ?? alert.runbook), ("Acknowledge", alert.actionURL),
            ("History", alert.historyURL),
        ]
        for (name, address) in links {
            guard let address, address.utf16.count + 12 <= min(500, page.left - end) else { continue }
            page.add("\(name): \(address)", limit: 512)
        }
    }

    private func lines(of left: some Collection<AlertWording>) -> String {
        let most = min(150, limit / 14)
        var lines = left.prefix(listedAlerts).map { alert in
            SafeText.shortened("\(alert.tag): \(alert.title)", to: most) { $0.utf16.count }
        }
        let unnamed = left.count - lines.count
        if unnamed > 0 { lines.append("… and \(unnamed) more") }
        return lines.joined(separator: "\n")
    }

    /// Lines within a room.
    private struct Page {
        var lines: [String] = []
        /// What may still be added, in UTF-16 units.
        var left: Int

        init(left: Int) {
            self.left = left
        }

        /// Adds a text of one or more lines, shortened to `limit` and to what is left; nothing where no room is left.
        mutating func add(_ text: String, limit: Int) {
            let cleaned = SafeText.cleaned(text).trimmed
            let most = min(limit, left - 1)
            guard !cleaned.isEmpty, most >= 10 else { return }
            let fitting = SafeText.shortened(cleaned, to: most) { $0.utf16.count }
            lines.append(fitting)
            left -= fitting.utf16.count + 1
        }

        /// Adds an empty line between two.
        mutating func blank() {
            guard !lines.isEmpty, left > 1 else { return }
            lines.append("")
            left -= 1
        }
    }
}
