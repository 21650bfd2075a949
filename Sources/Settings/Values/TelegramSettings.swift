package import Alerting

/// A chat of Telegram, reached by a bot.
package struct TelegramSettings: Hashable, Sendable {
    package var policy: DestinationPolicy
    package var token: Secret
    /// The chat's number, or a public channel's name with `@` before it.
    package var chat: String
    /// The topic of a forum; nil for none.
    package var thread: Int?
    /// Whether phones make no sound.
    package var isSilent: Bool
    /// Where the Bot API is; nil means Telegram's own address.
    package var url: String?
    /// The zone of the times in the message; `UTC` by default.
    package var timeZone: String
    /// How long one attempt may take; 10 s by default.
    package var timeout: Duration
    package var http: HTTPClientSettings

    package init(
        policy: DestinationPolicy, token: Secret, chat: String, thread: Int? = nil, isSilent: Bool = false,
        url: String? = nil, timeZone: String = "UTC", timeout: Duration = .seconds(10),
        http: HTTPClientSettings = HTTPClientSettings()
    ) {
        self.policy = policy
        self.token = token
        self.chat = chat
        self.thread = thread
        self.isSilent = isSilent
        self.url = url
        self.timeZone = timeZone
        self.timeout = timeout
        self.http = http
    }
}
