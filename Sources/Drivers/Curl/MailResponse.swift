/// The server's acceptance of a mail.
package struct MailResponse: Sendable, Equatable {
    /// The code of the reply to the end of the message, 250 as a rule.
    package let code: Int
    /// The text of that reply; servers tell their queue number here.
    package let text: String
    /// From the start of the transfer to its end.
    package let duration: Duration

    package init(code: Int, text: String, duration: Duration = .zero) {
        self.code = code
        self.text = text
        self.duration = duration
    }
}
