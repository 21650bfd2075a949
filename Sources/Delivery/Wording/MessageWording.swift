import Alerting
import PromQL

/// A whole message in words, shared by the channels for people.
struct MessageWording: Sendable {
    /// One line that says it all: `CRITICAL: Pool web is 97% used`.
    let headline: String
    /// What the group is about, the same for every message of it: `PoolUtilizationHigh (web)`.
    let subject: String
    /// `FIRING:2 critical`, `RESOLVED` or `TEST`.
    let status: String
    /// Sentences on the message itself: a reminder, a fallback, a trouble of the agent's own.
    let notes: [String]
    /// The alerts to tell in full: the news first, then by level; all of them in a reminder.
    let alerts: [AlertWording]
    /// The alerts that are only there because they belong to the group, and have nothing new.
    let others: [AlertWording]
    let mood: AlertWording.Mood
    /// `As of 2026-11-23 10:02:11 UTC`: what the relative times count to.
    let asOf: String
    /// Who speaks, and for which group.
    let footer: String

    init(_ notification: Notification, context: ChannelContext) {
        let time = notification.createdAt
        let sorted = notification.alerts.sorted(by: Self.comesFirst)
        let worded = sorted.map { AlertWording($0, at: time, context: context) }
        let hasNews = worded.contains(where: \.isNews)
        alerts = hasNews ? worded.filter(\.isNews) : worded
        others = hasNews ? worded.filter { !$0.isNews } : []
        subject = Self.subject(of: notification)
        status = Self.status(of: notification)
        mood = Self.mood(of: notification)
        headline = Self.headline(of: notification, alerts: worded, subject: subject)
        notes = Self.notes(of: notification, context: context) + DigestWording.notes(of: notification)
        asOf = "As of \(TimeText(timeZone: context.timeZone).full(time))"
        let group = SafeText.line(notification.groupKey)
        footer = "Tocsin \(context.version) on \(context.hostName), group \(group), message \(notification.sequence)"
    }

    /// The news before what is unchanged, what fires before what is over, then by level and time.
    private static func comesFirst(_ one: NotifiedAlert, _ other: NotifiedAlert) -> Bool {
        let news = (one.change != .unchanged, other.change != .unchanged)
        if news.0 != news.1 { return news.0 }
        if one.isFiring != other.isFiring { return one.isFiring }
        let levels = (one.level ?? .info, other.level ?? .info)
        if levels.0 != levels.1 { return levels.0 > levels.1 }
        return (one.startedAt, one.id) < (other.startedAt, other.id)
    }

    private static func mood(of notification: Notification) -> AlertWording.Mood {
        guard notification.isFiring else { return .over }
        return notification.level.map(AlertWording.Mood.level) ?? .firing
    }

    private static func headline(
        of notification: Notification, alerts: [AlertWording], subject: String
    ) -> String {
        if let digest = notification.digest { return DigestWording.headline(of: digest) }
        let lead = notification.occasion == .test ? "TEST: " : ""
        if alerts.count == 1, let alert = alerts.first { return "\(lead)\(alert.tag): \(alert.title)" }
        guard !alerts.isEmpty else { return "\(lead)\(subject)" }
        let firing = notification.alerts.count { $0.isFiring }
        let over = notification.alerts.count - firing
        var counts: [String] = []
        if firing > 0 { counts.append("\(firing) firing") }
        if over > 0 { counts.append("\(over) resolved") }
        let still = alerts.contains(where: \.isNews) ? "" : "STILL "
        let tag = firing > 0 ? still + (notification.level?.rawValue.uppercased() ?? "FIRING") : "RESOLVED"
        return "\(lead)\(tag): \(counts.joined(separator: ", ")): \(subject)"
    }

    private static func status(of notification: Notification) -> String {
        if notification.occasion == .test { return "TEST" }
        if let digest = notification.digest { return DigestWording.status(of: digest) }
        let firing = notification.alerts.count { $0.isFiring }
        guard firing > 0 else { return "RESOLVED" }
        return "FIRING:\(firing)\(notification.level.map { " \($0)" } ?? "")"
    }

    /// From the group's labels, which stay while the alerts in it come and go, so that mails of it join in threads.
    private static func subject(of notification: Notification) -> String {
        if let digest = notification.digest { return DigestWording.subject(of: digest) }
        let labels = notification.groupLabels
        let rules = Set(notification.alerts.map(\.rule))
        var name = labels["alertname"] ?? (rules.count == 1 ? rules.first : nil)
        var details = labels.filter { $0.name != "alertname" && $0.name != Severity.label }.map(\.value)
        if details.isEmpty {
            let common = notification.commonLabels
            let telling = ["database", "pool", "process", "endpoint", "instance", "job"]
            details = telling.compactMap { common[$0] }.prefix(1).map { $0 }
        }
        if name == nil, !details.isEmpty {
            name = details.removeFirst()
        }
        var seen: Set<String> = []
        let inner = details.filter { seen.insert($0).inserted }.joined(separator: ", ")
        let count = notification.alerts.count
        let plain = name ?? (count == 0 ? "no alerts" : "\(count) alerts")
        return SafeText.line(inner.isEmpty ? plain : "\(plain) (\(inner))")
    }

    private static func notes(of notification: Notification, context: ChannelContext) -> [String] {
        var notes: [String] = []
        switch notification.occasion {
        case .change, .digest, .acknowledgement: break
        case .reminder: notes.append("A reminder: nothing has changed since the last message.")
        case .fallback:
            if notification.note == nil { notes.append("Another receiver did not take this message.") }
        case .escalation:
            if notification.note == nil { notes.append("Escalated: nobody has acknowledged this.") }
        case .test:
            notes.append("This is a test of the receiver \(notification.destination.receiver): nothing is wrong.")
        }
        if let note = notification.note { notes.append(SafeText.line(note)) }
        return notes
    }
}
