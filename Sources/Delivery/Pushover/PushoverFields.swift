/// What the settings say of every message to Pushover.
package struct PushoverFields: Sendable {
    /// The priority of what fires, from -2 to 2; nil lets the level decide.
    package let priority: Int?
    /// How long after which an emergency rings again; at least 30 s.
    package let retry: Duration
    /// After which an emergency rings no more; at most 3 h.
    package let expire: Duration
    /// The device's name; nil for all of the user's.
    package let device: String?
    /// The sound's name; nil for the user's own choice.
    package let sound: String?
    /// After which a message is deleted; nil for never.
    package let timeToLive: Duration?
    /// The address below each message; nil for the first alert's runbook or history.
    package let link: String?
    /// What stands in place of that address; nil for the address itself.
    package let linkTitle: String?

    package init(
        priority: Int? = nil, retry: Duration = .seconds(60), expire: Duration = .seconds(3_600),
        device: String? = nil, sound: String? = nil, timeToLive: Duration? = nil, link: String? = nil,
        linkTitle: String? = nil
    ) {
        self.priority = priority
        self.retry = retry
        self.expire = expire
        self.device = device
        self.sound = sound
        self.timeToLive = timeToLive
        self.link = link
        self.linkTitle = linkTitle
    }
}
