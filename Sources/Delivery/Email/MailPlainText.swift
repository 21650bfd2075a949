import Alerting

/// The plain part of a mail: made to be read on a telephone at night.
struct MailPlainText: Sendable {
    let wording: MessageWording

    var text: String {
        var lines = [MailLimits.title(wording.headline), ""]
        for note in wording.notes { lines += [SafeText.shortened(note, to: 1_000), ""] }
        let isOnly = wording.alerts.count == 1 && wording.others.isEmpty
        for alert in wording.alerts.prefix(MailLimits.fullAlerts) {
            if !isOnly {
                lines += [String(repeating: "-", count: 60), "\(alert.tag): \(MailLimits.title(alert.title))", ""]
            }
            lines += self.lines(of: alert)
        }
        lines += rest
        lines += ["-- ", wording.asOf, SafeText.shortened(wording.footer, to: 700)]
        return lines.joined(separator: "\n")
    }

    private func lines(of alert: AlertWording) -> [String] {
        var lines = [SafeText.shortened(alert.state, to: 600)]
        lines += alert.notes
        lines.append("")
        var rows = alert.facts.map { ($0.name, $0.text) }
        if let runbook = alert.runbook { rows.append(("Runbook", alert.runbookURL ?? runbook)) }
        if let history = alert.historyURL { rows.append(("History", history)) }
        let labels = alert.labels.map { "\($0.name)=\($0.text)" }.joined(separator: ", ")
        if !labels.isEmpty { rows.append(("Labels", labels)) }
        rows += alert.annotations.map { ($0.name, $0.text) }
        let width = rows.map(\.0.count).filter { $0 <= 20 }.max() ?? 0
        for (name, text) in rows {
            let space = String(repeating: " ", count: max(0, width - name.count))
            lines.append(
                "  \(SafeText.shortened(name, to: 60))\(space)  \(SafeText.shortened(text, to: MailLimits.fact))")
        }
        lines.append("")
        if let description = alert.description {
            lines += [SafeText.shortened(description, to: MailLimits.description), ""]
        }
        if let evidence = alert.evidence {
            let title = SafeText.shortened(SafeText.line(evidence.title), to: 200)
            let table = TextTable(
                evidence, cellWidth: 60, limit: MailLimits.evidence, maxRows: MailLimits.evidenceRows)
            lines += ["\(title.isEmpty ? "Evidence" : title):", "", table.text, ""]
        }
        return lines
    }

    private var rest: [String] {
        let left = wording.alerts.dropFirst(MailLimits.fullAlerts) + wording.others
        guard !left.isEmpty else { return [] }
        var lines = [String(repeating: "-", count: 60), "Also in this group:", ""]
        lines += left.prefix(MailLimits.listedAlerts).map { "  \($0.tag): \(MailLimits.title($0.title))" }
        if left.count > MailLimits.listedAlerts { lines.append("  … and \(left.count - MailLimits.listedAlerts) more") }
        return lines + [""]
    }
}

/// How much of each text a mail shows. Some readers cut mails off at about 100 KB.
enum MailLimits {
    static let fullAlerts = 15
    static let listedAlerts = 50
    static let description = 1_500
    static let fact = 600
    static let evidence = 2_500
    static let evidenceRows = 20

    static func title(_ text: String) -> String { SafeText.shortened(text, to: 300) }
}
