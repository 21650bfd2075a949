package import Alerting
package import PromQL

/// One way to reach people or programs: a message becomes a request, and the answer becomes an outcome.
package protocol Channel: Sendable {
    /// Tries once to deliver the message and says how that ended; never throws and never waits for a next attempt.
    ///
    /// The body is made from the message and the key alone, so every attempt under one key sends the same.
    /// - Parameters:
    ///   - key: the idempotency key: the same for every attempt with this body, and never used for another.
    ///   - attempt: which attempt this is, from 1.
    ///   - now: the time of the attempt, for signatures and for reading `Retry-After`.
    func deliver(_ notification: Notification, key: String, attempt: Int, now: Timestamp) async -> DeliveryOutcome
}
