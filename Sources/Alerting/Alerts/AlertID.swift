package import PromQL

/// Which alert: its rule's name and its labels, without the level.
///
/// The level is an attribute and changes while the alert lives, so it is no part of the identity; a receiver's
/// deduplication key is made from this and stays the same from the first warning to the resolve.
package struct AlertID: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    package let fingerprint: UInt64

    package init(fingerprint: UInt64) {
        self.fingerprint = fingerprint
    }

    /// - Parameters:
    ///   - labels: the alert's labels with `alertname`, and without `severity` where a rule has levels.
    ///   - ordinal: 0, or which of several Prometheus rules of one name it is; they may give equal labels.
    package init(labels: Labels, ordinal: Int = 0) {
        fingerprint =
            ordinal == 0
            ? labels.fingerprint : labels.setting("__rule_ordinal__", String(ordinal)).fingerprint
    }

    /// Reads the sixteen hexadecimal digits that `description` prints; nil for anything else.
    package init?(_ text: String) {
        guard text.utf8.count == 16, let value = UInt64(text, radix: 16) else { return nil }
        fingerprint = value
    }

    package var description: String {
        String(unsafeUninitializedCapacity: 16) { bytes in
            for place in 0..<16 {
                let digit = UInt8(truncatingIfNeeded: fingerprint >> UInt64(60 - 4 * place)) & 15
                bytes[place] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
            }
            return 16
        }
    }

    package static func < (one: AlertID, other: AlertID) -> Bool {
        one.fingerprint < other.fingerprint
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let id = AlertID(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an alert id: \(text)")
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
