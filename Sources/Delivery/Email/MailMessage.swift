import Alerting
import PromQL

/// Makes the text of a mail: RFC 5322 with a plain and an HTML part, CRLF at all lines' ends.
struct MailMessage: Sendable {
    let notification: Notification
    let key: String
    let from: MailAddress
    let to: [MailAddress]
    /// Further headers of the settings; those that the mail itself needs can't be replaced.
    let headers: [String: String]
    let context: ChannelContext

    var text: String {
        let wording = MessageWording(notification, context: context)
        let thread = MailThread(notification, key: key, host: context.hostName)
        // `=_` can't occur in quoted-printable, so no part can hold the boundary.
        let boundary = "=_tocsin_\(AlertID(fingerprint: Labels(["key": key]).fingerprint))"
        var text = head(wording, thread)
        text += "MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary=\"\(boundary)\"\r\n\r\n"
        text += Self.part("plain", MailPlainText(wording: wording).text, boundary)
        text += Self.part("html", MailHTML(wording: wording).text, boundary)
        return text + "--\(boundary)--\r\n"
    }

    /// `[FIRING:2 critical] PoolUtilizationHigh (web)`.
    static func subject(_ wording: MessageWording) -> String {
        "[\(wording.status)] \(SafeText.shortened(wording.subject, to: 160))"
    }

    private func head(_ wording: MessageWording, _ thread: MailThread) -> String {
        var text = MailHeader.words("Date", [TimeText.mailDate(notification.createdAt)])
        text += MailHeader.addresses("From", [from])
        text += MailHeader.addresses("To", to)
        text += MailHeader.text("Subject", Self.subject(wording))
        text += MailHeader.words("Message-ID", [thread.messageID])
        if let answered = thread.inReplyTo { text += MailHeader.words("In-Reply-To", [answered]) }
        if !thread.references.isEmpty { text += MailHeader.words("References", thread.references) }
        // Keeps «out of office» answers away: RFC 3834, and the same for Exchange.
        text += MailHeader.words("Auto-Submitted", ["auto-generated"])
        text += MailHeader.words("X-Auto-Response-Suppress", ["All"])
        text += MailHeader.text("X-Tocsin-Receiver", notification.destination.description)
        text += MailHeader.text("X-Tocsin-Status", notification.isFiring ? "firing" : "resolved")
        if let level = notification.level { text += MailHeader.text("X-Tocsin-Level", level.rawValue) }
        text += MailHeader.text("X-Tocsin-Occasion", notification.occasion.rawValue)
        text += MailHeader.text("X-Tocsin-Group", SafeText.shortened(notification.groupKey, to: 300))
        text += MailHeader.text("X-Tocsin-Sequence", String(notification.sequence))
        text += MailHeader.text("X-Tocsin-Key", key)
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) where Self.isFree(name) {
            text += MailHeader.text(name, value)
        }
        return text
    }

    /// Whether the settings may set a header of this name.
    static func isFree(_ name: String) -> Bool {
        let lower = name.lowercased()
        let isName = !name.isEmpty && name.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") }
        return isName && !taken.contains(lower) && !lower.hasPrefix("content-") && !lower.hasPrefix("x-tocsin-")
    }

    private static let taken: Set<String> = [
        "date", "from", "to", "cc", "bcc", "subject", "message-id", "in-reply-to", "references", "auto-submitted",
        "mime-version", "x-auto-response-suppress",
    ]

    private static func part(_ kind: String, _ text: String, _ boundary: String) -> String {
        "--\(boundary)\r\nContent-Type: text/\(kind); charset=utf-8\r\n"
            + "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
            + QuotedPrintable.encode(text)
    }
}
