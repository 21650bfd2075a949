import Alerting
import PromQL

/// The ids that make mail readers show an alert's mails as one thread.
///
/// Each episode of an alert has an anchor: an id made from the destination, the alert and when it began to fire. Every
/// mail refers to the anchors of its alerts, so whatever tells of an episode joins. The mail that tells of an
/// episode first has the anchor as its own id, unless it comes late: an id used twice could make a reader hide a
/// mail, and only a receiver that was taken out and put back could be told of the same start again.
struct MailThread: Sendable, Equatable {
    /// The mail's own id, in angle brackets: the same for each attempt under one key.
    let messageID: String
    /// The ids that it refers to, the oldest first.
    let references: [String]

    /// The id that it answers; nil where it begins the thread.
    var inReplyTo: String? { isRoot ? nil : references.first }

    private let isRoot: Bool

    /// So many episodes at most, so that the header stays short; the oldest ones.
    private static let mostAnchors = 20
    private static let latestRoot = Duration.seconds(600)

    init(_ notification: Notification, key: String, host: String) {
        let domain = Self.domain(host)
        let alerts = notification.alerts.sorted { ($0.startedAt, $0.id) < ($1.startedAt, $1.id) }
        let anchors = alerts.prefix(Self.mostAnchors).map { alert in
            let identity = Labels(["alert": "\(alert.id)", "destination": notification.destination.description])
            return "<\(AlertID(fingerprint: identity.fingerprint)).\(alert.startedAt.milliseconds)@\(domain)>"
        }
        isRoot =
            alerts.first.map { oldest in
                (oldest.change == .fired || oldest.change == .passed) && notification.occasion == .change
                    && notification.createdAt - oldest.startedAt <= Self.latestRoot
            } ?? true
        if isRoot, let anchor = anchors.first {
            messageID = anchor
            references = Array(anchors.dropFirst())
        } else {
            let safe = key.unicodeScalars.filter { Self.isIDCharacter($0) }
            messageID = "<\(String(String.UnicodeScalarView(safe)))@\(domain)>"
            references = anchors
        }
    }

    private static func domain(_ host: String) -> String {
        let safe = String(String.UnicodeScalarView(host.unicodeScalars.filter { isIDCharacter($0) || $0 == "." }))
        let trimmed = safe.split(separator: ".").joined(separator: ".")
        return trimmed.isEmpty ? "localhost" : trimmed
    }

    private static func isIDCharacter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "-", "_": true
        default: false
        }
    }
}
