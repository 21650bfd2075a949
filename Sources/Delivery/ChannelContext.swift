import Alerting
import PromQL

package import struct Foundation.TimeZone

/// What a channel knows of the agent that it speaks for.
package struct ChannelContext: Sendable {
    /// Where people reach the agent, without a slash at the end; nil where the settings don't say.
    package let externalURL: String?
    /// The zone of the times in messages for people.
    package let timeZone: TimeZone
    /// The agent's version, such as `0.1.0`.
    package let version: String
    /// The host's name, for the ids of mails and the line at a message's end.
    package let hostName: String
    /// Makes the links under which an alert is acknowledged; nil where messages have none.
    package let links: ActionLinks?

    package init(
        externalURL: String?, timeZone: TimeZone, version: String, hostName: String, links: ActionLinks? = nil
    ) {
        self.links = links
        var url = externalURL ?? ""
        while url.hasSuffix("/") { url.removeLast() }
        self.externalURL = url.isEmpty ? nil : url
        self.timeZone = timeZone
        self.version = version
        self.hostName = hostName
    }

    /// Where a runbook stands: the address itself where it is one, else `<externalURL>/runbooks/<name>`; nil where
    /// neither is known.
    package func runbookURL(_ runbook: String) -> String? {
        if WebAddress.isWeb(runbook) { return WebAddress.cleaned(runbook) }
        return externalURL.map { "\($0)/runbooks/\(WebAddress.escapedPart(runbook))" }
    }

    /// Where an alert's history stands; nil without an external URL.
    package func historyURL(_ alert: String) -> String? {
        externalURL.map { "\($0)/api/tocsin/v1/history?alert=\(WebAddress.escapedPart(alert))" }
    }

    /// Where an alert is acknowledged or silenced; nil without an external URL or a secret for such links.
    ///
    /// - Parameter time: when the message was decided, so that each attempt carries the same link.
    func actionURL(_ alert: AlertID, at time: Timestamp) -> String? {
        guard let externalURL, let links else { return nil }
        return externalURL + links.target(alert, at: time)
    }
}

/// Small checks on addresses that come from rule files and may hold anything.
enum WebAddress {
    /// Whether the text is an http or https address: only those become links.
    static func isWeb(_ text: String) -> Bool {
        let lower = text.prefix(8).lowercased()
        return lower.hasPrefix("http://") || lower.hasPrefix("https://")
    }

    /// With percent signs for what would end a link or a line: spaces, quotes, angle brackets, bars, controls.
    static func cleaned(_ address: String) -> String {
        percentEncoded(address) { byte in
            byte > 0x20 && byte < 0x7F && !"\"<>|`\\^{}".utf8.contains(byte)
        }
    }

    /// As one part of a path, or one value of a query.
    static func escapedPart(_ text: String) -> String {
        percentEncoded(text) { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default:
                "-._~".utf8.contains(byte)
            }
        }
    }

    private static func percentEncoded(_ text: String, keep: (UInt8) -> Bool) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if keep(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
