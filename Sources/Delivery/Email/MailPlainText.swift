import Alerting

/// The plain part of a mail: made to be read on a telephone at night.
struct MailPlainText: Sendable {
    let wording: MessageWording

    var text: String {
        var lines = [MailLimits.title(wording.headline), ""]
        for note in wording.notes { lines += [SafeText.shortened(note, to: 1_000), ""] }
        let isOnly = wording.alerts.count == 1 && wording.others.isEmpty
        let told = MailLimits.fitting(wording.alerts, within: MailLimits.plainBytes) { alert in
            let rule = String(repeating: "-", count: 60)
            let lead = isOnly ? [] : [rule, "\(alert.tag): \(MailLimits.title(alert.title))", ""]
            return (lead + self.lines(of: alert)).joined(separator: "\n")
        }
        lines += told + rest(after: told.count)
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
        if let action = alert.actionURL { rows.append(("Acknowledge", action)) }
        let labels = alert.labels.map { "\($0.name)=\($0.text)" }.joined(separator: ", ")
        if !labels.isEmpty { rows.append(("Labels", SafeText.shortened(labels, to: MailLimits.labels))) }
        rows += alert.annotations.prefix(MailLimits.annotations).map { ($0.name, $0.text) }
        let width = rows.map(\.0.count).filter { $0 <= 20 }.max() ?? 0
        for (name, text) in rows {
            let space = String(repeating: " ", count: max(0, width - name.count))
            lines.append(
                "  \(SafeText.shortened(name, to: 60))\(space)  \(SafeText.shortened(text, to: MailLimits.labels))")
        }
        lines.append("")
        if let description = alert.description {
            lines += [SafeText.shortened(description, to: MailLimits.description), ""]
        }
        if let evidence = alert.evidence {
            let title = SafeText.shortened(SafeText.line(evidence.title), to: 200)
            let table = TextTable(
                evidence, cellWidth: 60, limit: MailLimits.evidence, maxRows: MailLimits.evidenceRows)
            lines += ["\(title.isEmpty ? "Evidence" : title):", "", TextTable.sentence(evidence) ?? table.text, ""]
        }
        return lines
    }

    private func rest(after full: Int) -> [String] {
        let left = wording.alerts.dropFirst(full) + wording.others
        guard !left.isEmpty else { return [] }
        var lines = [String(repeating: "-", count: 60), "Also in this group:", ""]
        lines += left.prefix(MailLimits.listedAlerts).map {
            "  \($0.tag): \(SafeText.shortened($0.title, to: MailLimits.listedTitle))"
        }
        if left.count > MailLimits.listedAlerts { lines.append("  … and \(left.count - MailLimits.listedAlerts) more") }
        return lines + [""]
    }
}
