import Alerting
import Delivery
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import PromQL
import Settings
import Testing

@testable import Agent

/// The pages behind the links in messages: what they need, what they change, and what they don't.
@Suite("Links in messages, over HTTP", .timeLimit(.minutes(1)))
struct ActionPagesTests {
    private static let links = ActionLinks(secret: Secret("a secret of the settings"), lifetime: .seconds(3_600))
    /// Beyond this machine, and even to look a token is needed.
    private static let guardian = MutationGuard(
        token: nil,
        tokens: [.init(name: "reader", scope: .read, hash: AccessTokens.hash(of: "R34D"))], links: links,
        host: "0.0.0.0")

    private func ask(
        _ client: any TestClientProtocol, _ method: HTTPRequest.Method, _ path: String, form: String = ""
    ) async throws -> (status: Int, text: String, policy: String) {
        try await client.execute(
            uri: path, method: method, headers: [.contentType: "application/x-www-form-urlencoded"],
            body: ByteBuffer(string: form)
        ) {
            ($0.status.code, String(buffer: $0.body), $0.headers[.contentSecurityPolicy] ?? "")
        }
    }

    private func link(_ engine: EngineService, age: Duration = .zero) async throws -> String {
        let alert = try #require(await engine.alerts.first { $0.isOn })
        return Self.links.target(alert.id, at: await engine.now - age)
    }

    @Test("opened it shows the alert and changes nothing; a sent form acknowledges this alert")
    func acknowledge() async throws {
        try await FiringAgent.run(Self.guardian) { client, engine in
            let link = try await link(engine)
            for _ in 0..<2 {
                let page = try await ask(client, .get, link)
                #expect(page.status == 200 && page.text.contains("alertname=High, pool=web"), "\(page)")
                #expect(page.text.contains("<form method=\"post\">") && page.policy.contains("form-action 'self'"))
            }
            let (acknowledged, silenced) = (await engine.acknowledgements(), await engine.silences())
            #expect(acknowledged.isEmpty && silenced.isEmpty)
            let done = try await ask(
                client, .post, link, form: "action=acknowledge&by=ann+%3Cb%3E&comment=on%20it&for=2h")
            #expect(done.status == 200 && done.text.contains("Acknowledged until"), "\(done)")
            let made = try #require(await engine.acknowledgements().first?.0)
            #expect(made.createdBy == "ann <b>" && made.comment == "on it")
            #expect(made.endsAt - made.createdAt >= .seconds(7_199) && made.endsAt - made.createdAt <= .seconds(7_200))
            let page = try await ask(client, .get, link)
            #expect(page.text.contains("by ann &lt;b&gt;: on it") && !page.text.contains("<b>"), "\(page)")
        }
    }

    @Test("a sent form silences the alert by its labels")
    func silence() async throws {
        try await FiringAgent.run(Self.guardian) { client, engine in
            let done = try await ask(client, .post, try await link(engine), form: "action=silence&by=ann&for=30m")
            #expect(done.status == 200 && done.text.contains("Silenced until"), "\(done)")
            let made = try #require(await engine.silences().first?.silence)
            #expect(Set(made.matchers.map(\.description)) == [#"alertname="High""#, #"pool="web""#])
            #expect(made.createdBy == "ann" && made.comment == "by the link in a message")
            #expect(await engine.acknowledgements().isEmpty)
        }
    }

    @Test("a link that is too old, changed, or of another alert changes nothing, and says why")
    func refused() async throws {
        try await FiringAgent.run(Self.guardian) { client, engine in
            let good = try await link(engine)
            let form = "action=acknowledge&by=ann&for=2h"
            let other = AlertID(labels: ["alertname": "Other"])
            let cases = [
                (try await link(engine, age: .seconds(3_700)), 403, "too old"),
                (String(good.dropLast()), 403, "wrong"),
                (good.replacingOccurrences(of: "until=", with: "until=9"), 403, "wrong"),
                (String(good.prefix { $0 != "?" }), 403, "wrong"),
                (Self.links.target(other, at: await engine.now), 404, "over"),
            ]
            for (link, status, words) in cases {
                for method in [HTTPRequest.Method.get, .post] {
                    let answer = try await ask(client, method, link, form: form)
                    #expect(answer.status == status && answer.text.contains(words), "\(link): \(answer)")
                    #expect(answer.policy.contains("form-action 'none'"))
                }
            }
            let wrongs = [
                "", "action=silence&by=ann&for=100y", "action=acknowledge&by=ann&for=99999999999y",
                "action=acknowledge&for=2h", "action=acknowledge&by=ann&for=soon", "action=x&by=a&for=1h",
            ]
            for wrong in wrongs {
                let answer = try await ask(client, .post, good, form: wrong)
                #expect(answer.status == 400 && answer.text.contains("missing"), "\(wrong): \(answer)")
            }
            let long = form + "&comment=" + String(repeating: "x", count: 20_000)
            #expect(try await ask(client, .post, good, form: long).status == 413)
            let (acknowledged, silenced) = (await engine.acknowledgements(), await engine.silences())
            #expect(acknowledged.isEmpty && silenced.isEmpty)
        }
    }

    @Test("without a secret no link counts; with another one after a reload the old ones don't")
    func secrets() async throws {
        let guardian = MutationGuard(token: nil, host: "127.0.0.1")
        try await FiringAgent.run(guardian) { client, engine in
            let link = try await link(engine)
            #expect(try await ask(client, .get, link).status == 404)
            guardian.replace(token: nil, tokens: [], links: Self.links)
            #expect(try await ask(client, .get, link).status == 200)
            let other = ActionLinks(secret: Secret("another secret, as long"), lifetime: .seconds(3_600))
            guardian.replace(token: nil, tokens: [], links: other)
            #expect(try await ask(client, .get, link).status == 403)
        }
    }

    @Test("what the forms offer can be read")
    func lengths() throws {
        for length in ActionPages.lengths { #expect(try Duration(promQL: length) > .zero) }
    }
}
