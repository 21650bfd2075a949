package import Alerting

/// How a receiver's server is spoken to over HTTP.
package struct HTTPClientSettings: Hashable, Sendable {
    /// A user and password.
    package struct BasicAuth: Hashable, Sendable {
        package var username: String
        package var password: Secret

        package init(username: String, password: Secret) {
            self.username = username
            self.password = password
        }
    }

    /// The `Authorization` header.
    package struct Authorization: Hashable, Sendable {
        /// `Bearer` by default.
        package var type: String
        package var credentials: Secret

        package init(type: String = "Bearer", credentials: Secret) {
            self.type = type
            self.credentials = credentials
        }
    }

    /// At most one of this and `authorization` is set.
    package var basicAuth: BasicAuth?
    package var authorization: Authorization?
    package var tls: TLSClientSettings
    /// The proxy; nil leaves it to the environment, as with curl.
    package var proxyURL: Secret?
    /// Further headers; their values may be secret.
    package var headers: [String: Secret]

    package init(
        basicAuth: BasicAuth? = nil, authorization: Authorization? = nil,
        tls: TLSClientSettings = TLSClientSettings(), proxyURL: Secret? = nil, headers: [String: Secret] = [:]
    ) {
        self.basicAuth = basicAuth
        self.authorization = authorization
        self.tls = tls
        self.proxyURL = proxyURL
        self.headers = headers
    }
}

/// How a server's certificate is checked, and which of ours is shown.
package struct TLSClientSettings: Hashable, Sendable {
    /// A PEM file of trusted authorities, used instead of the system's; nil means the system's.
    package var caFile: String?
    /// A PEM file with our certificate; nil means none.
    package var certFile: String?
    /// A PEM file with its key; nil means that it is in `certFile`.
    package var keyFile: String?
    /// The name that the server's certificate must carry; nil means the host of the address.
    package var serverName: String?
    /// Skips every check of the server's certificate; false by default.
    package var insecureSkipVerify: Bool

    package init(
        caFile: String? = nil, certFile: String? = nil, keyFile: String? = nil, serverName: String? = nil,
        insecureSkipVerify: Bool = false
    ) {
        self.caFile = caFile
        self.certFile = certFile
        self.keyFile = keyFile
        self.serverName = serverName
        self.insecureSkipVerify = insecureSkipVerify
    }
}
