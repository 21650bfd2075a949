package import PromQL

/// One alert inside a message.
package struct NotifiedAlert: Hashable, Sendable, Codable {
    /// What is new about it for this receiver.
    package enum Change: String, Hashable, Sendable, Codable, CaseIterable {
        /// Fires, and was not told before.
        case fired
        /// Rose above the level that was told.
        case raised
        /// Fell below the level that was told, and still fires.
        case lowered
        /// Was told and is over.
        case resolved
        /// Fired and was over again before it could be told.
        case passed
        /// Began to flap.
        case flapping
        /// Is steady again.
        case steady
        /// Nothing new: it is there because it belongs to the group.
        case unchanged
    }

    package var id: AlertID
    package var change: Change
    package var isFiring: Bool
    package var rule: String
    /// Without the level.
    package var labels: Labels
    package var annotations: [String: String]
    package var level: Severity?
    /// The level that this receiver was told last; nil where it was told nothing.
    package var previousLevel: Severity?
    package var value: Double?
    package var peak: Double?
    package var clearedValue: Double?
    package var threshold: String?
    package var clearThreshold: String?
    package var startedAt: Timestamp
    /// Nil while it fires.
    package var endedAt: Timestamp?
    package var resolvedReason: String?
    package var isStale: Bool
    package var hasNoData: Bool
    package var isFlapping: Bool
    /// Earlier times that it fired and cleared, of which this receiver has not heard the end; oldest first.
    package var meanwhile: [Episode]
    /// How many more of them there were, before the oldest of `meanwhile`.
    package var meanwhileOmitted: Int
    /// What a diagnosis found; nil where none was run, where it has not come yet, and where a resolve is told.
    package var evidence: Evidence?
    package var runbook: String?
    /// Where its sender shows it; nil for an alert of the agent's own.
    package var generatorURL: String?
    /// Who looks after it, or did until it resolved; nil where nobody said so.
    package var acknowledgement: Acknowledged?

    /// Somebody's word that they look after the alert.
    package struct Acknowledged: Hashable, Sendable, Codable {
        package var by: String
        package var comment: String
        package var at: Timestamp
        package var until: Timestamp

        package init(by: String, comment: String, at: Timestamp, until: Timestamp) {
            self.by = by
            self.comment = comment
            self.at = at
            self.until = until
        }
    }

    /// The labels that routes and receivers see: with the level as `severity`.
    package var routedLabels: Labels {
        guard let level else { return labels }
        return labels.setting(Severity.label, level.rawValue)
    }

    /// A time that it fired and cleared.
    package struct Episode: Hashable, Sendable, Codable {
        package var startedAt: Timestamp
        package var endedAt: Timestamp
        /// The level when it cleared; nil in Prometheus's form.
        package var level: Severity?
        package var peak: Double?

        package init(startedAt: Timestamp, endedAt: Timestamp, level: Severity?, peak: Double?) {
            self.startedAt = startedAt
            self.endedAt = endedAt
            self.level = level
            self.peak = peak
        }
    }

    package init(
        _ alert: Alert, change: Change, previousLevel: Severity?, meanwhile: [Episode] = [],
        meanwhileOmitted: Int = 0, acknowledgement: Acknowledgement? = nil
    ) {
        id = alert.id
        self.change = change
        isFiring = alert.isOn
        rule = alert.rule
        labels = alert.labels
        annotations = alert.annotations
        level = alert.level
        self.previousLevel = previousLevel
        value = alert.value
        peak = alert.peak
        clearedValue = alert.clearedValue
        threshold = alert.threshold
        clearThreshold = alert.clearThreshold
        startedAt = alert.firingSince ?? alert.updatedAt
        endedAt = alert.isOn ? nil : alert.resolvedAt
        resolvedReason = alert.isOn ? nil : alert.resolvedReason
        isStale = alert.isStale
        hasNoData = alert.hasNoData
        isFlapping = alert.isFlapping
        self.meanwhile = meanwhile
        self.meanwhileOmitted = meanwhileOmitted
        evidence = change.takesEvidence ? alert.evidence : nil
        runbook = alert.runbook
        generatorURL = alert.received?.generatorURL
        self.acknowledgement = acknowledgement.map {
            Acknowledged(by: $0.createdBy, comment: $0.comment, at: $0.createdAt, until: $0.endsAt)
        }
    }
}
