/// One HTTP or HTTPS request; redirects are not followed.
package struct HTTPRequest: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The method, such as `POST`.
    package var method: String
    /// The whole URL, with scheme `http` or `https`; its path may hold a secret and is never printed.
    package var url: String
    /// Header names and values in order; a name or value with a line break or NUL is refused before sending.
    package var headers: [(String, String)]
    /// The body; nil means none, and a `POST` then carries an empty one.
    package var body: [UInt8]?
    /// How long resolving, connecting and the TLS handshake may take together; 5 s by default.
    package var connectTimeout: Duration
    /// How long the whole exchange may take, and before it the wait for a free connection; 30 s by default. What waits for
    /// longer was not sent.
    package var totalTimeout: Duration
    /// How many bytes of the answer's body are kept, 65 536 by default; the transfer stops when it has more.
    package var bodyLimit: Int
    /// How TLS is checked.
    package var tls: TLSOptions
    /// The login for basic authentication; nil means none.
    package var basicAuth: BasicAuth?
    /// The URL of a proxy (`http`, `https`, `socks5` or `socks5h`).
    ///
    /// Nil means what `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy` of the environment say, as with
    /// the curl command; an empty string means none whatever they say.
    package var proxy: String?

    package init(
        method: String = "GET", url: String, headers: [(String, String)] = [], body: [UInt8]? = nil,
        connectTimeout: Duration = .seconds(5), totalTimeout: Duration = .seconds(30), bodyLimit: Int = 65_536,
        tls: TLSOptions = TLSOptions(), basicAuth: BasicAuth? = nil, proxy: String? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.connectTimeout = connectTimeout
        self.totalTimeout = totalTimeout
        self.bodyLimit = bodyLimit
        self.tls = tls
        self.basicAuth = basicAuth
        self.proxy = proxy
    }

    /// Method, scheme, host and port; nothing that may be a secret.
    package var description: String { "\(TransferReport.printable(method)) \(CurlURL(url)?.origin ?? "(not a URL)")" }
    /// As `description`.
    package var debugDescription: String { description }
    /// As `description`.
    package var customMirror: Mirror { Mirror(self, children: ["request": description]) }
}
