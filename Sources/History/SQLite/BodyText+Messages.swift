import Alerting
import PromQL

/// What messages say.
extension BodyText {
    mutating func fields(of notification: Notification) {
        name("destination")
        object { $0.fields(of: notification.destination) }
        field("occasion", notification.occasion.rawValue)
        field("groupKey", notification.groupKey)
        field("groupLabels", notification.groupLabels)
        name("alerts")
        array(notification.alerts) { body, alert in body.object { $0.fields(of: alert) } }
        field("sequence", notification.sequence)
        field("createdAt", notification.createdAt)
        field("note", notification.note)
        field("reference", notification.reference)
        if let digest = notification.digest { field("digest", digest) }
    }

    mutating func field(_ key: StaticString, _ digest: Digest) {
        name(key)
        object { body in
            body.field("cause", digest.cause.rawValue)
            body.field("messages", digest.messages)
            body.field("firing", digest.firing)
            body.field("over", digest.over)
            body.field("level", digest.level?.rawValue)
            body.name("rules")
            body.array(digest.rules) { body, count in
                body.object {
                    $0.field("rule", count.rule)
                    $0.field("firing", count.firing)
                    $0.field("over", count.over)
                    $0.field("level", count.level?.rawValue)
                }
            }
            body.field("omittedRules", digest.omittedRules)
        }
    }

    mutating func fields(of alert: NotifiedAlert) {
        field("id", alert.id.description)
        field("change", alert.change.rawValue)
        field("isFiring", alert.isFiring)
        field("rule", alert.rule)
        field("labels", alert.labels)
        field("annotations", alert.annotations)
        field("level", alert.level?.rawValue)
        field("previousLevel", alert.previousLevel?.rawValue)
        field("value", alert.value)
        field("peak", alert.peak)
        field("clearedValue", alert.clearedValue)
        field("threshold", alert.threshold)
        field("clearThreshold", alert.clearThreshold)
        field("startedAt", alert.startedAt)
        field("endedAt", alert.endedAt)
        field("resolvedReason", alert.resolvedReason)
        field("isStale", alert.isStale)
        field("hasNoData", alert.hasNoData)
        field("isFlapping", alert.isFlapping)
        field("meanwhile", alert.meanwhile)
        field("meanwhileOmitted", alert.meanwhileOmitted)
        field("evidence", alert.evidence)
        field("runbook", alert.runbook)
        field("generatorURL", alert.generatorURL)
        guard let acknowledgement = alert.acknowledgement else { return }
        name("acknowledgement")
        object {
            $0.field("by", acknowledgement.by)
            $0.field("comment", acknowledgement.comment)
            $0.field("at", acknowledgement.at)
            $0.field("until", acknowledgement.until)
        }
    }

    mutating func field(_ key: StaticString, _ evidence: Evidence?) {
        guard let evidence else { return }
        name(key)
        object { $0.fields(of: evidence) }
    }

    mutating func fields(of evidence: Evidence) {
        field("title", evidence.title)
        name("columns")
        array(evidence.columns) { $0.string($1) }
        name("rows")
        array(evidence.rows) { body, row in body.array(row) { $0.string($1) } }
        field("omittedRows", evidence.omittedRows)
        field("failure", evidence.failure)
        field("takenAt", evidence.takenAt)
    }

    mutating func field(_ key: StaticString, _ episodes: [NotifiedAlert.Episode]) {
        name(key)
        array(episodes) { body, episode in
            body.object {
                $0.field("startedAt", episode.startedAt)
                $0.field("endedAt", episode.endedAt)
                $0.field("level", episode.level?.rawValue)
                $0.field("peak", episode.peak)
            }
        }
    }
}
