/// One mail to hand to an SMTP server; proxies of the environment are not used.
package struct MailRequest: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// How the connection is protected.
    package enum Security: Sendable, Equatable {
        /// No TLS at all; a login is then refused unless the server is on this machine.
        case none
        /// STARTTLS, required: without it nothing is sent.
        case startTLS
        /// TLS from the first byte (SMTPS).
        case tls
    }

    /// The server's name or address.
    package var host: String
    /// The server's port.
    package var port: Int
    /// How the connection is protected.
    package var security: Security
    /// The user to log in as; nil means no login.
    package var username: String?
    /// The password of `username`; nil means an empty one.
    package var password: String?
    /// The envelope sender, as `user@host`.
    package var from: String
    /// The envelope recipients, as `user@host`; if the server refuses one, the mail goes to none.
    package var recipients: [String]
    /// The whole RFC 5322 text, all lines ending in CRLF; leading dots are doubled by libcurl.
    package var message: [UInt8]
    /// The name we greet the server with; nil means the name of this machine.
    package var helo: String?
    /// How long resolving, connecting and the TLS handshake may take together; 5 s by default.
    package var connectTimeout: Duration
    /// How long the whole exchange may take, waiting for a free thread included; 30 s by default.
    package var totalTimeout: Duration
    /// How TLS is checked.
    package var tls: TLSOptions

    package init(
        host: String, port: Int, security: Security, username: String? = nil, password: String? = nil, from: String,
        recipients: [String], message: [UInt8], helo: String? = nil, connectTimeout: Duration = .seconds(5),
        totalTimeout: Duration = .seconds(30), tls: TLSOptions = TLSOptions()
    ) {
        self.host = host
        self.port = port
        self.security = security
        self.username = username
        self.password = password
        self.from = from
        self.recipients = recipients
        self.message = message
        self.helo = helo
        self.connectTimeout = connectTimeout
        self.totalTimeout = totalTimeout
        self.tls = tls
    }

    /// Server and number of recipients; nothing that may be a secret.
    package var description: String { "mail by \(host):\(port) to \(recipients.count) recipients" }
    /// As `description`.
    package var debugDescription: String { description }
    /// As `description`.
    package var customMirror: Mirror { Mirror(self, children: ["mail": description]) }
}
