package import PromQL

/// One alert as it stands: a rule's condition for one set of labels. This is also its row in the store.
package struct Alert: Hashable, Sendable, Codable {
    /// Where an alert is in its life. A well alert that nothing keeps alive is not kept at all.
    package enum Phase: String, Hashable, Sendable, Codable, CaseIterable {
        /// Well. Exits: pending, firing.
        case inactive
        /// A raise condition holds, not yet for long enough. Exits: firing, inactive.
        case pending
        /// At least one level is latched. Exits: recovering, resolved.
        case firing
        /// Firing, and every latched level's clear condition holds, not yet for long enough. Exits: firing, resolved.
        case recovering
        /// Was firing and is over; kept until it has been told. Exits: pending, firing.
        case resolved

        /// Firing or recovering: a person who was told of it still believes that it is on.
        package var isFiring: Bool {
            switch self {
            case .firing, .recovering: true
            case .inactive, .pending, .resolved: false
            }
        }
    }

    package var id: AlertID
    package var rule: String
    /// 0, or which of several Prometheus rules of the same name it comes from.
    package var ordinal: Int
    /// With `alertname`; without `severity` where the rule has levels.
    package var labels: Labels
    /// Expanded at the last evaluation while pending or firing.
    package var annotations: [String: String]
    package var phase: Phase
    /// The highest latched level; nil while none is, or for a Prometheus rule without a known `severity` label.
    package var level: Severity?
    /// The last known value; nil before the first.
    package var value: Double?
    /// The value at which the present level was raised.
    package var raisedValue: Double?
    /// The furthest value beyond the threshold since it began to fire.
    package var peak: Double?
    /// The value at which it resolved; nil while it fires, or where it resolved without one.
    package var clearedValue: Double?
    /// The raise condition of the present level as text, such as `> 0.95`; nil in Prometheus's form.
    package var threshold: String?
    /// The clear condition of the present level as text; nil in Prometheus's form.
    package var clearThreshold: String?
    /// When the raise condition of the present episode first held; nil while inactive.
    package var pendingSince: Timestamp?
    /// When the present or last episode began to fire; nil if it never did.
    package var firingSince: Timestamp?
    /// When the last episode ended; nil while firing or if it never fired.
    package var resolvedAt: Timestamp?
    /// Why it resolved.
    package var resolvedReason: String?
    /// The value is unknown and the state is held.
    package var isStale: Bool
    /// The value is unknown and the rule says that this is an alert of its own.
    package var hasNoData: Bool
    package var isFlapping: Bool
    /// The last evaluation's failure; nil when it went well.
    package var error: String?
    /// The runbook of the rule; nil for none.
    package var runbook: String?
    /// What the rule's diagnosis found of the present or last episode; nil before, and where the rule names none.
    package var evidence: Evidence?
    /// The diagnosis that was asked for and has not come back, as `runbook/block`; nil while none is waited for.
    package var awaitedDiagnosis: String?
    /// What its sender said last; nil for an alert of one of the agent's own rules.
    package var received: Reception?
    /// The state machine's own memory.
    package var machine: AlertMachine.Memory
    package var updatedAt: Timestamp

    /// The labels that routes and receivers see: with the level as `severity`.
    package var routedLabels: Labels {
        guard let level else { return labels }
        return labels.setting(Severity.label, level.rawValue)
    }

    /// Whether the store must hear of the difference to `old`. The last value alone is not worth a write; a timer that
    /// runs is, so that a restart goes on from it.
    func mustBeWritten(after old: Alert) -> Bool {
        if phase == .pending || phase == .recovering { return true }
        return phase != old.phase || level != old.level || isStale != old.isStale || hasNoData != old.hasNoData
            || isFlapping != old.isFlapping || error != old.error || peak != old.peak || runbook != old.runbook
            || machine.latches != old.machine.latches || machine.flapping != old.machine.flapping
            || machine.unknownSince != old.machine.unknownSince || machine.noDataSince != old.machine.noDataSince
            || threshold != old.threshold
    }

    /// Whether one of the rules gives it; else somebody sent it, or a heartbeat stopped.
    package var isOfRule: Bool { ordinal >= 0 }

    /// Whether a person who was told of it should believe that it is on: it fires, or it flaps and so may at any time.
    package var isOn: Bool { phase.isFiring || isFlapping }

    package init(id: AlertID, rule: String, ordinal: Int = 0, labels: Labels, runbook: String?, at now: Timestamp) {
        self.id = id
        self.rule = rule
        self.ordinal = ordinal
        self.labels = labels
        self.runbook = runbook
        annotations = [:]
        phase = .inactive
        isStale = false
        hasNoData = false
        isFlapping = false
        machine = AlertMachine.Memory()
        updatedAt = now
    }
}
