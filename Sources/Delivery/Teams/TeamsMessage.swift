import Alerting
import PromQL

/// Makes the body for a Teams workflow from a message: one Adaptive Card.
///
/// Sources: https://learn.microsoft.com/en-us/connectors/teams/ (28 KB for the posted message) and
/// https://adaptivecards.io/explorer/RichTextBlock.html: a text run takes no Markdown, so that what a label says is shown
/// as it is. Six actions at most, as Teams documents for cards.
struct TeamsMessage: Sendable {
    let notification: Notification
    let context: ChannelContext

    /// Teams takes 28 KB; a little less, since it may count in another way.
    static let mostBytes = 27_000
    /// At most this many alerts are told in full, the next ones by a line, the rest by their number.
    static let fullAlerts = 8
    static let listedAlerts = 12

    /// The most that fits.
    var json: JSONText {
        let wording = MessageWording(notification, context: context)
        var full = min(wording.alerts.count, Self.fullAlerts)
        // The longest texts first: what a card of this size can hold is shared among its alerts.
        var share = 20_000 / max(1, full)
        var message = envelope(wording, full: full, share: share)
        while message.bytes.count > Self.mostBytes, share > 200 || full > 0 {
            share = share * 2 / 3
            if share < 600, full > 1 { full /= 2 }
            if share < 200 { full = 0 }
            message = envelope(wording, full: full, share: share)
        }
        return message
    }

    private func envelope(_ wording: MessageWording, full: Int, share: Int) -> JSONText {
        .members([
            "type": "message",
            "attachments": [
                .members([
                    "contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": .null,
                    "content": card(wording, full: full, share: share),
                ])
            ],
        ])
    }

    private func card(_ wording: MessageWording, full: Int, share: Int) -> JSONText {
        let headline = SafeText.shortened("\(wording.mood.emoji) \(wording.headline)", to: 300)
        var body = [Self.text(headline, weight: "Bolder", size: "Large", color: Self.color(wording.mood))]
        body += wording.notes.map { Self.text(SafeText.shortened($0, to: 400)) }
        let isOnly = wording.alerts.count == 1 && wording.others.isEmpty
        for alert in wording.alerts.prefix(full) { body.append(container(alert, isOnly: isOnly, share: share)) }
        let left = wording.alerts.dropFirst(full) + wording.others
        for alert in left.prefix(Self.listedAlerts) {
            let line = "\(alert.mood.emoji) \(alert.tag): \(alert.title)"
            body.append(Self.text(SafeText.shortened(line, to: 150)))
        }
        let more = left.count - Self.listedAlerts
        if more > 0 { body.append(Self.text("… and \(more) more")) }
        body.append(
            Self.text(
                SafeText.shortened("\(wording.asOf) · \(wording.footer)", to: 300), size: "Small", isSubtle: true))
        var members: [JSONText.Member] = [
            .init("$schema", "http://adaptivecards.io/schemas/adaptive-card.json"), .init("type", "AdaptiveCard"),
            .init("version", "1.4"), .init("fallbackText", .string(headline)),
            .init("msteams", .members(["width": "Full"])), .init("body", .array(body)),
        ]
        let actions = actions(wording, full: full)
        if !actions.isEmpty { members.append(.init("actions", .array(actions))) }
        return .object(members)
    }

    // MARK: One alert

    private func container(_ alert: AlertWording, isOnly: Bool, share: Int) -> JSONText {
        var items: [JSONText] = []
        if !isOnly {
            let title = SafeText.shortened("\(alert.mood.emoji) \(alert.tag): \(alert.title)", to: min(250, share / 3))
            items.append(Self.text(title, weight: "Bolder"))
        }
        items.append(Self.text(SafeText.shortened(alert.state, to: 300)))
        for note in alert.notes.prefix(4) { items.append(Self.text("⚠️ \(SafeText.shortened(note, to: 250))")) }
        if !alert.facts.isEmpty { items.append(Self.facts(alert.facts.prefix(8))) }
        if let description = alert.description {
            items += Self.lines(of: SafeText.shortened(description, to: min(2_000, share / 5))).map { Self.text($0) }
        }
        if let evidence = alert.evidence { items += Self.evidence(evidence, limit: min(4_000, share / 4)) }
        let labels = alert.labels.map { "\($0.name)=\($0.text)" }.joined(separator: " · ")
        if !labels.isEmpty {
            items.append(Self.text(SafeText.shortened(labels, to: min(400, share / 8)), size: "Small", isSubtle: true))
        }
        return .members([
            "type": "Container", "separator": .bool(true), "spacing": "Medium", "items": .array(items),
        ])
    }

    private static func facts(_ facts: some Sequence<AlertWording.Fact>) -> JSONText {
        var inlines: [JSONText] = []
        for fact in facts {
            let lead = inlines.isEmpty ? "" : "\n"
            inlines.append(run("\(lead)\(SafeText.shortened(fact.name, to: 60)): ", weight: "Bolder"))
            inlines.append(run(SafeText.shortened(fact.text, to: 150)))
        }
        return .members(["type": "RichTextBlock", "inlines": .array(inlines)])
    }

    private static func evidence(_ evidence: Evidence, limit: Int) -> [JSONText] {
        let title = text(SafeText.shortened(SafeText.line(evidence.title), to: 150), weight: "Bolder")
        if let sentence = TextTable.sentence(evidence) {
            return [title, text(SafeText.shortened(sentence, to: min(500, limit)))]
        }
        let table = TextTable(evidence, cellWidth: 40, limit: limit, maxRows: 10)
        // Blanks next to each other would be drawn as one.
        return [title]
            + lines(of: table.text).map { line in
                text(String(line.map { $0 == " " ? "\u{A0}" : $0 }), size: "Small", isMonospaced: true)
            }
    }

    private static func lines(of text: String) -> [String] {
        text.split(separator: "\n").map(String.init)
    }

    private func actions(_ wording: MessageWording, full: Int) -> [JSONText] {
        var seen: Set<String> = []
        var actions: [JSONText] = []
        func add(_ url: String?, _ title: String) {
            guard let url, url.utf8.count <= 1_000, actions.count < 6, seen.insert(url).inserted else { return }
            actions.append(.members(["type": "Action.OpenUrl", "title": .string(title), "url": .string(url)]))
        }
        for alert in wording.alerts.prefix(full) {
            let book = alert.runbook ?? ""
            add(alert.runbookURL, WebAddress.isWeb(book) ? "Runbook" : "Runbook \(SafeText.shortened(book, to: 40))")
        }
        for alert in wording.alerts.prefix(full) {
            add(
                alert.actionURL,
                full == 1 ? "Acknowledge" : "Acknowledge: \(SafeText.shortened(alert.title, to: 40))")
        }
        for alert in wording.alerts.prefix(full) {
            add(alert.historyURL, full == 1 ? "History" : "History: \(SafeText.shortened(alert.title, to: 40))")
        }
        return actions
    }

    // MARK: Texts

    private static func text(
        _ text: String, weight: String? = nil, size: String? = nil, color: String? = nil, isSubtle: Bool = false,
        isMonospaced: Bool = false
    ) -> JSONText {
        let run = run(
            text, weight: weight, size: size, color: color, isSubtle: isSubtle, isMonospaced: isMonospaced)
        return .members([
            "type": "RichTextBlock", "spacing": .string(isMonospaced ? "None" : "Small"), "inlines": .array([run]),
        ])
    }

    private static func run(
        _ text: String, weight: String? = nil, size: String? = nil, color: String? = nil, isSubtle: Bool = false,
        isMonospaced: Bool = false
    ) -> JSONText {
        var members: [JSONText.Member] = [.init("type", "TextRun"), .init("text", .string(text.isEmpty ? "–" : text))]
        if let weight { members.append(.init("weight", .string(weight))) }
        if let size { members.append(.init("size", .string(size))) }
        if let color { members.append(.init("color", .string(color))) }
        if isSubtle { members.append(.init("isSubtle", .bool(true))) }
        if isMonospaced { members.append(.init("fontType", "Monospace")) }
        return .object(members)
    }

    private static func color(_ mood: AlertWording.Mood) -> String {
        switch mood {
        case .level(.critical), .level(.error): "Attention"
        case .level(.warning), .firing: "Warning"
        case .level(.info): "Accent"
        case .over: "Good"
        }
    }
}
