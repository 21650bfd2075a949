extension AgentSettings {
    /// Who may use the HTTP interface, by a token of which only the hash is known here.
    package struct AccessToken: Hashable, Sendable {
        package enum Scope: String, Hashable, Sendable, CaseIterable {
            /// May look at everything.
            case read
            /// May look, and change what can be changed.
            case write
        }

        /// Whose it is; for people.
        package var name: String
        package var scope: Scope
        /// SHA-256 of the token: 32 bytes.
        package var hash: [UInt8]

        package init(name: String, scope: Scope, hash: [UInt8]) {
            self.name = name
            self.scope = scope
            self.hash = hash
        }
    }

    /// The certificate that the server shows, as PEM files.
    package struct ServerTLS: Hashable, Sendable {
        package var certFile: String
        package var keyFile: String
        /// The authorities whose clients alone may connect; nil for any client.
        package var clientCAFile: String?

        package init(certFile: String, keyFile: String, clientCAFile: String? = nil) {
            self.certFile = certFile
            self.keyFile = keyFile
            self.clientCAFile = clientCAFile
        }
    }
}

extension AgentSettings.Server {
    /// Whether only this machine reaches it.
    package var isLoopback: Bool { Self.isLoopback(host) }

    /// Whether an address is this machine's own.
    package static func isLoopback(_ host: String) -> Bool {
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        if ["localhost", "::1"].contains(bare.lowercased()) { return true }
        let parts = bare.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
