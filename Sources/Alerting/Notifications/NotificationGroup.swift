package import PromQL

/// Alerts that one destination hears of together, and what it has been told so far. A row of the store.
package struct NotificationGroup: Hashable, Sendable, Codable {
    /// One group of one destination.
    ///
    /// Everything about a group is looked up by it many times for one message, so its parts are kept apart and their hash
    /// with them: a copy counts one reference, and a lookup reads one number.
    package struct ID: Sendable {
        private final class Parts: Sendable {
            let key: String
            let destination: Destination
            let hash: Int

            init(key: String, destination: Destination) {
                self.key = key
                self.destination = destination
                var hasher = Hasher()
                hasher.combine(key)
                hasher.combine(destination)
                hash = hasher.finalize()
            }
        }

        private let parts: Parts

        package init(key: String, destination: Destination) {
            parts = Parts(key: key, destination: destination)
        }

        package var key: String { parts.key }
        package var destination: Destination { parts.destination }
    }

    /// What the destination knows of one alert.
    package struct Member: Hashable, Sendable, Codable {
        /// What was told and not taken back: the level (nil in Prometheus's form); nil where nothing was told.
        package var told: Told?
        /// Since when there has been something to tell; nil where there is not.
        package var waitingSince: Timestamp?
        /// Whether the routes still lead here. A changed level may lead elsewhere: who was told then hears of the
        /// change and of the resolve, but gets no reminders.
        package var isRouted: Bool

        /// What holds back an alert that fires, as the group saw it last; nil where nothing does.
        package var hold: Hold?

        /// What fired and cleared and has not been told to be over, oldest first; at most `mostPassed`.
        package var passed: [NotifiedAlert.Episode] = []
        /// How many older ones were let go.
        package var passedOmitted = 0

        /// Since when the time runs after which it is escalated; nil where it was not announced, or is over.
        package var escalatesFrom: Timestamp?
        /// How many steps of the route's escalation have been taken; nil for none.
        package var escalatedSteps: Int?
        /// Why it was escalated to this destination, as a plain clause; nil where it was not.
        package var escalation: String?
        /// When the acknowledgement was made of which the ledger says that it holds back repeats; nil for none.
        package var notedAcknowledgement: Timestamp?
        /// Who acknowledged it and why, where that has just ended and is to be told; nil for none.
        package var endedAcknowledgement: String?

        /// What held it back when it began to fire, or came here; nil once the group has seen it fire and nothing held it back.
        package var heldFromStart: Hold?

        /// A message on its way to the same destination, from the group that the alert was in before: until it is
        /// settled nobody knows what was told, and what follows must not overtake it. Nil for none.
        package var awaits: Int64?

        /// Why another destination's part falls to this one, as a sentence for the message; nil where it does not, and
        /// once that was told.
        package var standsIn: String?
        /// The first outbox row that can tell it; nil where there is nothing of the kind.
        package var standsInFrom: Int64?

        /// More are not listed one by one.
        package static let mostPassed = 20

        package init(told: Told? = nil, waitingSince: Timestamp? = nil, isRouted: Bool = true) {
            self.told = told
            self.waitingSince = waitingSince
            self.isRouted = isRouted
        }
    }

    package struct Told: Hashable, Sendable, Codable {
        package var level: Severity?
        package var isFlapping: Bool
        package var at: Timestamp
        /// False where the receiver rejected it or it was given up: it is not said again before `repeat_interval`,
        /// and no resolve follows, since nobody heard of it.
        package var wasHeard: Bool

        package init(level: Severity?, isFlapping: Bool, at: Timestamp, wasHeard: Bool) {
            self.level = level
            self.isFlapping = isFlapping
            self.at = at
            self.wasHeard = wasHeard
        }
    }

    package var id: ID
    package var routeID: String
    package var labels: Labels
    package var members: [AlertID: Member]
    /// When the group is looked at next; nil where nothing is due.
    package var dueAt: Timestamp?
    /// When its last message was decided; nil before the first.
    package var lastMessageAt: Timestamp?
    /// The row in the outbox that is not settled yet; nil where none is.
    package var outstanding: Int64?
    package var sequence: Int
    /// What the channel wants to know again at the next message, such as where the last one stands: its own words. More
    /// than one line where a group whose alerts all moved here had one too; the group's own comes first. Nil for none.
    package var reference: String?
    /// Whether the last message told that all of it that fires is acknowledged; nil where it did not.
    package var isAcknowledged: Bool?

    package init(id: ID, routeID: String, labels: Labels) {
        self.id = id
        self.routeID = routeID
        self.labels = labels
        members = [:]
        sequence = 0
    }

    /// Takes over what a message left behind, and keeps what was adopted while that was on its way.
    ///
    /// - Parameter known: what the message was given.
    package mutating func keep(_ answer: String?, known: String?) {
        let before = Set((known ?? "").split(separator: "\n"))
        let adopted = (reference ?? "").split(separator: "\n").filter { !before.contains($0) }
        reference = answer
        for line in adopted { adopt(String(line)) }
    }

    /// Takes over what another group of the destination left behind, after its own.
    package mutating func adopt(_ other: String) {
        reference = reference.map { "\($0)\n\(other)" } ?? other
    }
}

extension NotificationGroup.ID: Hashable, Comparable, CustomStringConvertible {
    package static func == (one: NotificationGroup.ID, other: NotificationGroup.ID) -> Bool {
        one.parts === other.parts
            || (one.parts.hash == other.parts.hash && one.key == other.key && one.destination == other.destination)
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(parts.hash) }

    package static func < (one: NotificationGroup.ID, other: NotificationGroup.ID) -> Bool {
        (one.destination, one.key) < (other.destination, other.key)
    }

    package var description: String { "\(destination) \(key)" }
}

extension NotificationGroup.ID: Codable {
    private enum CodingKeys: String, CodingKey {
        case key, destination
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            key: try container.decode(String.self, forKey: .key),
            destination: try container.decode(Destination.self, forKey: .destination))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(key, forKey: .key)
        try container.encode(destination, forKey: .destination)
    }
}
