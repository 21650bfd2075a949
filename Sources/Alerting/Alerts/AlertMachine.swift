package import PromQL

/// Decides what one reading means for one alert: a pure function of the alert, the reading and the time.
///
/// With levels each level is a latch of its own: it is raised once its raise condition has held for `for`, and
/// latching one latches those below; the highest shows. While the clear conditions of all latched levels hold, the
/// alert recovers and nothing falls; it resolves when each has held for its own `clear_for`. While only the higher
/// ones' hold, they fall to the level below. Prometheus's form is in `AlertMachine+Presence.swift`.
package struct AlertMachine: Sendable {
    /// What an evaluation found for one alert.
    package enum Reading: Hashable, Sendable {
        /// The expression's value for these labels.
        case value(Double)
        /// Good inputs gave nothing for these labels: the thing is gone, or the condition is false.
        case absent(reason: String)
        /// A series that it reads is unknown. `isExplained` is true where an alert of its own already says why (the
        /// database is down), so that missing data is not reported on top.
        case unknown(reason: String, isExplained: Bool = false)
        /// The rule could not be evaluated.
        case failed(message: String)
    }

    /// What the machine remembers between readings; kept in the store with the alert.
    package struct Memory: Hashable, Sendable, Codable {
        /// One level's latch.
        package struct Latch: Hashable, Sendable, Codable {
            package var level: Severity
            package var isLatched = false
            /// For how long the raise condition has held; nil while it does not, or once latched.
            package var raising: Duration?
            /// For how long the clear condition has held; nil while it does not, or while not latched.
            package var clearing: Duration?

            package init(
                level: Severity, isLatched: Bool = false, raising: Duration? = nil, clearing: Duration? = nil
            ) {
                self.level = level
                self.isLatched = isLatched
                self.raising = raising
                self.clearing = clearing
            }
        }

        /// Lowest level first; empty in Prometheus's form.
        package var latches: [Latch] = []
        /// The last reading that told something; nil after one that did not, since time without data does not count.
        package var lastReading: Timestamp?
        /// Since when readings have been unknown; nil while they are known.
        package var unknownSince: Timestamp?
        /// Since when readings have been unknown while the agent ran: time in which it did not is nobody's missing
        /// data. Nil while they are known.
        package var noDataSince: Timestamp?
        /// Prometheus's form: since when the element has been present.
        package var activeSince: Timestamp?
        /// Prometheus's form: since when it has been absent while `keep_firing_for` holds the alert.
        package var keepFiringSince: Timestamp?
        /// Nil until the first change of an alert whose rule watches for flapping.
        package var flapping: FlappingMemory?

        package init() {}
    }

    package let condition: AlertRule.Condition
    package let noData: AlertRule.NoDataPolicy
    package let flapping: FlappingPolicy?
    /// The longest gap between two evaluations. Between two readings a level's timer advances by at most twice this.
    package let interval: Duration

    package init(
        condition: AlertRule.Condition, noData: AlertRule.NoDataPolicy = .keep, flapping: FlappingPolicy? = nil,
        interval: Duration
    ) {
        self.condition = condition
        self.noData = noData
        self.flapping = flapping
        self.interval = interval
    }

    /// Missing readings become an alert after this many intervals, under `no_data: alert`.
    package static let intervalsUntilNoData = 3

    /// Applies one reading.
    ///
    /// - Returns: what happened, oldest first; empty where nothing did.
    package func observe(_ reading: Reading, at now: Timestamp, of alert: inout Alert) -> [AlertEvent] {
        let before = alert
        var log = EventLog(now: now)
        alert.updatedAt = now
        switch reading {
        case .value(let value) where value.isNaN && isLevelled:
            observeUnknown("the value is not a number", isExplained: false, at: now, of: &alert, log: &log)
        case .value(let value):
            becomeKnown(at: now, of: &alert, log: &log)
            alert.value = value
            observeKnown(value, reason: nil, at: now, of: &alert, log: &log)
        case .absent(let reason):
            becomeKnown(at: now, of: &alert, log: &log)
            observeKnown(nil, reason: reason, at: now, of: &alert, log: &log)
        case .unknown(let reason, let isExplained):
            observeUnknown(reason, isExplained: isExplained, at: now, of: &alert, log: &log)
        case .failed(let message):
            if alert.error == nil { log.add(.failed, alert, before: before, reason: message) }
            alert.error = message
            alert.machine.lastReading = nil
            alert.machine.unknownSince = alert.machine.unknownSince ?? now
        }
        watchFlapping(before: before, at: now, of: &alert, log: &log)
        return log.events
    }

    /// Whether a value is held against thresholds, where what is not a number says nothing. In Prometheus's form any
    /// element means active, whatever its value.
    private var isLevelled: Bool {
        switch condition {
        case .levels: true
        case .presence: false
        }
    }

    // MARK: Known readings

    /// - Parameter value: nil where good inputs gave nothing.
    private func observeKnown(
        _ value: Double?, reason: String?, at now: Timestamp, of alert: inout Alert, log: inout EventLog
    ) {
        switch condition {
        case .levels(let levels):
            observeLevels(levels, value: value, reason: reason, at: now, of: &alert, log: &log)
        case .presence(let holdFor, let keepFiringFor):
            observePresence(
                holdFor: holdFor, keepFiringFor: keepFiringFor, value: value, reason: reason, at: now, of: &alert,
                log: &log)
        }
    }

    private func becomeKnown(at now: Timestamp, of alert: inout Alert, log: inout EventLog) {
        let before = alert
        if let since = alert.machine.unknownSince {
            // Time without data stops the clocks: what was timed from a wall time is moved on by the gap.
            let gap = now - since
            alert.machine.activeSince = alert.machine.activeSince.map { $0 + gap }
            alert.machine.keepFiringSince = alert.machine.keepFiringSince.map { $0 + gap }
            alert.machine.unknownSince = nil
            alert.machine.noDataSince = nil
        }
        if alert.error != nil {
            alert.error = nil
            log.add(.recoveredFromError, alert, before: before)
        }
        if alert.isStale || alert.hasNoData {
            alert.isStale = false
            alert.hasNoData = false
            log.add(.fresh, alert, before: before)
        }
    }

    // MARK: Unknown readings

    private func observeUnknown(
        _ reason: String, isExplained: Bool, at now: Timestamp, of alert: inout Alert, log: inout EventLog
    ) {
        if noData == .ok {
            becomeKnown(at: now, of: &alert, log: &log)
            observeKnown(
                nil, reason: "no data, which this rule takes for well: \(reason)", at: now, of: &alert, log: &log)
            return
        }
        let before = alert
        alert.machine.lastReading = nil
        alert.machine.unknownSince = alert.machine.unknownSince ?? now
        let since = alert.machine.noDataSince ?? now
        alert.machine.noDataSince = since
        if !alert.isStale && alert.phase != .inactive && alert.phase != .resolved {
            alert.isStale = true
            log.add(.stale, alert, before: before, reason: reason)
        }
        guard noData == .alert, !isExplained, !alert.hasNoData,
            now - since >= interval * Self.intervalsUntilNoData
        else { return }
        alert.hasNoData = true
        log.add(.noData, alert, before: before, reason: reason)
        if !alert.phase.isFiring {
            fireForMissingData(reason, at: now, of: &alert, log: &log)
        }
    }

    private func fireForMissingData(
        _ reason: String, at now: Timestamp, of alert: inout Alert, log: inout EventLog
    ) {
        let before = alert
        switch condition {
        case .levels(let levels):
            guard let lowest = levels.first else { return }
            prepareLatches(levels, of: &alert)
            alert.machine.latches[0].isLatched = true
            alert.machine.latches[0].raising = nil
            show(lowest, of: &alert)
        case .presence:
            alert.machine.activeSince = alert.machine.activeSince ?? now
        }
        begin(at: now, value: nil, of: &alert)
        log.add(.fired, alert, before: before, reason: "no data: \(reason)")
    }

    // MARK: What every kind of rule shares

    /// Enters firing: a new episode.
    func begin(at now: Timestamp, value: Double?, of alert: inout Alert) {
        alert.phase = .firing
        alert.pendingSince = alert.pendingSince ?? now
        alert.firingSince = now
        alert.raisedValue = value
        alert.peak = value
        alert.clearedValue = nil
        alert.resolvedAt = nil
        alert.resolvedReason = nil
    }

    /// Leaves firing.
    func end(at now: Timestamp, value: Double?, reason: String?, of alert: inout Alert) {
        alert.phase = .resolved
        alert.pendingSince = nil
        alert.resolvedAt = now
        alert.resolvedReason = reason
        alert.clearedValue = value
        alert.isStale = false
        alert.hasNoData = false
        // Also where its rule was removed: one that comes back begins anew.
        for index in alert.machine.latches.indices {
            alert.machine.latches[index].isLatched = false
            alert.machine.latches[index].clearing = nil
        }
    }

    /// Shows a level's thresholds beside the alert.
    func show(_ rule: LevelRule, of alert: inout Alert) {
        alert.level = rule.level
        alert.threshold = rule.raise.description
        alert.clearThreshold = rule.clear.description
    }
}
