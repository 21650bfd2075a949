/// How the certificate of the other side is checked and which of ours is shown.
package struct TLSOptions: Sendable, Equatable {
    /// A PEM file of trusted authorities, used instead of the system's; nil means the system's.
    package var caFile: String?
    /// A PEM file with our certificate, for servers that ask for one; nil means none.
    package var certFile: String?
    /// A PEM file with the key of `certFile`; nil means that the key is in `certFile`.
    package var keyFile: String?
    /// The name the server's certificate must carry, also sent as SNI; nil means the host that we connect to.
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
