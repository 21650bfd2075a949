package import PromQL

/// A message that must arrive: written before the first byte leaves, removed when it is settled.
package struct OutboxRow: Hashable, Sendable, Codable {
    package enum State: String, Hashable, Sendable, Codable {
        /// Not leased since it was written, or its last attempt failed for certain. May be merged with what follows.
        /// Exits: leased, removed (merged, or given up).
        case waiting
        /// An attempt is under way. Exits: removed (delivered, rejected), waiting, frozen.
        case leased
        /// An attempt may have arrived: the same body is sent again under the same key. Exits: leased, removed.
        case frozen
        /// A digest tells it. Exits: removed (the digest arrived, or never will), waiting (it failed for certain).
        case carried
    }

    package var id: Int64
    package var group: NotificationGroup.ID
    /// The idempotency key: the same for every attempt with this body.
    package var key: String
    @Boxed package var notification: Notification
    package var state: State
    /// Whether some attempt may have arrived though no good answer came: then body and key stay, whatever later
    /// attempts bring.
    package var mayHaveArrived = false
    package var createdAt: Timestamp
    /// Attempts made, over everything that was merged into this row.
    package var attempts: Int
    package var nextAttemptAt: Timestamp
    package var giveUpAt: Timestamp
    /// What the last attempt ended with; nil before the first.
    package var lastError: String?
    /// The rows that it carries; nil for all but digests.
    package var carries: [Int64]?
    /// Whether it tells what was wrong when the agent began to watch; nil for no.
    package var isFirstLook: Bool?

    package init(
        id: Int64, group: NotificationGroup.ID, key: String, notification: Notification, createdAt: Timestamp,
        attempts: Int = 0, nextAttemptAt: Timestamp, giveUpAt: Timestamp
    ) {
        self.id = id
        self.group = group
        self.key = key
        _notification = Boxed(wrappedValue: notification)
        state = .waiting
        self.createdAt = createdAt
        self.attempts = attempts
        self.nextAttemptAt = nextAttemptAt
        self.giveUpAt = giveUpAt
    }
}

/// How an attempt to deliver ended, as the channel judges the answer.
package enum DeliveryOutcome: Hashable, Sendable {
    /// The receiver has it. `answer` is a short account of what it said. `reference` is kept with the group and given to
    /// the channel again with the next message; nil where the channel keeps nothing.
    case delivered(answer: String, reference: String? = nil)
    /// Try again: after `retryAfter`, or after the usual backoff where nil.
    /// `mayHaveArrived` is true where bytes had left and no answer came, so that the same body must be sent again.
    case retry(reason: String, retryAfter: Duration?, mayHaveArrived: Bool)
    /// The receiver will never take it.
    case rejected(reason: String)
}
