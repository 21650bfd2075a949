package import Alerting

/// Mail to some people through one SMTP server.
package struct EmailSettings: Hashable, Sendable {
    /// How the connection is protected.
    package enum Security: String, Hashable, Sendable, CaseIterable {
        /// STARTTLS, required: without it nothing is sent.
        case startTLS = "starttls"
        /// TLS from the first byte.
        case tls
        /// No TLS at all.
        case none
    }

    /// An address, with the name that stands before it.
    package struct Address: Hashable, Sendable, CustomStringConvertible {
        /// The person's name; nil for none.
        package var name: String?
        /// `user@host`.
        package var address: String

        package init(name: String? = nil, address: String) {
            self.name = name
            self.address = address
        }

        package var description: String { name.map { "\($0) <\(address)>" } ?? address }
    }

    package var policy: DestinationPolicy
    package var to: [Address]
    package var from: Address
    /// The SMTP server's host.
    package var host: String
    /// Its port.
    package var port: Int
    package var security: Security
    /// The user to log in as; nil means no login.
    package var username: String?
    package var password: Secret?
    /// Whom to act as after the login; nil means the user.
    package var identity: String?
    /// The name that the server is greeted with; nil means this machine's.
    package var hello: String?
    /// Further headers of the mail.
    package var headers: [String: String]
    /// The zone of the times in the message; `UTC` by default.
    package var timeZone: String
    /// How long one attempt may take; 30 s by default.
    package var timeout: Duration
    package var tls: TLSClientSettings

    package init(
        policy: DestinationPolicy, to: [Address], from: Address, host: String, port: Int,
        security: Security = .startTLS, username: String? = nil, password: Secret? = nil, identity: String? = nil,
        hello: String? = nil, headers: [String: String] = [:], timeZone: String = "UTC",
        timeout: Duration = .seconds(30), tls: TLSClientSettings = TLSClientSettings()
    ) {
        self.policy = policy
        self.to = to
        self.from = from
        self.host = host
        self.port = port
        self.security = security
        self.username = username
        self.password = password
        self.identity = identity
        self.hello = hello
        self.headers = headers
        self.timeZone = timeZone
        self.timeout = timeout
        self.tls = tls
    }
}
