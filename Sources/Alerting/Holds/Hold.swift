package import PromQL

/// Why an alert is not told to somebody for now, though it fires: what holds it back, and until when.
package struct Hold: Hashable, Sendable, Codable {
    package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// Another alert that fires says it all.
        case inhibited
        /// Somebody said so.
        case silenced
        /// The route says nothing in an interval, and it is that time.
        case muted
        /// The route speaks only in an interval, and it is not that time.
        case notActive = "not_active"
    }

    package var kind: Kind
    /// What holds it back: an alert's id, a silence's id, or intervals' names. As long as kind and this are the same it
    /// is the same hold.
    package var by: String
    /// A plain sentence for the ledger.
    package var reason: String
    /// When it ends by itself; nil where that is not known.
    package var until: Timestamp?

    package init(_ kind: Kind, by: String, reason: String, until: Timestamp? = nil) {
        self.kind = kind
        self.by = by
        self.reason = reason
        self.until = until
    }

    /// Whether two are the same hold, though its end may have moved.
    func isSame(as other: Hold?) -> Bool { kind == other?.kind && by == other?.by }
}
