import Alerting
import PromQL

/// Makes a webhook's body: Alertmanager's JSON of version 4, and beside it under `tocsin` what that has no room for.
///
/// The form is that of Alertmanager's `webhook.Message`. Its `alerts` and ours have the same order and number.
struct WebhookPayload: Sendable {
    let notification: Notification
    let key: String
    /// The most alerts, 0 for all; `truncatedAlerts` counts the rest.
    let maxAlerts: Int
    let context: ChannelContext

    var json: JSONText {
        var shown = notification
        var truncated = 0
        if maxAlerts > 0, shown.alerts.count > maxAlerts {
            truncated = shown.alerts.count - maxAlerts
            shown.alerts = Array(shown.alerts.prefix(maxAlerts))
        }
        return .members([
            "receiver": .string(notification.destination.receiver),
            "status": .string(notification.isFiring ? "firing" : "resolved"),
            "alerts": .array(shown.alerts.map(alertmanager)),
            "groupLabels": .labels(notification.groupLabels),
            "commonLabels": .labels(shown.commonLabels),
            "commonAnnotations": .strings(shown.commonAnnotations),
            "externalURL": .string(context.externalURL ?? ""),
            "version": "4",
            "groupKey": .string(notification.groupKey),
            "truncatedAlerts": .integer(Int64(truncated)),
            "tocsin": .members([
                "key": .string(key),
                "sequence": .integer(Int64(notification.sequence)),
                "occasion": .string(notification.occasion.rawValue),
                "createdAt": .string("\(notification.createdAt)"),
                "note": .optional(notification.note),
                "alerts": .array(shown.alerts.map(ours)),
            ]),
        ])
    }

    private func alertmanager(_ alert: NotifiedAlert) -> JSONText {
        .members([
            "status": .string(alert.isFiring ? "firing" : "resolved"),
            "labels": .labels(alert.routedLabels),
            "annotations": .strings(alert.annotations),
            "startsAt": .string("\(alert.startedAt)"),
            // What Alertmanager sends while the end is not known: Go's zero time.
            "endsAt": .string(alert.endedAt.map { "\($0)" } ?? "0001-01-01T00:00:00Z"),
            "generatorURL": .string(alert.generatorURL ?? context.historyURL("\(alert.id)") ?? ""),
            "fingerprint": .string("\(alert.id)"),
        ])
    }

    private func ours(_ alert: NotifiedAlert) -> JSONText {
        let acknowledgement = alert.acknowledgement.map { one in
            JSONText.members([
                "by": .string(one.by), "comment": .string(one.comment), "at": .string("\(one.at)"),
                "until": .string("\(one.until)"),
            ])
        }
        let all = JSONText.members([
            "id": .string("\(alert.id)"),
            "change": .string(alert.change.rawValue),
            "level": .optional(alert.level?.rawValue),
            "previousLevel": .optional(alert.previousLevel?.rawValue),
            "value": .optional(alert.value),
            "peak": .optional(alert.peak),
            "clearedValue": .optional(alert.clearedValue),
            "threshold": .optional(alert.threshold),
            "clearThreshold": .optional(alert.clearThreshold),
            "startedAt": .string("\(alert.startedAt)"),
            "endedAt": .optional(alert.endedAt.map { "\($0)" }),
            "resolvedReason": .optional(alert.resolvedReason),
            "stale": .bool(alert.isStale),
            "noData": .bool(alert.hasNoData),
            "flapping": .bool(alert.isFlapping),
            "meanwhile": .array(alert.meanwhile.map(episode)),
            "meanwhileOmitted": .integer(Int64(alert.meanwhileOmitted)),
            "evidence": alert.evidence.map(evidence) ?? .null,
            "runbookURL": .optional(alert.runbook.flatMap(context.runbookURL)),
        ])
        guard let acknowledgement, case .object(let members) = all else { return all }
        return .object(members + [.init("acknowledgement", acknowledgement)])
    }

    private func episode(_ episode: NotifiedAlert.Episode) -> JSONText {
        .members([
            "startedAt": .string("\(episode.startedAt)"),
            "endedAt": .string("\(episode.endedAt)"),
            "level": .optional(episode.level?.rawValue),
            "peak": .optional(episode.peak),
        ])
    }

    private func evidence(_ evidence: Evidence) -> JSONText {
        .members([
            "title": .string(evidence.title),
            "columns": .array(evidence.columns.map(JSONText.string)),
            "rows": .array(evidence.rows.map { .array($0.map(JSONText.string)) }),
            "omittedRows": .integer(Int64(evidence.omittedRows)),
            "failure": .optional(evidence.failure),
            "time": .optional(evidence.takenAt.map { "\($0)" }),
        ])
    }
}
