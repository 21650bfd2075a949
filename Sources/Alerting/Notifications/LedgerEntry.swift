package import PromQL

/// One decision about telling, or one attempt at it: why somebody was paged, or why not.
package struct LedgerEntry: Hashable, Sendable, Codable {
    package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// A message was decided and written to the outbox.
        case queued
        /// It was replaced by a later message that tells the same and more, before any byte had left.
        case merged
        /// An attempt began.
        case attempt
        case delivered
        /// An attempt failed and another follows.
        case retry
        case rejected
        /// Tried for as long as the settings allow.
        case givenUp = "given_up"
        /// Decided to say nothing; the reason says why.
        case withheld
        /// Decided to tell a further receiver, since nobody acknowledged it.
        case escalated
    }

    package var at: Timestamp
    package var kind: Kind
    package var destination: Destination
    package var groupKey: String
    /// The alerts that it is about.
    package var alerts: [AlertID]
    /// The outbox row; nil where no message was made.
    package var message: Int64?
    /// Which attempt, from 1; nil where it is not about one.
    package var attempt: Int?
    /// How long the attempt took; nil where it is not about one.
    package var latency: Duration?
    package var reason: String

    package init(
        at: Timestamp, kind: Kind, destination: Destination, groupKey: String, alerts: [AlertID], message: Int64? = nil,
        attempt: Int? = nil, latency: Duration? = nil, reason: String
    ) {
        self.at = at
        self.kind = kind
        self.destination = destination
        self.groupKey = groupKey
        self.alerts = alerts
        self.message = message
        self.attempt = attempt
        self.latency = latency
        self.reason = reason
    }
}

extension LedgerEntry {
    /// What the receiver answered the attempt with, an HTTP status or SMTP's reply code; nil where it is not about an
    /// attempt, or no answer came.
    ///
    /// Every channel begins its account of an answer with it: `200 ok`, `answered 503 overloaded`.
    package var status: Int? {
        switch kind {
        case .queued, .merged, .attempt, .withheld, .escalated: return nil
        case .delivered, .retry, .rejected, .givenUp: break
        }
        guard attempt != nil else { return nil }
        var words = reason.split(separator: " ", omittingEmptySubsequences: true)[...]
        if kind == .givenUp, let last = words.firstIndex(of: "last:") { words = words[(last + 1)...] }
        if words.first == "answered" { words = words.dropFirst() }
        let digits = words.first?.prefix { $0.isASCII && $0.isNumber } ?? ""
        guard digits.count == 3, let status = Int(digits), (100..<600).contains(status) else { return nil }
        let rest = words.first?.dropFirst(3) ?? ""
        return rest.isEmpty || rest.hasPrefix(";") || rest.hasPrefix(":") ? status : nil
    }
}
