import Crypto
import Alerting
import PromQL

/// Proves to a receiver that a request comes from this agent and is fresh.
///
/// To verify: take the header `X-Tocsin-Timestamp`, a full stop and the raw body, in this order and without anything
/// between; compute HMAC-SHA256 of it with the shared secret; write that as lower-case hexadecimal digits with `v1=`
/// before; compare with `X-Tocsin-Signature` in constant time. Refuse a timestamp more than five minutes off.
enum WebhookSignature {
    /// The two headers for a body that is sent at `now`; the timestamp is in whole seconds since 1970.
    static func headers(body: [UInt8], secret: Secret, now: Timestamp) -> [(String, String)] {
        let timestamp = String(now.milliseconds / 1_000)
        let key = SymmetricKey(data: Array(secret.exposed.utf8))
        let code = HMAC<SHA256>.authenticationCode(for: Array("\(timestamp).".utf8) + body, using: key)
        let hex = code.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        return [("X-Tocsin-Timestamp", timestamp), ("X-Tocsin-Signature", "v1=\(hex)")]
    }
}
