import Alerting

/// The HTML part of a mail: tables and inline styles only, no picture, nothing loaded from elsewhere.
///
/// It sets no background and no text colour but for the marks of the level, so it is readable in light and dark.
struct MailHTML: Sendable {
    let wording: MessageWording

    var text: String {
        let isOnly = wording.alerts.count == 1 && wording.others.isEmpty
        var body = ""
        for note in wording.notes {
            body += "<p style=\"margin:0 0 12px\">\(Self.escaped(SafeText.shortened(note, to: 1_000)))</p>\n"
        }
        if !isOnly {
            let headline = Self.escaped(MailLimits.title(wording.headline))
            body += "<h1 style=\"margin:0 0 16px;font-size:20px;line-height:26px\">\(headline)</h1>\n"
        }
        let cards = MailLimits.fitting(wording.alerts, within: MailLimits.htmlBytes, card)
        body += cards.joined() + rest(after: cards.count)
        let footer = Self.escaped("\(wording.asOf). \(SafeText.shortened(wording.footer, to: 700))")
        return """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
            <style>:root { color-scheme: light dark; }</style>
            <title>\(Self.escaped(MailLimits.title(wording.headline)))</title></head>
            <body style="margin:0;padding:0">
            <div style="display:none;max-height:0;overflow:hidden">\(Self.escaped(preview))</div>
            <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td align="center">
            <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:720px">
            <tr><td style="padding:20px 16px;font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;\
            font-size:15px;line-height:22px;text-align:left">
            \(body)<p style="margin:20px 0 0;font-size:12px;line-height:18px;color:#808080">\(footer)</p>
            </td></tr></table>
            </td></tr></table>
            </body></html>
            """
    }

    /// What mail readers show beside the subject.
    private var preview: String {
        let facts = wording.alerts.first.map { $0.facts.prefix(2).map { "\($0.name) \($0.text)" } } ?? []
        return MailLimits.title(([wording.headline] + facts).joined(separator: ". "))
    }

    // MARK: One alert

    private func card(_ alert: AlertWording) -> String {
        let title = Self.escaped(MailLimits.title(alert.title))
        var inner = """
            <p style="margin:0 0 6px"><span style="\(Self.badge(alert.mood))">\(Self.escaped(alert.tag))</span></p>
            <h2 style="margin:0 0 8px;font-size:18px;line-height:24px">\(title)</h2>
            <p style="margin:0 0 10px">\(Self.escaped(SafeText.shortened(alert.state, to: 600)))</p>

            """
        for note in alert.notes {
            inner += "<p style=\"margin:0 0 10px\"><b>\(Self.escaped(note))</b></p>\n"
        }
        inner += facts(alert.facts)
        if let description = alert.description {
            inner += "<p style=\"margin:0 0 10px\">\(Self.paragraph(description))</p>\n"
        }
        if let evidence = alert.evidence { inner += table(evidence) }
        inner += links(alert)
        inner += small(alert)
        return """
            <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 18px">
            <tr>
            <td width="5" style="width:5px;background:\(Self.color(alert.mood));border-radius:3px;font-size:0">&nbsp;
            </td>
            <td style="padding:2px 0 2px 14px">
            \(inner)</td></tr></table>

            """
    }

    private func facts(_ facts: [AlertWording.Fact]) -> String {
        guard !facts.isEmpty else { return "" }
        let rows = facts.map { fact in
            "<tr><td style=\"padding:2px 14px 2px 0;color:#808080;white-space:nowrap;vertical-align:top\">"
                + "\(Self.escaped(fact.name))</td><td style=\"padding:2px 0\">"
                + "<b>\(Self.escaped(SafeText.shortened(fact.text, to: MailLimits.fact)))</b></td></tr>"
        }
        return "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" style=\"margin:0 0 10px;"
            + "font-size:15px;line-height:21px\">\n\(rows.joined(separator: "\n"))\n</table>\n"
    }

    private func table(_ evidence: Evidence) -> String {
        let title = SafeText.shortened(SafeText.line(evidence.title), to: 200)
        if let sentence = TextTable.sentence(evidence) {
            return "<p style=\"margin:0 0 4px\"><b>\(Self.escaped(title.isEmpty ? "Evidence" : title))</b></p>\n"
                + "<p style=\"margin:0 0 10px\">\(Self.escaped(SafeText.shortened(sentence, to: 600)))</p>\n"
        }
        let cell = "padding:3px 12px 3px 0;border-bottom:1px solid #9aa0a6;text-align:left;vertical-align:top"
        func row(_ cells: [String], _ tag: String) -> String {
            let inner = cells.prefix(12).map { text in
                let short = SafeText.shortened(SafeText.line(text, atMost: 500), to: 120)
                return "<\(tag) style=\"\(cell)\">\(Self.escaped(short))</\(tag)>"
            }
            return "<tr>\(inner.joined())</tr>\n"
        }
        var rows = row(evidence.columns, "th")
        var shown = 0
        for cells in evidence.rows.prefix(MailLimits.evidenceRows) {
            let next = row(cells, "td")
            // The marks themselves take most of the room; the readers' limit counts them too.
            guard rows.utf8.count + next.utf8.count < 4 * MailLimits.evidence else { break }
            rows += next
            shown += 1
        }
        let missing = evidence.omittedRows + evidence.rows.count - shown
        let more = missing > 0 ? "<p style=\"margin:4px 0 10px;color:#808080\">… \(missing) more rows</p>\n" : ""
        return "<p style=\"margin:0 0 4px\"><b>\(Self.escaped(title.isEmpty ? "Evidence" : title))</b></p>\n"
            + "<div style=\"overflow-x:auto\">"
            + "<table cellpadding=\"0\" cellspacing=\"0\" style=\"border-collapse:collapse;"
            + "margin:0 0 10px;font-family:ui-monospace,Menlo,Consolas,monospace;font-size:12px;line-height:17px\">\n"
            + "\(rows)</table></div>\n\(more)"
    }

    private func links(_ alert: AlertWording) -> String {
        var links: [String] = []
        if let runbook = alert.runbook {
            let name = WebAddress.isWeb(runbook) ? "Runbook" : "Runbook: \(SafeText.shortened(runbook, to: 100))"
            links.append(alert.runbookURL.map { Self.link($0, name) } ?? Self.escaped(name))
        }
        if let history = alert.historyURL { links.append(Self.link(history, "History")) }
        if let action = alert.actionURL { links.append(Self.link(action, "Acknowledge")) }
        guard !links.isEmpty else { return "" }
        return "<p style=\"margin:0 0 10px\">\(links.joined(separator: " &nbsp;·&nbsp; "))</p>\n"
    }

    private func small(_ alert: AlertWording) -> String {
        let labels = alert.labels.map { "\($0.name)=\($0.text)" }.joined(separator: " · ")
        let others = alert.annotations.prefix(MailLimits.annotations).map {
            "\($0.name): \(SafeText.shortened($0.text, to: MailLimits.fact))"
        }
        let lines = (labels.isEmpty ? [] : [SafeText.shortened(labels, to: MailLimits.labels)]) + others
        guard !lines.isEmpty else { return "" }
        return "<p style=\"margin:0;font-size:13px;line-height:19px;color:#808080;overflow-wrap:anywhere\">"
            + "\(lines.map(Self.escaped).joined(separator: "<br>"))</p>\n"
    }

    private func rest(after full: Int) -> String {
        let left = wording.alerts.dropFirst(full) + wording.others
        guard !left.isEmpty else { return "" }
        var lines = left.prefix(MailLimits.listedAlerts).map { alert in
            "<span style=\"\(Self.badge(alert.mood))\">\(Self.escaped(alert.tag))</span> "
                + Self.escaped(SafeText.shortened(alert.title, to: MailLimits.listedTitle))
        }
        let unnamed = left.count - lines.count
        if unnamed > 0 { lines.append("… and \(unnamed) more") }
        return
            "<p style=\"margin:0 0 6px\"><b>Also in this group</b></p>\n<p style=\"margin:0 0 10px;line-height:28px\">"
            + "\(lines.joined(separator: "<br>\n"))</p>\n"
    }

    // MARK: Marks

    private static func link(_ url: String, _ text: String) -> String {
        // A middle blue that stands out on white and on black.
        "<a href=\"\(escaped(WebAddress.cleaned(url)))\" style=\"color:#3b82f6\">\(escaped(text))</a>"
    }

    private static func paragraph(_ text: String) -> String {
        escaped(SafeText.shortened(text, to: MailLimits.description)).split(
            separator: "\n", omittingEmptySubsequences: false
        )
        .joined(separator: "<br>\n")
    }

    private static func badge(_ mood: AlertWording.Mood) -> String {
        "display:inline-block;padding:1px 9px;border-radius:4px;background:\(color(mood));color:#ffffff;"
            + "font-size:13px;line-height:20px;font-weight:bold"
    }

    /// Dark enough for white letters on it.
    private static func color(_ mood: AlertWording.Mood) -> String {
        switch mood {
        case .level(.critical): "#c4281c"
        case .level(.error): "#c2570c"
        case .level(.warning), .firing: "#9a6700"
        case .level(.info): "#2563c9"
        case .over: "#1f7a45"
        }
    }

    /// For text and for attributes in double quotes.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
