import Alerting
import PromQL

/// Makes the bodies of requests to Opsgenie's Alert API from a message.
///
/// Source: https://docs.opsgenie.com/docs/alert-api, «Create Alert» (`message` 130 characters, `alias` 512,
/// `description` 15,000, `details` 8,000 in all, `source` 100, 20 tags of 50, `note` 25,000, 50 responders, P1 to P5),
/// «Close Alert» and «Update Alert Priority».
struct OpsgenieAlert: Sendable {
    let notification: Notification
    let fields: OpsgenieFields
    /// The alert's name for as long as the group lasts.
    let alias: String
    let context: ChannelContext

    static let messageLimit = 130
    static let aliasLimit = 512
    static let descriptionLimit = 15_000
    /// What the names and values of the details may take together; Opsgenie's limit is 8,000.
    static let detailsLimit = 7_500
    static let sourceLimit = 100
    static let noteLimit = 25_000
    static let mostTags = 20
    static let tagLimit = 50
    static let mostResponders = 50
    /// At most this many alerts are told in full, the next ones by a line, the rest by their number.
    static let fullAlerts = 20
    static let listedAlerts = 40

    /// Makes the alert, or counts up the one that is open under the alias.
    var create: JSONText {
        let wording = MessageWording(notification, context: context)
        var members: [JSONText.Member] = [
            .init("message", .string(message(wording))), .init("alias", .string(alias)),
            .init("description", .string(description(wording))), .init("details", details(wording)),
            .init("source", .string(source)), .init("priority", .string(priority)),
        ]
        let tags = fields.tags.map { OpsgenieText.line($0, limit: Self.tagLimit) }.filter { !$0.isEmpty }
        if !tags.isEmpty { members.append(.init("tags", .array(tags.prefix(Self.mostTags).map(JSONText.string)))) }
        if !fields.responders.isEmpty {
            let responders = fields.responders.prefix(Self.mostResponders).map(Self.responder)
            members.append(.init("responders", .array(responders)))
        }
        if let note = fields.note {
            members.append(.init("note", .string(OpsgenieText.safe(note, limit: Self.noteLimit))))
        }
        return .object(members)
    }

    /// Says who looks after it.
    var acknowledge: JSONText {
        let accounts = Set(notification.alerts.compactMap(\.acknowledgement).map { "\($0.by): \($0.comment)" }).sorted()
        return .members([
            "source": .string(source),
            "note": .string(OpsgenieText.safe(accounts.joined(separator: "\n"), limit: Self.noteLimit / 5)),
        ])
    }

    /// Says why the alert is closed.
    var close: JSONText {
        let wording = MessageWording(notification, context: context)
        let states = wording.alerts.prefix(Self.fullAlerts).map { "\($0.title): \($0.state)" }
        let note = ([wording.headline] + states).joined(separator: "\n")
        return .members([
            "source": .string(source), "note": .string(OpsgenieText.safe(note, limit: Self.noteLimit / 5)),
        ])
    }

    /// What the open alert is changed to, each with the last part of its path: «create» again changes nothing of it.
    var updates: [(part: String, body: JSONText)] {
        var updates: [(part: String, body: JSONText)] = []
        if fields.priority == nil {
            updates.append((part: "priority", body: .members(["priority": .string(priority)])))
        }
        guard fields.updatesAlerts else { return updates }
        let wording = MessageWording(notification, context: context)
        updates.append((part: "message", body: .members(["message": .string(message(wording))])))
        updates.append((part: "description", body: .members(["description": .string(description(wording))])))
        return updates
    }

    private var source: String {
        OpsgenieText.line(fields.source ?? "Tocsin on \(context.hostName)", limit: Self.sourceLimit)
    }

    /// As the settings say, else by the level; P3, which is Opsgenie's own default, where there is none.
    private var priority: String {
        if let priority = fields.priority { return priority }
        switch notification.level {
        case .critical: return "P1"
        case .error: return "P2"
        case .warning, nil: return "P3"
        case .info: return "P5"
        }
    }

    private func message(_ wording: MessageWording) -> String {
        OpsgenieText.line(wording.headline, limit: Self.messageLimit)
    }

    private func description(_ wording: MessageWording) -> String {
        // What keeps brackets from being tags comes on top.
        let text = PlainText(
            wording: wording, limit: Self.descriptionLimit - 1_000, fullAlerts: Self.fullAlerts,
            listedAlerts: Self.listedAlerts, evidenceRows: 20
        ).text
        return OpsgenieText.safe(text, limit: Self.descriptionLimit)
    }

    private func details(_ wording: MessageWording) -> JSONText {
        var left = Self.detailsLimit
        var members: [JSONText.Member] = []
        func add(_ name: String, _ text: String?) {
            let key = OpsgenieText.line(name, limit: 100)
            let value = OpsgenieText.line(text ?? "", limit: 500)
            let size = key.utf16.count + value.utf16.count
            guard !key.isEmpty, !value.isEmpty, size <= left, !members.contains(where: { $0.name == key }) else {
                return
            }
            left -= size
            members.append(.init(key, .string(value)))
        }
        add("status", wording.status)
        add("group", notification.groupKey)
        if let alert = wording.alerts.first {
            add("runbook", alert.runbookURL ?? alert.runbook)
            add("history", alert.historyURL)
        }
        add("agent", context.externalURL)
        for pair in notification.commonLabels { add(pair.name, pair.value) }
        return .object(members)
    }

    private static func responder(_ responder: OpsgenieFields.Responder) -> JSONText {
        var members: [JSONText.Member] = []
        if let id = responder.id { members.append(.init("id", .string(id))) }
        if let name = responder.name { members.append(.init("name", .string(name))) }
        if let username = responder.username { members.append(.init("username", .string(username))) }
        members.append(.init("type", .string(responder.kind)))
        return .object(members)
    }
}
