package import Alerting
import Crypto
package import Delivery
import Foundation
import HTTPTypes
import Hummingbird
package import Settings
import Synchronization

/// Who may look at the agent over HTTP, and who may change something: whoever brings the token, and without one in the
/// settings only this machine.
package final class MutationGuard: Sendable {
    private struct Rules: Sendable {
        /// Hashes: comparing them takes the same time wherever the texts differ.
        var tokens: [AgentSettings.AccessToken]
        /// What links in messages are checked with; nil where there are none.
        var links: ActionLinks?

        var canWrite: Bool { tokens.contains { $0.scope == .write } }
        var protectsReading: Bool { tokens.contains { $0.scope == .read } }
    }

    /// Why a request is refused.
    struct Refusal: Error {
        let status: HTTPResponse.Status
        let message: String
    }

    private let rules: Mutex<Rules>
    private let isLoopback: Bool

    /// - Parameters:
    ///   - token: one that may write, as it stands in the settings; nil for none.
    ///   - tokens: further ones, by their hashes.
    ///   - links: what links in messages are checked with; nil where there are none.
    ///   - host: the address that the server is bound to.
    package init(
        token: Secret?, tokens: [AgentSettings.AccessToken] = [], links: ActionLinks? = nil, host: String
    ) {
        rules = Mutex(Self.rules(token, tokens, links))
        isLoopback = Self.isLoopback(host)
    }

    /// Takes over the tokens and links of other settings.
    package func replace(token: Secret?, tokens: [AgentSettings.AccessToken], links: ActionLinks? = nil) {
        rules.withLock { $0 = Self.rules(token, tokens, links) }
    }

    /// What links in messages are checked with; nil where there are none.
    var links: ActionLinks? { rules.withLock { $0.links } }

    private static func rules(
        _ token: Secret?, _ tokens: [AgentSettings.AccessToken], _ links: ActionLinks?
    ) -> Rules {
        let own = token.map {
            AgentSettings.AccessToken(name: "token", scope: .write, hash: AccessTokens.hash(of: $0.exposed))
        }
        return Rules(tokens: (own.map { [$0] } ?? []) + tokens, links: links)
    }

    static func isLoopback(_ host: String) -> Bool { AgentSettings.Server.isLoopback(host) }

    /// Why a request may change nothing; nil where it may.
    func refusal(of request: Request) -> Refusal? {
        let rules = rules.withLock { $0 }
        if rules.canWrite {
            switch Self.token(of: request, among: rules.tokens) {
            case .failure(let refusal): return refusal
            case .success(let token) where token.scope == .write: return nil
            case .success(let token):
                return Refusal(status: .forbidden, message: "the token of \(token.name) may only read")
            }
        }
        guard isLoopback else {
            return Refusal(
                status: .forbidden,
                message: "nothing can be changed: the server listens beyond this machine and has no "
                    + "`server.token_file`, nor one in `server.tokens` that may write")
        }
        // A page in a browser on this machine can send requests here: under another host's name, or from its own.
        guard let host = request.head.authority.map(Self.host), Self.isLoopback(host) else {
            return Refusal(
                status: .forbidden, message: "nothing can be changed under this host's name without `server.token_file`"
            )
        }
        if let origin = request.headers[.origin], !Self.isOwn(origin) {
            return Refusal(
                status: .forbidden, message: "nothing can be changed by another site's page without `server.token_file`"
            )
        }
        return nil
    }

    /// Why a request may not even look; nil where it may.
    func readRefusal(of request: Request) -> Refusal? {
        let rules = rules.withLock { $0 }
        guard rules.protectsReading else { return nil }
        switch Self.token(of: request, among: rules.tokens) {
        case .success: return nil
        case .failure(let refusal): return refusal
        }
    }

    private static func token(
        of request: Request, among tokens: [AgentSettings.AccessToken]
    ) -> Result<AgentSettings.AccessToken, Refusal> {
        let given = request.headers[.authorization] ?? ""
        guard given.lowercased().hasPrefix("bearer ") else {
            return .failure(
                Refusal(status: .unauthorized, message: "a token is needed: `Authorization: Bearer …`"))
        }
        let hash = AccessTokens.hash(of: String(given.dropFirst(7)))
        // All are compared, whichever it is. Of two with one hash the wider counts.
        let matching = tokens.filter { AccessTokens.areEqual($0.hash, hash) }
        guard let token = matching.first(where: { $0.scope == .write }) ?? matching.first else {
            return .failure(Refusal(status: .unauthorized, message: "the token is wrong"))
        }
        return .success(token)
    }

    /// The host's name without its port.
    private static func host(of authority: String) -> String {
        authority.hasPrefix("[") ? String(authority.prefix { $0 != "]" }) + "]" : String(authority.prefix { $0 != ":" })
    }

    private static func isOwn(_ origin: String) -> Bool {
        guard let scheme = origin.range(of: "://") else { return false }
        return isLoopback(host(of: String(origin[scheme.upperBound...])))
    }
}

/// Tokens and their hashes. A token is random and long, so that one round of SHA-256 is enough.
package enum AccessTokens {
    /// A new token: 256 bits from the system's generator.
    package static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return "tocsin_" + hex(bytes)
    }

    /// Its SHA-256.
    package static func hash(of token: String) -> [UInt8] { Array(SHA256.hash(data: Data(token.utf8))) }

    /// Bytes as hexadecimal digits.
    package static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Whether two hashes are the same, in a time that does not tell where they differ.
    static func areEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        guard one.count == other.count else { return false }
        return zip(one, other).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

/// Turns away who may not look, where looking needs a token. Whether the agent lives is nobody's secret.
struct ReadGuard: RouterMiddleware {
    let mutations: MutationGuard

    func handle(
        _ request: Request, context: BasicRequestContext,
        next: (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        // A link in a message brings its own proof.
        let isOpen =
            ["/-/healthy", "/-/ready", AgentPage.stylePath].contains(request.uri.path)
            || request.uri.path.hasPrefix(ActionLinks.path + "/")
        if !isOpen, let refusal = mutations.readRefusal(of: request) {
            return request.uri.path.hasPrefix("/api/v2/")
                ? JSONAnswer.make(refusal.message, status: refusal.status)
                : JSONAnswer.failure(refusal.message, type: "unauthorized", status: refusal.status)
        }
        return try await next(request, context)
    }
}
