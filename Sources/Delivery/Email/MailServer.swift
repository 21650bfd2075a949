package import Alerting
package import Drivers

/// The SMTP server that mails go through.
package struct MailServer: Sendable {
    package var host: String
    package var port: Int
    package var security: MailRequest.Security
    /// The user to log in as; nil means no login.
    package var username: String?
    package var password: Secret?
    /// The name that the server is greeted with; nil means this machine's.
    package var hello: String?
    package var tls: TLSOptions
    /// How long one attempt may take; 30 s by default.
    package var timeout: Duration

    package init(
        host: String, port: Int, security: MailRequest.Security = .startTLS, username: String? = nil,
        password: Secret? = nil, hello: String? = nil, tls: TLSOptions = TLSOptions(), timeout: Duration = .seconds(30)
    ) {
        self.host = host
        self.port = port
        self.security = security
        self.username = username
        self.password = password
        self.hello = hello
        self.tls = tls
        self.timeout = timeout
    }
}
