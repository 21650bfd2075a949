import Alerting
import PromQL

/// Builders for what a history holds.
enum Make {
    static let start = Timestamp(milliseconds: 1_763_886_000_000)

    static func time(_ seconds: Double) -> Timestamp {
        start + .milliseconds(Int64((seconds * 1_000).rounded()))
    }

    static func labels(_ rule: String, _ more: [String: String] = [:]) -> Labels {
        Labels(more.merging(["alertname": rule]) { _, new in new })
    }

    static func alert(_ rule: String, _ more: [String: String] = [:], value: Double? = 0.97) -> Alert {
        let labels = labels(rule, more)
        var alert = Alert(id: AlertID(labels: labels), rule: rule, labels: labels, runbook: "a \"book\"", at: start)
        alert.phase = .firing
        alert.level = .critical
        alert.value = value
        alert.annotations = ["summary": "97 % – voll\n"]
        alert.firingSince = time(3)
        alert.machine.lastReading = time(4)
        alert.machine.flapping = FlappingMemory(at: time(2))
        return alert
    }

    static func event(
        _ rule: String = "PoolFull", _ more: [String: String] = ["pool": "a"], at seconds: Double = 0,
        kind: AlertEvent.Kind = .fired, level: Severity? = .warning, value: Double? = 0.5, reason: String? = nil
    ) -> AlertEvent {
        let labels = labels(rule, more)
        return AlertEvent(
            alert: AlertID(labels: labels), at: time(seconds), kind: kind, rule: rule, labels: labels, level: level,
            previousLevel: nil, value: value, threshold: "> 0.4", peak: value, summary: "it's \"full\"", reason: reason)
    }

    static func destination(_ receiver: String = "ops", index: Int = 0) -> Destination {
        Destination(receiver: receiver, channel: "slack", index: index)
    }

    static func group(_ key: String = "{}:{team=\"db\"}", outstanding: Int64? = nil) -> NotificationGroup {
        var group = NotificationGroup(
            id: .init(key: key, destination: destination()), routeID: "{}", labels: ["team": "db"])
        let told = NotificationGroup.Told(level: .warning, isFlapping: false, at: time(4), wasHeard: true)
        group.members = [alert("PoolFull").id: .init(told: told), alert("Down").id: .init(waitingSince: time(5))]
        group.dueAt = time(9)
        group.outstanding = outstanding
        group.reference = "C1 1.2\nC1 1.1"
        return group
    }

    static func message(_ id: Int64) -> OutboxRow {
        let group = group()
        let notification = Notification(
            destination: group.id.destination, occasion: .change, groupKey: group.id.key, groupLabels: group.labels,
            alerts: [NotifiedAlert(alert("PoolFull"), change: .fired, previousLevel: nil)], sequence: 1,
            createdAt: time(5), reference: "C1 1.2")
        return OutboxRow(
            id: id, group: group.id, key: "key-\(id)", notification: notification, createdAt: time(5), attempts: 2,
            nextAttemptAt: time(6), giveUpAt: time(86_400))
    }

    static func silence(_ id: String, comment: String = "planned") throws -> Silence {
        Silence(
            id: id,
            matchers: [
                try Matcher("alertname", .equal, "Pool\"Full\""), try Matcher("pool", .notMatches, "a|b"),
            ], startsAt: time(1), endsAt: time(2), updatedAt: time(0), createdBy: "ann", comment: comment)
    }

    static func acknowledgement(_ rule: String = "PoolFull") -> Acknowledgement {
        Acknowledgement(
            alert: alert(rule).id, level: .warning, createdAt: time(1), endsAt: time(2), createdBy: "ann \"a\"",
            comment: rule)
    }

    static func entry(
        at seconds: Double = 0, kind: LedgerEntry.Kind = .delivered, receiver: String = "ops", index: Int = 0,
        alerts: [Alert] = [alert("PoolFull")], message: Int64? = 7, reason: String = "said \"ok\""
    ) -> LedgerEntry {
        LedgerEntry(
            at: time(seconds), kind: kind, destination: destination(receiver, index: index), groupKey: "{}:{}",
            alerts: alerts.map(\.id), message: message, attempt: 1, latency: .microseconds(1_234_567), reason: reason)
    }
}
