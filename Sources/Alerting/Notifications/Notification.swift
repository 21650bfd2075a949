package import PromQL

/// What one message says: everything a channel needs to render it, frozen at the time it was decided.
package struct Notification: Hashable, Sendable, Codable {
    /// Why the message is sent.
    package enum Occasion: String, Hashable, Sendable, Codable, CaseIterable {
        /// Something changed that the receiver does not know yet.
        case change
        /// It still fires, and `repeat_interval` has passed.
        case reminder
        /// Another receiver rejected it, and this one is its fallback.
        case fallback
        /// Nobody acknowledged it, and this receiver is the route's next.
        case escalation
        /// Somebody acknowledged all of it that fires.
        case acknowledgement
        /// It stands for many messages that are told together.
        case digest
        /// `notify-test` asked for it.
        case test
    }

    package var destination: Destination
    package var occasion: Occasion
    /// The group's key, the same for every message of the group: `{}/{team="db"}:{alertname="X"}`.
    package var groupKey: String
    package var groupLabels: Labels
    package var alerts: [NotifiedAlert]
    /// Which message of the group this is, from 1.
    package var sequence: Int
    package var createdAt: Timestamp
    /// A plain sentence about the message itself, such as that the history could not be written; nil for none.
    package var note: String?
    /// What the destination's earlier messages of the group left behind for this one, such as the id of the message to
    /// change in place: the channel's own words, one line for each; nil for none. See `NotificationGroup.reference`.
    package var reference: String?
    /// What it stands for; nil but for a digest. `alerts` then holds only those that it names.
    package var digest: Digest?

    package init(
        destination: Destination, occasion: Occasion, groupKey: String, groupLabels: Labels, alerts: [NotifiedAlert],
        sequence: Int, createdAt: Timestamp, note: String? = nil, reference: String? = nil
    ) {
        self.destination = destination
        self.occasion = occasion
        self.groupKey = groupKey
        self.groupLabels = groupLabels
        self.alerts = alerts
        self.sequence = sequence
        self.createdAt = createdAt
        self.note = note
        self.reference = reference
    }

    /// `firing` while one alert of it fires, else `resolved`, as Alertmanager has it.
    package var isFiring: Bool { alerts.contains { $0.isFiring } }

    /// Whether something fires, and somebody looks after all that does.
    package var isAcknowledged: Bool { alerts.areAcknowledged }

    /// The highest level among the alerts that fire, or among all where none does.
    package var level: Severity? {
        let firing = alerts.filter(\.isFiring)
        return (firing.isEmpty ? alerts : firing).compactMap(\.level).max()
    }

    /// The labels that all its alerts share, with the level as `severity`.
    package var commonLabels: Labels {
        guard let first = alerts.first else { return Labels() }
        // Most messages of a storm tell of one.
        if alerts.count == 1 { return first.routedLabels }
        let shared = first.routedLabels.filter { pair in
            alerts.allSatisfy { $0.routedLabels[pair.name] == pair.value }
        }
        return Labels(shared.map { ($0.name, $0.value) })
    }

    /// The annotations that all its alerts share.
    package var commonAnnotations: [String: String] {
        guard let first = alerts.first else { return [:] }
        if alerts.count == 1 { return first.annotations }
        return first.annotations.filter { pair in alerts.allSatisfy { $0.annotations[pair.key] == pair.value } }
    }
}

extension [NotifiedAlert] {
    /// Whether something fires, and somebody looks after all that does.
    var areAcknowledged: Bool {
        contains(where: \.isFiring) && allSatisfy { !$0.isFiring || $0.acknowledgement != nil }
    }
}
