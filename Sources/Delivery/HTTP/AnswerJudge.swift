import Alerting
import Drivers
import PromQL

/// Turns an HTTP answer, or the lack of one, into an outcome. What Slack and webhooks share.
struct AnswerJudge: Sendable {
    /// The setting that holds the address, to name it in remedies: `api_url` or `url`.
    let setting: String
    /// Texts that are taken out of what the server says before it goes into the ledger.
    let secrets: [String]

    /// What may be said of the body: one line without secrets, at most 200 characters; empty where it is.
    func excerpt(_ body: [UInt8]) -> String {
        var text = String(decoding: body, as: UTF8.self)
        // Most answers are shorter than anything that is kept secret.
        let wanted = text.utf8.count < Self.shortestSecret ? [] : secrets
        for secret in wanted.flatMap(Self.forms).sorted(by: { $0.count > $1.count }) {
            text = Self.replacing(secret, in: text)
        }
        let line = SafeText.line(text)
        return line.count <= 200 ? line : "\(line.prefix(199))…"
    }

    /// - Parameters:
    ///   - refusal: judges an answer of status 200 to 299; returns why it is a refusal all the same, or nil.
    ///   - hint: how to mend a refusal of this status and body; nil where only the status tells.
    func outcome(
        of response: HTTPResponse, now: Timestamp, refusal: (String) -> String? = { _ in nil },
        hint: (Int, String) -> String? = { _, _ in nil }
    ) -> DeliveryOutcome {
        let said = excerpt(response.body)
        let status = response.status
        let answer = said.isEmpty ? "\(status)" : "\(status) \(said)"
        switch status {
        case 200..<300:
            if let reason = refusal(said) { return .rejected(reason: reason) }
            return .delivered(answer: answer)
        case 408, 425, 429, 500...:
            return .retry(
                reason: "answered \(answer)", retryAfter: RetryAfter.parse(response.header("retry-after"), now: now),
                mayHaveArrived: false)
        case 300..<400:
            return .rejected(
                reason: "answered \(status): redirects are not followed; set `\(setting)` to the final address")
        default:
            return .rejected(reason: "answered \(answer); \(hint(status, said) ?? general(status))")
        }
    }

    /// Nothing came back: only a request that can never be sent is final.
    func outcome(of error: TransportError) -> DeliveryOutcome {
        if error.kind == .invalidRequest { return .rejected(reason: error.message) }
        return .retry(reason: error.message, retryAfter: nil, mayHaveArrived: error.mayHaveBeenSent)
    }

    private func general(_ status: Int) -> String {
        switch status {
        case 401, 403, 407: "check the login in `http_config` and the address in `\(setting)`"
        case 404, 410: "there is no such address any more; check `\(setting)`"
        case 413: "the message is too large for the receiver; lower `max_alerts`"
        default: "the receiver does not take it; check `\(setting)` and the receiver's log"
        }
    }

    /// A secret address as a server may say it back: whole, as a path with query, or a path alone.
    private static func forms(of secret: String) -> [String] {
        var forms = [secret]
        if WebAddress.isWeb(secret), let scheme = secret.firstRange(of: "://"),
            let slash = secret[scheme.upperBound...].firstIndex(where: { $0 == "/" || $0 == "?" })
        {
            let rest = secret[slash...]
            forms.append(String(rest))
            forms += rest.split { $0 == "/" || $0 == "?" || $0 == "&" || $0 == "=" || $0 == "#" }.map(String.init)
                // Shorter parts, such as `hook`, are words and no secrets.
                .filter { $0.count >= 8 }
        }
        return forms.filter { $0.count >= shortestSecret }
    }

    /// Texts of fewer characters are taken for words.
    private static let shortestSecret = 4

    private static func replacing(_ secret: String, in text: String) -> String {
        var result = ""
        var rest = Substring(text)
        while let found = rest.firstRange(of: secret) {
            result += "\(rest[..<found.lowerBound])<redacted>"
            rest = rest[found.upperBound...]
        }
        return result + rest
    }
}
