import Alerting
import Delivery
import Drivers
import PromQL

import struct Foundation.TimeZone

/// Messages as the pipeline makes them, for all tests of this folder.
enum Samples {
    /// 2026-11-23 10:05:14 UTC, when the messages are decided.
    static let now = Timestamp(milliseconds: 1_795_428_314_000)
    static let start = now - .seconds(183)

    static func context(
        zone: TimeZone? = TimeZone(secondsFromGMT: 0), externalURL: String? = "https://tocsin.example"
    ) -> ChannelContext {
        ChannelContext(
            externalURL: externalURL, timeZone: zone ?? .gmt, version: "0.1.0", hostName: "agent.example.org")
    }

    static func alert(
        _ change: NotifiedAlert.Change = .fired, firing: Bool = true, rule: String = "PoolUtilizationHigh",
        labels: [String: String] = ["pool": "web", "instance": "web"], level: Severity? = .warning,
        previous: Severity? = nil, value: Double? = 0.97, threshold: String? = "> 0.95",
        annotations: [String: String]? = nil, startedAt: Timestamp = start
    ) -> NotifiedAlert {
        let all = Labels(labels).setting("alertname", rule)
        var alert = Alert(
            id: AlertID(labels: all), rule: rule, labels: all, runbook: "pool-exhaustion", at: startedAt)
        alert.annotations =
            annotations ?? [
                "summary": "Pool web is 97% used",
                "description": "Nearly all connections are busy.\nOnce all are, requests queue & time out.",
            ]
        alert.phase = firing ? .firing : .resolved
        alert.level = level
        alert.value = value
        alert.peak = 0.99
        alert.threshold = threshold
        alert.clearThreshold = threshold == nil ? nil : "< 0.90"
        alert.firingSince = startedAt
        if !firing {
            alert.resolvedAt = now - .seconds(2)
            alert.clearedValue = 0.62
        }
        return NotifiedAlert(alert, change: change, previousLevel: previous)
    }

    static func message(
        _ alerts: [NotifiedAlert], channel: String = "slack", occasion: Notification.Occasion = .change,
        group: Labels = ["alertname": "PoolUtilizationHigh", "pool": "web"], sequence: Int = 1, note: String? = nil
    ) -> Notification {
        Notification(
            destination: Destination(receiver: "ops", channel: channel, index: 0), occasion: occasion,
            groupKey: "{}:\(group)", groupLabels: group, alerts: alerts, sequence: sequence, createdAt: now, note: note)
    }

    /// Connections that a diagnosis query found.
    static let evidence = Evidence(
        title: "Who holds the connections", columns: ["pid", "state", "query"],
        rows: [
            ["4711", "active", "SELECT * FROM parlant_tool_calls\n WHERE status = 'open'"],
            ["12", "idle in transaction", "UPDATE a SET b = 1"],
        ], omittedRows: 3)

    static let firedWarning: Notification = {
        var alert = Samples.alert(.fired, value: 0.83, threshold: "> 0.80")
        alert.evidence = evidence
        return message([alert])
    }()
    static let raised = message([alert(.raised, level: .critical, previous: .warning)], sequence: 2)
    static let lowered = message([alert(.lowered, level: .warning, previous: .critical, value: 0.91)], sequence: 3)
    static let resolved = message([alert(.resolved, firing: false, previous: .warning)], sequence: 4)
    static let passed = message([alert(.passed, firing: false)])
    /// Somebody looks after all that fires.
    static let acknowledged = {
        var looked = alert(.unchanged)
        looked.acknowledgement = .init(by: "ann", comment: "on it", at: now, until: now + .seconds(3_600))
        return message([looked], occasion: .acknowledgement)
    }()
    static let reminder = message([alert(.unchanged, level: .critical, previous: .critical)], occasion: .reminder)

    /// News at two levels, a resolve, and one that is only there because it belongs to the group.
    static let mixed = message(
        [
            alert(.unchanged, labels: ["pool": "old"], level: .critical, annotations: ["summary": "Pool old is full"]),
            alert(.fired, labels: ["pool": "a"], level: .info, annotations: [:]),
            alert(.fired, labels: ["pool": "b"], level: .critical, annotations: ["summary": "Pool b is full"]),
            alert(.resolved, firing: false, labels: ["pool": "c"], annotations: ["summary": "Pool c is full"]),
        ], group: ["alertname": "PoolUtilizationHigh"], sequence: 7)

    static let nastyText =
        "<!channel> @here <https://evil.example|click> ``` \u{202E}&amp; *bold* \u{0}\u{7}\r\nBcc: x@y"

    /// Text that tries to break out of every form that we write.
    static let nasty: Notification = {
        var alert = Samples.alert(
            labels: ["pool": nastyText],
            annotations: [
                "summary": nastyText, "description": "</td><script>alert(1)</script>\n.\n\(nastyText)",
                "note\r\nX-Evil: 1": nastyText,
            ])
        alert.evidence = Evidence(
            title: nastyText, columns: ["```", "<b>"], rows: [["```\n<!everyone>", "a\r\n.\r\nb"]])
        alert.runbook = "javascript:alert(1)|x>"
        return message([alert], group: ["alertname": "PoolUtilizationHigh", "pool": nastyText], note: nastyText)
    }()

    /// A diagnosis that failed, with words of the server's that try the same.
    static let failedEvidence: Notification = {
        var alert = Samples.alert(.fired)
        alert.evidence = Evidence(
            title: "blocking/tree on main", columns: [], rows: [], failure: nastyText,
            takenAt: now - .seconds(2))
        return message([alert])
    }()

    static func many(_ count: Int) -> Notification {
        let alerts = (0..<count).map { index in
            alert(
                labels: ["pool": "p\(index)"], level: index % 100 == 7 ? .critical : .warning,
                annotations: ["summary": "Pool p\(index) is full"])
        }
        return message(alerts, group: ["alertname": "PoolUtilizationHigh"])
    }

    /// Far more text than any receiver takes.
    static let huge: Notification = {
        let long = String(repeating: "word & <tag> ", count: 8_000)
        var alert = Samples.alert(
            labels: ["pool": long], annotations: ["summary": long, "description": long, "extra": long])
        alert.evidence = Evidence(
            title: long, columns: ["a", "b"], rows: (0..<500).map { ["\($0)", String(long.prefix(2_000))] },
            omittedRows: 10)
        return message([alert], group: ["pool": long], note: long)
    }()

    /// Of each kind one, by name.
    static let all: [String: Notification] = [
        "fired": firedWarning, "raised": raised, "lowered": lowered, "resolved": resolved, "passed": passed,
        "failed evidence": failedEvidence, "reminder": reminder, "mixed": mixed, "nasty": nasty, "many": many(500),
        "huge": huge, "digest": PeopleWordingTests.digest(.storm),
        "empty": message([], occasion: .test),
        "all long": message(
            (0..<40).map { index in
                let text = String(repeating: "<&> 😀 `` ", count: 1_000)
                var alert = Samples.alert(
                    labels: ["pool": "\(index)\(text)"], annotations: ["summary": text, "description": text])
                alert.evidence = Evidence(
                    title: text, columns: ["<", "&"], rows: Array(repeating: [text, text], count: 30))
                alert.isStale = true
                return alert
            }),
    ]
}
