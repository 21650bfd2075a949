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

/// Acknowledgements over HTTP: who may make them, of what, and how they are shown.
@Suite("Acknowledgements over HTTP", .timeLimit(.minutes(1)))
struct AcknowledgementAPITests {
    private static let path = "/api/tocsin/v1/acknowledgements"
    private static let body =
        #"{"matchers":[{"name":"pool","value":"web","isRegex":false}],"for":"1h","createdBy":"ann","comment":"on it"}"#

    /// An agent in which the alert `High` fires for the pool `web`.
    private func withClient(
        token: String? = nil, host: String = "127.0.0.1",
        _ body: @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        let guardian = MutationGuard(token: token.map { Secret($0) }, host: host)
        try await FiringAgent.run(guardian) { client, _ in try await body(client) }
    }

    private func ask(
        _ client: any TestClientProtocol, _ method: HTTPRequest.Method, _ query: String = "", _ body: String? = nil,
        authorization: String? = nil, type: String = "application/json", path: String = AcknowledgementAPITests.path
    ) async throws -> (status: Int, text: String) {
        var headers: HTTPFields = [.contentType: type]
        if let authorization { headers[.authorization] = authorization }
        return try await client.execute(
            uri: path + query, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) }
        ) { ($0.status.code, String(buffer: $0.body)) }
    }

    @Test("made, shown with the alert, in the metrics and the history, and taken back")
    func whole() async throws {
        try await withClient { client in
            let made = try await ask(client, .post, "", Self.body)
            #expect(made.status == 200 && made.text.contains(#""createdBy":"ann""#), "\(made)")
            #expect(try await ask(client, .get).text.contains(#""comment":"on it""#))
            let alerts = try await ask(client, .get, path: "/api/tocsin/v1/alerts").text
            #expect(alerts.contains(#""acknowledgement":{"active":true"#), "\(alerts)")
            #expect(try await ask(client, .get, path: "/metrics").text.contains("tocsin_acknowledgements 1"))
            let history = try await ask(client, .get, "?kind=acknowledged", path: "/api/v1/history").text
            #expect(history.contains("by ann: on it") && history.contains(#""rule":"High""#), "\(history)")
            #expect(try await ask(client, .delete, "?filter=pool%3D%22api%22").status == 404)
            let ended = try await ask(client, .delete, "?filter=pool%3D%22web%22&author=bob")
            #expect(ended.status == 200 && ended.text.contains(#""active":"#), "\(ended)")
            #expect(try await ask(client, .get).text.contains(#""acknowledgements":[]"#))
            let over = try await ask(client, .get, "?kind=acknowledgement_ended", path: "/api/v1/history").text
            #expect(over.contains("withdrawn by bob"), "\(over)")
        }
    }

    @Test("without the token, and from beyond this machine, nothing is changed")
    func mutations() async throws {
        try await withClient(token: "S3CRET", host: "0.0.0.0") { client in
            for wrong in [nil, "Bearer wrong"] {
                let (posted, _) = try await ask(client, .post, "", Self.body, authorization: wrong)
                let (deleted, _) = try await ask(client, .delete, "?group=x", authorization: wrong)
                #expect(posted == 401 && deleted == 401)
            }
            let (_, none) = try await ask(client, .get)
            #expect(none.contains(#""acknowledgements":[]"#))
            let (allowed, _) = try await ask(client, .post, "", Self.body, authorization: "Bearer S3CRET")
            #expect(allowed == 200)
        }
        try await withClient(host: "0.0.0.0") { client in
            let (status, _) = try await ask(client, .post, "", Self.body)
            #expect(status == 403)
        }
    }

    private static func changed(_ old: String, _ new: String) -> String {
        body.replacingOccurrences(of: old, with: new)
    }

    static let bad: [(body: String, status: Int, says: String)] = [
        ("", 400, "not JSON"), ("{}", 400, "missing"), (changed("1h", "soon"), 400, "no length of time"),
        (changed(#""for":"1h","#, ""), 400, "one of `for` and `endsAt`"),
        (changed(#""for":"1h""#, #""endsAt":"2001-01-01T00:00:00Z""#), 400, "in the past"),
        (changed(#""matchers""#, #""others""#), 400, "which alerts"),
        (changed("web", "api"), 404, "no alert that fires"),
        (changed("on it", #"\u001b[2J"#), 400, "control characters"),
        (body + String(repeating: " ", count: 70_000), 413, "65536"),
    ]

    @Test("bodies that are none", arguments: bad)
    func malformed(_ body: String, _ status: Int, _ says: String) async throws {
        try await withClient { client in
            let answer = try await ask(client, .post, "", body)
            #expect(answer.status == status && answer.text.contains(says), "\(answer)")
            #expect(try await ask(client, .post, "", Self.body, type: "text/plain").status == 415)
            #expect(try await ask(client, .get).text.contains(#""acknowledgements":[]"#))
        }
    }
}
