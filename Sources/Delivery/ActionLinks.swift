import Crypto
package import Alerting
package import PromQL

/// Links in messages under which whoever reads the message may acknowledge or silence its alert, without a token.
///
/// A link names the alert and the end of its time, and carries HMAC-SHA256 of both under a secret of the settings, cut to
/// 128 bits. It changes nothing by being opened: mail programs and chats look at links by themselves.
package struct ActionLinks: Sendable {
    /// What a link is worth.
    package enum Verdict: Hashable, Sendable {
        case valid
        /// Made by this agent, and too old.
        case expired
        /// Not made by this agent, or changed, or made under another secret.
        case wrong
    }

    private let key: SymmetricKey
    private let lifetime: Duration

    /// The path before the alert's id.
    package static let path = "/act"

    /// - Parameter lifetime: how long a link counts from its message on.
    package init(secret: Secret, lifetime: Duration) {
        key = SymmetricKey(data: Array(secret.exposed.utf8))
        self.lifetime = lifetime
    }

    /// The path and query of the link to an alert.
    ///
    /// - Parameter time: when the message was decided.
    package func target(_ alert: AlertID, at time: Timestamp) -> String {
        let until = (time + lifetime).milliseconds / 1_000
        return "\(Self.path)/\(alert)?until=\(until)&sign=\(signature(of: "\(alert)", until: "\(until)"))"
    }

    /// Judges a link by what stands in it.
    package func verdict(alert: String, until: String, signature given: String, at now: Timestamp) -> Verdict {
        guard Self.areEqual(signature(of: alert, until: until), given), let seconds = Int64(until) else {
            return .wrong
        }
        return seconds >= now.milliseconds / 1_000 ? .valid : .expired
    }

    private func signature(of alert: String, until: String) -> String {
        let text = "tocsin link v1\n\(alert)\n\(until)"
        return HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key).prefix(16)
            .map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    /// In a time that does not tell where they differ.
    private static func areEqual(_ one: String, _ other: String) -> Bool {
        guard one.utf8.count == other.utf8.count else { return false }
        return zip(one.utf8, other.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
