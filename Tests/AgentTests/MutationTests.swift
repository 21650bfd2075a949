import Alerting
import Foundation
import HTTPTypes
import History
import Hummingbird
import HummingbirdTesting
import Logging
import PromQL
import Runbooks
import Testing

@testable import Agent

/// Who may make silences, and what is refused.
@Suite("Mutations", .timeLimit(.minutes(1)))
struct MutationTests {
    static let silence =
        #"{"matchers":[{"name":"a","value":"b","isRegex":false}],"startsAt":"2026-01-01T00:00:00Z","#
        + #""endsAt":"2999-01-01T00:00:00Z","createdBy":"ann","comment":"why"}"#

    private func withClient(
        token: String? = nil, host: String = "127.0.0.1",
        _ body: @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        let clock = AgentClock()
        let history = MemoryHistory()
        let configuration = Engine.Configuration(
            groups: [], route: Route(id: "{}", receiver: "ops"), policies: [], probes: [], receivers: ["ops", "it's"])
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let engine = EngineService(
            engine: Engine(configuration, startedAt: clock.now), history: history, clock: clock, logger: logger)
        let api = APIRouter(
            engine: engine, history: history, clock: clock, version: "test",
            mutations: MutationGuard(token: token.map { Secret($0) }, host: host),
            runbooks: RunbookDirectory(RunbookShelf([])))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await engine.run() }
            try await Application(router: api.router(), logger: logger).test(.router) { client in
                try await body(client)
            }
            group.cancelAll()
        }
    }

    private func post(
        _ client: any TestClientProtocol, _ body: String = MutationTests.silence, authorization: String? = nil,
        type: String = "application/json"
    ) async throws -> (status: Int, text: String) {
        var headers: HTTPFields = [.contentType: type]
        if let authorization { headers[.authorization] = authorization }
        return try await client.execute(
            uri: "/api/v2/silences", method: .post, headers: headers, body: ByteBuffer(string: body)
        ) { ($0.status.code, String(buffer: $0.body)) }
    }

    private func list(
        _ client: any TestClientProtocol, _ query: String = ""
    ) async throws -> (status: Int, text: String) {
        try await client.execute(uri: "/api/v2/silences\(query)", method: .get) {
            ($0.status.code, String(buffer: $0.body))
        }
    }

    @Test("with a token: missing, wrong and right; reading needs none")
    func token() async throws {
        try await withClient(token: "S3CRET", host: "0.0.0.0") { client in
            for wrong in [nil, "Bearer ", "Bearer wrong", "Bearer S3CRE", "S3CRET", "Basic S3CRET"] {
                let answer = try await post(client, authorization: wrong)
                #expect(answer.status == 401 && !answer.text.contains("S3CRET"), "\(wrong ?? "none"): \(answer)")
            }
            #expect(try await list(client).text == "[]")
            let made = try await post(client, authorization: "Bearer S3CRET")
            #expect(made.status == 200 && made.text.contains("silenceID"), "\(made)")
            let id = try #require(made.text.split(separator: "\"").dropFirst(3).first)
            let refused = try await client.execute(uri: "/api/v2/silence/\(id)", method: .delete) { $0.status.code }
            #expect(refused == 401)
            let ended = try await client.execute(
                uri: "/api/v2/silence/\(id)", method: .delete, headers: [.authorization: "bearer S3CRET"]
            ) { $0.status.code }
            #expect(ended == 200)
            #expect(try await list(client).text.contains("expired"))
        }
    }

    @Test(
        "without a token: only while the server is bound to this machine",
        arguments: ["0.0.0.0", "::", "10.0.0.1", "db"])
    func beyond(host: String) async throws {
        try await withClient(host: host) { client in
            let answer = try await post(client)
            #expect(answer.status == 403 && answer.text.contains("server.token_file"), "\(answer)")
            #expect(try await list(client).status == 200)
        }
    }

    @Test("without a token a request under another host's name is a page's in a browser, and is refused")
    func foreignName() {
        func refusal(_ authority: String?, token: String? = nil) -> Int? {
            let head = HTTPRequest(method: .post, scheme: "http", authority: authority, path: "/api/v2/silences")
            let request = Request(head: head, body: RequestBody(buffer: ByteBuffer()))
            return MutationGuard(token: token.map { Secret($0) }, host: "127.0.0.1").refusal(of: request)?.status.code
        }
        for name in ["localhost", "localhost:9911", "127.0.0.1:9911", "[::1]:9911"] { #expect(refusal(name) == nil) }
        for name in [nil, "evil.example", "evil.example:9911", "127.0.0.1.evil.example:9911", ""] {
            #expect(refusal(name) == 403, "\(name ?? "none")")
        }
        #expect(refusal("evil.example", token: "t") == 401)
    }

    @Test("which addresses are this machine's")
    func loopback() {
        for host in ["127.0.0.1", "127.8.9.1", "localhost", "LOCALHOST", "::1", "[::1]"] {
            #expect(MutationGuard.isLoopback(host), "\(host)")
        }
        for host in ["0.0.0.0", "::", "1.127.0.0", "127.0.0.1.evil.example", "127.evil", "localhost.evil", "", "::2"] {
            #expect(!MutationGuard.isLoopback(host), "\(host)")
        }
    }

    static let bad: [(name: String, body: String, status: Int, says: String)] = [
        ("nothing", "", 400, "not JSON"), ("no JSON", "{", 400, "not JSON"), ("a list", "[]", 400, "another type"),
        ("no matchers", "{}", 400, "`matchers` is missing"),
        (
            "an empty list", silence.replacingOccurrences(of: #"{"name":"a","value":"b","isRegex":false}"#, with: ""),
            400, "1 to 64"
        ),
        ("a text for a flag", silence.replacingOccurrences(of: "false", with: #""false""#), 400, "isRegex"),
        ("no name", silence.replacingOccurrences(of: #""a""#, with: #""""#), 400, "label name"),
        (
            "a bad expression", silence.replacingOccurrences(of: #""b","isRegex":false"#, with: #""(","isRegex":true"#),
            400, "regular expression"
        ),
        (
            "all", silence.replacingOccurrences(of: #""b","isRegex":false"#, with: #"".*","isRegex":true"#), 400,
            "empty string"
        ),
        ("no time", silence.replacingOccurrences(of: "2999-01-01T00:00:00Z", with: "soon"), 400, "endsAt"),
        ("the past", silence.replacingOccurrences(of: "2999", with: "2026"), 400, "start time must be before"),
        ("over", silence.replacingOccurrences(of: "2999-01-01T00", with: "2026-01-01T01"), 400, "in the past"),
        (
            "unknown", silence.replacingOccurrences(of: #"{"matchers""#, with: #"{"id":"x","matchers""#), 404,
            "no silence x"
        ),
        (
            "too long a text", silence.replacingOccurrences(of: "why", with: String(repeating: "w", count: 5_000)), 400,
            "longer"
        ),
        (
            "an escape sequence", silence.replacingOccurrences(of: "why", with: #"\u001b[2J"#), 400,
            "control characters"
        ),
        ("too much", silence + String(repeating: " ", count: 70_000), 413, "65536"),
    ]

    @Test("bodies that are no silence", arguments: bad)
    func malformed(_ name: String, _ body: String, _ status: Int, _ says: String) async throws {
        try await withClient { client in
            let answer = try await post(client, body)
            #expect(answer.status == status && answer.text.contains(says), "\(name): \(answer)")
            #expect(try await list(client).text == "[]")
        }
    }

    @Test("other types, other methods, unknown ids, bad filters")
    func refused() async throws {
        try await withClient { client in
            #expect(try await post(client, type: "text/plain").status == 415)
            for uri in ["/api/v2/silence/x", "/api/v2/silence/..%2F..%2Fetc"] {
                #expect(try await client.execute(uri: uri, method: .get) { $0.status.code } == 404)
                #expect(try await client.execute(uri: uri, method: .delete) { $0.status.code } == 404)
            }
            for query in ["filter=%7B", "active=maybe", "receiver=("] {
                let answer = try await client.execute(uri: "/api/v2/alerts?\(query)", method: .get) { $0.status.code }
                #expect(answer == 400, "\(query)")
            }
            #expect(try await list(client, "?filter=a%3D%22b").status == 400)
            #expect(try await client.execute(uri: "/api/v2/alerts", method: .post) { $0.status.code } >= 404)
        }
    }

    @Test("filters of silences, the status, and the receivers")
    func reading() async throws {
        try await withClient { client in
            #expect(try await post(client).status == 200)
            #expect(try await list(client, "?filter=a%3D%22b%22").text.contains("ann"))
            #expect(try await list(client, "?filter=a%3D%22c%22").text == "[]")
            #expect(try await list(client, "?filter=a%3D~%22b%22").text == "[]")
            let receivers = try await client.execute(uri: "/api/v2/receivers", method: .get) { String(buffer: $0.body) }
            #expect(receivers == #"[{"name":"it's"},{"name":"ops"}]"#)
            let status = try await client.execute(uri: "/api/v2/status", method: .get) { String(buffer: $0.body) }
            #expect(status.contains("tocsin-test") && status.contains("receiver: 'ops'") && status.contains("it''s"))
        }
    }
}
