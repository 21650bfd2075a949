package import PromQL

/// Something that happened to an alert: a row of the history.
package struct AlertEvent: Hashable, Sendable, Codable {
    package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// A raise condition began to hold.
        case pending
        /// It stopped before it had held for long enough.
        case pendingEnded = "pending_ended"
        /// Began to fire.
        case fired
        /// Rose to a higher level.
        case raised
        /// Fell to a lower level.
        case lowered
        /// The clear condition began to hold.
        case recovering
        /// It stopped before it had held for long enough.
        case recoveringEnded = "recovering_ended"
        /// Is over.
        case resolved
        /// The value became unknown; the state is held.
        case stale
        /// The value is known again.
        case fresh
        /// The value has been unknown for so long that this is an alert.
        case noData = "no_data"
        /// Began to flap.
        case flapping
        /// Is steady again.
        case steady
        /// The rule could not be evaluated; the state is held.
        case failed
        /// The rule can be evaluated again.
        case recoveredFromError = "evaluated"
        /// What the rule's diagnosis found has come.
        case diagnosed
        /// A silence began to hold back what it matches; `alert` is made from its id.
        case silenceBegan = "silence_began"
        /// A silence is over.
        case silenceEnded = "silence_ended"
        /// Somebody looks after it: it is not repeated nor escalated.
        case acknowledged
        /// That is over; the reason says why.
        case acknowledgementEnded = "acknowledgement_ended"
    }

    /// The alert; of a silence an id made from the silence's.
    package var alert: AlertID
    package var at: Timestamp
    package var kind: Kind
    package var rule: String
    package var labels: Labels
    /// The level after the event; nil when none is latched.
    package var level: Severity?
    /// The level before the event; nil when none was latched.
    package var previousLevel: Severity?
    package var value: Double?
    package var threshold: String?
    package var peak: Double?
    /// The expanded summary, for dashboards; nil where the rule has none.
    package var summary: String?
    /// Why, where it is not plain from the kind.
    package var reason: String?
    /// What the diagnosis found; nil but for `diagnosed`.
    package var evidence: Evidence?

    package init(
        alert: AlertID, at: Timestamp, kind: Kind, rule: String, labels: Labels, level: Severity?,
        previousLevel: Severity?, value: Double?, threshold: String?, peak: Double? = nil, summary: String? = nil,
        reason: String? = nil, evidence: Evidence? = nil
    ) {
        self.alert = alert
        self.at = at
        self.kind = kind
        self.rule = rule
        self.labels = labels
        self.level = level
        self.previousLevel = previousLevel
        self.value = value
        self.threshold = threshold
        self.peak = peak
        self.summary = summary
        self.reason = reason
        self.evidence = evidence
    }
}
