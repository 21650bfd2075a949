import PromQL

/// Collects what one reading did to an alert.
struct EventLog {
    let now: Timestamp
    private(set) var events: [AlertEvent] = []

    init(now: Timestamp) {
        self.now = now
    }

    mutating func add(_ kind: AlertEvent.Kind, _ alert: Alert, before: Alert, reason: String? = nil) {
        events.append(
            AlertEvent(
                alert: alert.id, at: now, kind: kind, rule: alert.rule, labels: alert.labels, level: alert.level,
                previousLevel: before.phase.isFiring ? before.level : nil, value: alert.value,
                threshold: alert.threshold, peak: alert.peak, summary: alert.annotations["summary"], reason: reason))
    }
}
