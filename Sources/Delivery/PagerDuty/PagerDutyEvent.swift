import Alerting
import PromQL

/// Makes the events of PagerDuty's Events API v2 from a message.
///
/// Sources: https://developer.pagerduty.com/docs/events-api-v2-overview (512 KB) and
/// https://developer.pagerduty.com/docs/send-alert-event (`summary` 1,024 characters, `dedup_key` 255, severities).
struct PagerDutyEvent: Sendable {
    let notification: Notification
    let routingKey: Secret
    /// The incident that it belongs to.
    let incident: String
    let context: ChannelContext

    /// PagerDuty takes 512 KB; a little less, since it may count in another way.
    static let mostBytes = 500_000
    static let summaryLimit = 1_024
    static let incidentLimit = 255
    /// At most this many alerts are told in full, the next ones by a line, the rest by their number.
    static let fullAlerts = 50
    static let listedAlerts = 100

    /// Opens the incident, or adds to it where it is open.
    var trigger: JSONText {
        let wording = MessageWording(notification, context: context)
        let alerts = wording.alerts
        var full = min(alerts.count, Self.fullAlerts)
        var event = trigger(wording, full: full)
        while event.bytes.count > Self.mostBytes, full > 0 {
            full /= 2
            event = trigger(wording, full: full)
        }
        return event
    }

    /// Says that somebody looks after an incident, so that it is not escalated there either.
    var acknowledge: JSONText {
        .members([
            "routing_key": .string(routingKey.exposed), "event_action": "acknowledge", "dedup_key": .string(incident),
        ])
    }

    /// Ends an incident.
    func resolve(_ incident: String) -> JSONText {
        .members([
            "routing_key": .string(routingKey.exposed), "event_action": "resolve", "dedup_key": .string(incident),
        ])
    }

    private func trigger(_ wording: MessageWording, full: Int) -> JSONText {
        var members: [JSONText.Member] = [
            .init("routing_key", .string(routingKey.exposed)), .init("event_action", "trigger"),
            .init("dedup_key", .string(incident)),
            .init("client", .string(SafeText.shortened("Tocsin on \(context.hostName)", to: 200))),
        ]
        if let url = context.externalURL { members.append(.init("client_url", .string(url))) }
        members.append(.init("payload", payload(wording, full: full)))
        let links = links(wording)
        if !links.isEmpty { members.append(.init("links", .array(links))) }
        return .object(members)
    }

    private func payload(_ wording: MessageWording, full: Int) -> JSONText {
        let common = notification.commonLabels
        func label(_ names: String...) -> String? {
            names.lazy.compactMap { common[$0].map(SafeText.line) }.first { !$0.isEmpty }
                .map { SafeText.shortened($0, to: 200) }
        }
        let began = notification.alerts.filter(\.isFiring).map(\.startedAt).min() ?? notification.createdAt
        var members: [JSONText.Member] = [
            .init("summary", .string(SafeText.shortened(wording.headline, to: Self.summaryLimit))),
            .init("source", .string(label("database", "pool", "process", "endpoint", "instance") ?? context.hostName)),
            .init("severity", .string(severity)), .init("timestamp", .string("\(began)")),
        ]
        if let name = label("alertname") { members.append(.init("class", .string(name))) }
        if let component = label("pool", "process", "integration", "table", "instance") {
            members.append(.init("component", .string(component)))
        }
        if let group = label("cluster", "job", "team") { members.append(.init("group", .string(group))) }
        members.append(.init("custom_details", details(wording, full: full)))
        return .object(members)
    }

    /// The level where there is one; `error` where not, as with Alertmanager.
    private var severity: String { (notification.level ?? .error).rawValue }

    private func links(_ wording: MessageWording) -> [JSONText] {
        var seen: Set<String> = []
        var links: [JSONText] = []
        for alert in wording.alerts.prefix(10) {
            let title = SafeText.shortened(alert.runbook ?? "", to: 100)
            let found = [
                (alert.runbookURL, WebAddress.isWeb(title) || title.isEmpty ? "Runbook" : "Runbook \(title)"),
                (alert.historyURL, "History of \(SafeText.shortened(alert.title, to: 100))"),
                (alert.actionURL, "Acknowledge in Tocsin: \(SafeText.shortened(alert.title, to: 100))"),
            ]
            for (url, text) in found {
                guard let url, seen.insert(url).inserted, links.count < 20 else { continue }
                links.append(.members(["href": .string(url), "text": .string(text)]))
            }
        }
        return links
    }

    // MARK: Details

    private func details(_ wording: MessageWording, full: Int) -> JSONText {
        let told = wording.alerts.prefix(full)
        let left = wording.alerts.dropFirst(full) + wording.others
        var members: [JSONText.Member] = [.init("status", .string(wording.status))]
        if !wording.notes.isEmpty {
            members.append(.init("notes", .array(wording.notes.map { .string(SafeText.shortened($0, to: 1_000)) })))
        }
        members.append(.init("alerts", .array(told.map(details))))
        if !left.isEmpty {
            let lines = left.prefix(Self.listedAlerts).map {
                JSONText.string(SafeText.shortened("\($0.tag): \($0.title)", to: 200))
            }
            members.append(.init("others", .array(lines)))
            let more = left.count - lines.count
            if more > 0 { members.append(.init("more_alerts", .integer(Int64(more)))) }
        }
        members.append(.init("group", .string(SafeText.shortened(SafeText.line(notification.groupKey), to: 500))))
        members.append(.init("as_of", .string(wording.asOf)))
        return .object(members)
    }

    private func details(_ alert: AlertWording) -> JSONText {
        var members: [JSONText.Member] = [
            .init("alert", .string(SafeText.shortened("\(alert.tag): \(alert.title)", to: 500))),
            .init("state", .string(SafeText.shortened(alert.state, to: 500))),
        ]
        func add(_ name: String, _ text: String?, limit: Int) {
            guard let text, !text.isEmpty else { return }
            members.append(.init(name, .string(SafeText.shortened(text, to: limit))))
        }
        for fact in alert.facts { add(fact.name, fact.text, limit: 300) }
        add("description", alert.description, limit: 4_000)
        add("notes", alert.notes.joined(separator: " "), limit: 2_000)
        if let evidence = alert.evidence {
            let text =
                TextTable.sentence(evidence)
                ?? TextTable(evidence, cellWidth: 80, limit: 8_000, maxRows: 25).text
            add("evidence", "\(SafeText.shortened(SafeText.line(evidence.title), to: 200))\n\(text)", limit: 9_000)
        }
        add("labels", alert.labels.map { "\($0.name)=\($0.text)" }.joined(separator: ", "), limit: 2_000)
        if !alert.annotations.isEmpty {
            let texts = alert.annotations.prefix(20).map {
                (SafeText.shortened($0.name, to: 100), SafeText.shortened($0.text, to: 1_000))
            }
            members.append(.init("annotations", .strings(Dictionary(texts) { first, _ in first })))
        }
        add("runbook", alert.runbookURL ?? alert.runbook, limit: 500)
        add("history", alert.historyURL, limit: 500)
        return .object(members)
    }
}
