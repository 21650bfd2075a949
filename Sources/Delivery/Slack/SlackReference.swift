/// Where a group's message stands in Slack: what the channel keeps with the group.
struct SlackReference: Hashable, Sendable {
    /// The channel's id, as Slack gave it: `C0123456789`.
    let channel: String
    /// The message's timestamp, which is its id within the channel: `1405894322.002768`.
    let timestamp: String
    /// The channel as the settings had it. In another one the message is posted anew.
    let configured: String

    init(channel: String, timestamp: String, configured: String) {
        self.channel = channel
        self.timestamp = timestamp
        self.configured = configured
    }

    /// Reads one line of a reference; nil for anything else.
    init?(_ line: some StringProtocol) {
        let parts = Substring(line).split(separator: " ", maxSplits: 2).map(String.init)
        guard parts.count == 3 else { return nil }
        (channel, timestamp, configured) = (parts[0], parts[1], parts[2])
    }

    var text: String { "\(channel) \(timestamp) \(configured)" }
}
