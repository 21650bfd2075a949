import Alerting
import Drivers

/// Judges how handing a mail to the server ended.
///
/// A refused login is tried again, though the server calls it final: credentials get mended, and the message must not
/// be lost until then. The pause is long, so that an account is not locked for too many wrong logins.
enum MailAnswer {
    static let pauseAfterLogin = Duration.seconds(120)

    static func outcome(of response: MailResponse) -> DeliveryOutcome {
        let said = SafeText.line(response.text)
        return .delivered(answer: said.isEmpty ? "\(response.code)" : "\(response.code) \(said.prefix(200))")
    }

    static func outcome(of error: TransportError) -> DeliveryOutcome {
        let reason = SafeText.line(error.message)
        switch error.kind {
        case .invalidRequest:
            return .rejected(reason: reason)
        case .authentication:
            return refusedLogin(reason)
        case .smtp(let code, _):
            // 530, 534, 535 and 538 are about the login, whatever command they answer: RFC 4954, section 6.
            if [530, 534, 535, 538].contains(code) { return refusedLogin(reason) }
            guard code >= 500 else {
                return .retry(reason: reason, retryAfter: nil, mayHaveArrived: error.mayHaveBeenSent)
            }
            return .rejected(reason: "\(reason); \(hint(code))")
        case .dns, .refused, .connectTimeout, .tls, .timeout, .connectionLost, .proxy, .protocolError, .cancelled,
            .resources:
            return .retry(reason: reason, retryAfter: nil, mayHaveArrived: error.mayHaveBeenSent)
        }
    }

    private static func refusedLogin(_ reason: String) -> DeliveryOutcome {
        .retry(
            reason: "\(reason); check `auth_username` and `auth_password`", retryAfter: pauseAfterLogin,
            mayHaveArrived: false)
    }

    private static func hint(_ code: Int) -> String {
        switch code {
        case 550, 551, 553: "check the addresses in `to` and `from`, and whether the server relays for us"
        case 552: "the mailbox is full, or the mail too large"
        default: "the mail server's log says more"
        }
    }
}
