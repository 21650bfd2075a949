package import Alerting
import Crypto
import Foundation
import HTTPTypes
import Hummingbird

/// Who may change something over HTTP: whoever brings the token, and without one in the settings only this machine.
package struct MutationGuard: Sendable {
    /// The token's hash: comparing hashes takes the same time wherever the texts differ.
    private let digest: SHA256.Digest?
    private let isLoopback: Bool

    /// - Parameters:
    ///   - token: what the settings ask for; nil for nothing.
    ///   - host: the address that the server is bound to.
    package init(token: Secret?, host: String) {
        digest = token.map { SHA256.hash(data: Data($0.exposed.utf8)) }
        isLoopback = Self.isLoopback(host)
    }

    static func isLoopback(_ host: String) -> Bool {
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        if ["localhost", "::1"].contains(bare.lowercased()) { return true }
        let parts = bare.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// Why a request may change nothing; nil where it may.
    func refusal(of request: Request) -> (status: HTTPResponse.Status, message: String)? {
        guard let digest else {
            guard isLoopback else {
                return (
                    .forbidden,
                    "nothing can be changed: the server listens beyond this machine and has no `server.token_file`"
                )
            }
            // A page in a browser on this machine can send requests here, under another host's name.
            let host = request.head.authority.map { authority in
                authority.hasPrefix("[")
                    ? String(authority.prefix { $0 != "]" }) + "]" : String(authority.prefix { $0 != ":" })
            }
            guard let host, Self.isLoopback(host) else {
                return (.forbidden, "nothing can be changed under this host's name without `server.token_file`")
            }
            return nil
        }
        let given = request.headers[.authorization] ?? ""
        guard given.lowercased().hasPrefix("bearer ") else {
            return (.unauthorized, "a token is needed: `Authorization: Bearer …`")
        }
        guard SHA256.hash(data: Data(given.dropFirst(7).utf8)) == digest else {
            return (.unauthorized, "the token is wrong")
        }
        return nil
    }
}
