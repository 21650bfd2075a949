/// One channel of one receiver: the second Slack entry of the receiver `ops` is `ops/slack/1`.
///
/// A receiver may have several channels; each is told, retried and remembered on its own.
package struct Destination: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    package let receiver: String
    /// The channel's kind, such as `slack`.
    package let channel: String
    /// Which of the receiver's channels of that kind, from 0.
    package let index: Int

    package init(receiver: String, channel: String, index: Int) {
        self.receiver = receiver
        self.channel = channel
        self.index = index
    }

    package var description: String { "\(receiver)/\(channel)/\(index)" }

    package static func < (one: Destination, other: Destination) -> Bool {
        (one.receiver, one.channel, one.index) < (other.receiver, other.channel, other.index)
    }
}

/// What the pipeline must know of a destination; how it is reached is Delivery's.
package struct DestinationPolicy: Hashable, Sendable {
    package let destination: Destination
    /// Whether a resolve is sent; true unless the settings say otherwise.
    package let sendsResolved: Bool
    /// How long a message is tried before it is given up, visibly.
    package let giveUpAfter: Duration
    /// How fast it may be sent to; nil for as fast as it answers.
    package let pace: Pace?
    /// How many messages within a minute go one by one; more become a digest. Nil where programs read them: those never
    /// get a digest.
    package let digestsAbove: Int?
    /// Whether it is told that somebody acknowledged: a service that escalates by itself can then stop.
    package let tellsAcknowledgements: Bool

    package init(
        destination: Destination, sendsResolved: Bool = true, giveUpAfter: Duration = .seconds(86_400),
        pace: Pace? = nil, digestsAbove: Int? = nil, tellsAcknowledgements: Bool = false
    ) {
        self.tellsAcknowledgements = tellsAcknowledgements
        self.digestsAbove = digestsAbove
        self.destination = destination
        self.sendsResolved = sendsResolved
        self.giveUpAfter = giveUpAfter
        self.pace = pace
    }
}
