import Alerting
import PromQL

/// Makes the body of a Pushover message: a title, and plain text that a phone shows.
///
/// Sources: https://pushover.net/api#limits (`message` 1,024 characters of up to 4 bytes, `title` 250, `url` 512,
/// `url_title` 100) and https://pushover.net/api#priority (-2 to 2; 2 needs `retry` of at least 30 and `expire` of at
/// most 10,800 seconds).
struct PushoverMessage: Sendable {
    let notification: Notification
    let token: Secret
    let user: Secret
    let fields: PushoverFields
    let context: ChannelContext

    /// In UTF-16 units, of which a character takes at least one; a little below Pushover's 1,024.
    static let messageLimit = 1_000
    static let titleLimit = 250
    static let linkLimit = 512
    static let linkTitleLimit = 100
    static let shortestRetry = Duration.seconds(30)
    static let longestExpiry = Duration.seconds(10_800)
    /// At most this many alerts are told in full, the next ones by a line, the rest by their number.
    static let fullAlerts = 3
    static let listedAlerts = 4

    var json: JSONText {
        let wording = MessageWording(notification, context: context)
        let title = SafeText.line("\(wording.mood.emoji) \(wording.headline)")
        // Evidence is left out: a table is not to be read in the face of a phone.
        let text = PlainText(
            wording: wording, limit: Self.messageLimit, fullAlerts: Self.fullAlerts, listedAlerts: Self.listedAlerts,
            evidenceRows: 0
        ).text
        var members: [JSONText.Member] = [
            .init("token", .string(token.exposed)), .init("user", .string(user.exposed)),
            .init("title", .string(Self.fitting(title, Self.titleLimit))), .init("message", .string(text)),
            .init("timestamp", .integer(Int64(notification.createdAt.seconds))),
            .init("priority", .integer(Int64(priority))),
        ]
        if priority == 2 {
            let retry = max(fields.retry, Self.shortestRetry)
            let expire = min(fields.expire, Self.longestExpiry)
            members.append(.init("retry", .integer(retry.components.seconds)))
            members.append(.init("expire", .integer(expire.components.seconds)))
        }
        if let device = fields.device { members.append(.init("device", .string(device))) }
        if let sound = fields.sound { members.append(.init("sound", .string(sound))) }
        if let seconds = fields.timeToLive?.components.seconds, seconds > 0 {
            members.append(.init("ttl", .integer(seconds)))
        }
        return .object(members + link(wording))
    }

    /// As the settings say, else by the level. What is over never rings louder than usual.
    private var priority: Int {
        guard notification.isFiring else { return min(0, fields.priority ?? 0) }
        if let priority = fields.priority { return priority }
        switch notification.level {
        case .critical: return 1
        case .error, .warning, nil: return 0
        case .info: return -1
        }
    }

    /// The settings' address, else the first of what people want next.
    private func link(_ wording: MessageWording) -> [JSONText.Member] {
        let alert = wording.alerts.first
        let choices: [(url: String?, title: String)] = [
            (fields.link, ""), (alert?.runbookURL, "Runbook"), (alert?.actionURL, "Acknowledge"),
            (alert?.historyURL, "History"),
        ]
        for choice in choices {
            guard let url = choice.url, !url.isEmpty, url.utf16.count <= Self.linkLimit else { continue }
            var members: [JSONText.Member] = [.init("url", .string(url))]
            let title = SafeText.line(fields.linkTitle ?? choice.title)
            if !title.isEmpty { members.append(.init("url_title", .string(Self.fitting(title, Self.linkTitleLimit)))) }
            return members
        }
        return []
    }

    private static func fitting(_ text: String, _ limit: Int) -> String {
        SafeText.shortened(text, to: limit) { $0.utf16.count }
    }
}
