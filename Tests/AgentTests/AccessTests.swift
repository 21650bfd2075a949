import Alerting
import Delivery
import Foundation
import HTTPTypes
import History
import Hummingbird
import HummingbirdTesting
import Logging
import PromQL
import Runbooks
import Settings
import Testing

@testable import Agent

/// Every route that changes something, with every kind of token.
@Suite("Access", .timeLimit(.minutes(1)))
struct AccessTests {
    private typealias Token = AgentSettings.AccessToken

    private static let reader = Token(name: "reader", scope: .read, hash: AccessTokens.hash(of: "R34D"))
    private static let writer = Token(name: "writer", scope: .write, hash: AccessTokens.hash(of: "WR1TE"))

    /// What may be asked by POST and changes nothing, since queries are long.
    private static let questions = ["query", "query_range", "series", "labels", "format_query", "query_exemplars"]

    private static func api(
        _ guardian: MutationGuard, clock: AgentClock = AgentClock()
    ) -> (router: Router<BasicRequestContext>, engine: EngineService) {
        let history = MemoryHistory()
        var configuration = Engine.Configuration(
            groups: [], route: Route(id: "{}", receiver: "ops"), policies: [], probes: [], receivers: ["ops"])
        configuration.heartbeats = [Heartbeat(name: "backup", timeout: .seconds(60))]
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let engine = EngineService(
            engine: Engine(configuration, startedAt: clock.now), history: history, clock: clock, logger: logger)
        let api = APIRouter(
            engine: engine, history: history, clock: clock, version: "test", mutations: guardian,
            runbooks: RunbookDirectory(RunbookShelf([])))
        return (api.router(), engine)
    }

    private func with(
        _ guardian: MutationGuard, _ body: @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        let (router, engine) = Self.api(guardian)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await engine.run() }
            try await Application(router: router).test(.router) { try await body($0) }
            group.cancelAll()
        }
    }

    private func ask(
        _ client: any TestClientProtocol, _ method: HTTPRequest.Method, _ path: String, token: String? = nil,
        body: String = "[]"
    ) async throws -> (status: Int, text: String) {
        var headers: HTTPFields = [.contentType: "application/json"]
        if let token { headers[.authorization] = "Bearer \(token)" }
        return try await client.execute(
            uri: path, method: method, headers: headers, body: ByteBuffer(string: body)
        ) { ($0.status.code, String(buffer: $0.body)) }
    }

    /// All routes that change something, with something in place of their parameters.
    private static var mutating: [(method: HTTPRequest.Method, path: String)] {
        api(MutationGuard(token: nil, host: "127.0.0.1")).router.routes.compactMap { route in
            let path = "\(route.path)"
            let isQuestion = questions.contains { path.hasSuffix("/\($0)") }
            // A link in a message is its own proof: `ActionPagesTests`.
            let isLink = path.hasPrefix(ActionLinks.path + "/") || path.hasPrefix(ActionLinks.path.dropFirst() + "/")
            guard ![.get, .head].contains(route.method), !isQuestion, !isLink else { return nil }
            let parts = path.split(separator: "/").map { part in
                part.hasPrefix(":") || part.hasPrefix("{") ? "backup" : String(part)
            }
            return (route.method, "/" + parts.joined(separator: "/"))
        }
    }

    @Test("without, with a wrong, and with a token that may only read: refused, on every route that changes something")
    func everyRoute() async throws {
        #expect(Self.mutating.count >= 5, "\(Self.mutating)")
        let guardian = MutationGuard(token: nil, tokens: [Self.reader, Self.writer], host: "127.0.0.1")
        try await with(guardian) { client in
            for (method, path) in Self.mutating {
                for token in [nil, "", "WRONG", "WR1T", "WR1TEX"] {
                    let answer = try await ask(client, method, path, token: token)
                    #expect(answer.status == 401, "\(method) \(path) \(token ?? "none"): \(answer)")
                    #expect(!answer.text.contains("WR1T"))
                }
                let readOnly = try await ask(client, method, path, token: "R34D")
                #expect(readOnly.status == 403 && readOnly.text.contains("may only read"), "\(method) \(path)")
                let allowed = try await ask(client, method, path, token: "WR1TE")
                #expect(![401, 403].contains(allowed.status), "\(method) \(path): \(allowed)")
            }
        }
    }

    @Test("where a token may only read, reading needs one; whether the agent lives is nobody's secret")
    func reading() async throws {
        let paths = ["/", "/metrics", "/api/v1/alerts", "/api/v2/alerts", "/api/v1/history", "/runbooks", "/nowhere"]
        try await with(MutationGuard(token: nil, tokens: [Self.reader], host: "127.0.0.1")) { client in
            for path in paths {
                let (without, with) = (
                    try await ask(client, .get, path), try await ask(client, .get, path, token: "R34D")
                )
                #expect(without.status == 401 && with.status != 401, "\(path)")
            }
            let healthy = try await ask(client, .get, "/-/healthy")
            let alerts = try await ask(client, .get, "/api/v2/alerts", token: "R34D")
            #expect(healthy.status == 200 && alerts.text == "[]")
        }
        try await with(MutationGuard(token: nil, tokens: [Self.writer], host: "0.0.0.0")) { client in
            let (reading, writing) = (
                try await ask(client, .get, "/api/v2/alerts"), try await ask(client, .post, "/api/v2/alerts")
            )
            #expect(reading.status == 200 && writing.status == 401)
        }
    }

    @Test("tokens of other settings count at once; the old ones no longer")
    func replaced() async throws {
        let guardian = MutationGuard(token: Secret("OLD"), host: "0.0.0.0")
        try await with(guardian) { client in
            var statuses = [try await ask(client, .post, "/api/v2/alerts", token: "OLD").status]
            guardian.replace(token: nil, tokens: [Self.writer])
            for token in ["OLD", "WR1TE"] {
                statuses.append(try await ask(client, .post, "/api/v2/alerts", token: token).status)
            }
            guardian.replace(token: nil, tokens: [])
            statuses.append(try await ask(client, .post, "/api/v2/alerts", token: "WR1TE").status)
            #expect(statuses == [200, 401, 200, 403])
        }
    }

    @Test("a page of another site can change nothing, also by a request that browsers send without asking")
    func foreignPage() {
        func refusal(_ origin: String?) -> Int? {
            var head = HTTPRequest(method: .post, scheme: "http", authority: "127.0.0.1:9911", path: "/x")
            head.headerFields[.origin] = origin
            let request = Request(head: head, body: RequestBody(buffer: ByteBuffer()))
            return MutationGuard(token: nil, host: "127.0.0.1").refusal(of: request)?.status.code
        }
        for own in [nil, "http://127.0.0.1:9911", "http://localhost:3000", "http://[::1]:9911"] {
            #expect(refusal(own) == nil, "\(own ?? "none")")
        }
        for foreign in ["https://evil.example", "null", "", "http://127.0.0.1.evil.example", "http://evil/127.0.0.1"] {
            #expect(refusal(foreign) == 403, "\(foreign)")
        }
    }

    @Test("tokens are long and differ; equal hashes are found, others not")
    func tokens() {
        let all = Set((0..<50).map { _ in AccessTokens.make() })
        #expect(all.count == 50 && all.allSatisfy { $0.count == 71 })
        let hash = AccessTokens.hash(of: "abc")
        #expect(AccessTokens.hex(hash) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(AccessTokens.areEqual(hash, AccessTokens.hash(of: "abc")))
        for place in hash.indices {
            var other = hash
            other[place] ^= 1
            #expect(!AccessTokens.areEqual(hash, other))
        }
        #expect(!AccessTokens.areEqual(hash, []) && !AccessTokens.areEqual(hash, Array(hash.dropLast())))
    }
}
