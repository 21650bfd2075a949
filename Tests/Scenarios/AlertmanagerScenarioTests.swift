import Drivers
import Foundation
import Support
import Testing

/// The real Alertmanager is asked the same as the agent, and must answer the same.
@Suite("Scenario: Alertmanager's answers", .serialized)
struct AlertmanagerScenarioTests {
    private static let program = Programs.find("prometheus-alertmanager")

    private struct Exchange {
        let method: String
        let path: String
        var body: String?

        /// What both are asked before they have a silence, and with the id of one.
        static func all(_ id: String) -> [Exchange] {
            let alerts = [
                "", "?active=false", "?silenced=false", "?inhibited=false", "?receiver=ops", "?receiver=o",
                "?receiver=(", "?filter=alertname%3D%22Always%22", "?filter=alertname%3D~%22Al.*%22",
                "?filter=severity!%3Dwarning", "?filter=team%3D%22%22", "?filter=alertname",
                "?filter=severity%3Dwarning&filter=alertname%3Dother", "?filter=alertname%3D~%22Sent.*%22",
                "?filter=team%3Ddb", "?filter=empty%3D%22%22",
            ]
            return alerts.flatMap { [get("alerts\($0)"), get("alerts/groups\($0)")] } + [
                get("receivers"), get("silences"), get("silences?filter=alertname%3D%22Always%22"),
                get("silences?filter=alertname%3D%22x%22"), get("silences?filter=other%3D%22%22"),
                get("silences?filter=%7B%7B"), get("silence/\(id)"),
                get("silence/00000000-0000-4000-8000-000000000000"),
            ]
        }

        static func get(_ path: String) -> Exchange { Exchange(method: "GET", path: path) }
    }

    /// Bodies of alerts: what Alertmanager takes, refuses and leaves out.
    private static let sent: [String] = [
        "[]", "null", "{}", "[", "", "[{}]", #"[{"labels":{}}]"#, #"[{"labels":{"a":""}}]"#,
        #"[{"labels":{"0a":"x"}}]"#,
        #"[{"labels":{"a":1}}]"#, #"[{"labels":{"a":"b"},"startsAt":"x"}]"#,
        #"[{"labels":{"a":"b"},"generatorURL":"not a url"}]"#, #"[{"labels":{"a":"b"},"annotations":{"0x":"b"}}]"#,
        #"[{"labels":{"a":"b"},"startsAt":"2030-01-01T00:00:00Z"}]"#,
        #"[{"labels":{"a":"b"},"startsAt":"2030-01-01T00:00:00Z","endsAt":"2029-01-01T00:00:00Z"}]"#,
        #"[{"labels":{"alertname":"Over"},"endsAt":"2020-01-01T00:00:00Z"}]"#,
        #"[{"labels":{"alertname":"Sent1","team":"db","empty":""},"annotations":{"summary":"x","none":""}}]"#,
        #"[{"labels":{"alertname":"Sent2"},"startsAt":"2026-01-01T00:00:00Z","endsAt":"2999-01-01T00:00:00.5Z"}]"#,
        #"[{"labels":{"alertname":"Sent3"}},{"labels":{"0a":"x"}},{"labels":{}}]"#,
        #"[{"labels":{"alertname":"Sent4"},"startsAt":"0001-01-01T00:00:00Z","endsAt":""}]"#,
        #"[{"labels":{"alertname":"Sent5"}},{"labels":{"alertname":"Sent5"},"endsAt":"2026-01-01T00:00:00Z"}]"#,
        // Annotations change; the end is told.
        #"[{"labels":{"alertname":"Sent1","team":"db"},"annotations":{"summary":"other"}}]"#,
        #"[{"labels":{"alertname":"Sent3"},"endsAt":"2026-01-01T00:00:00Z"}]"#,
    ]

    private func send(_ exchange: Exchange, to port: Int) async throws -> (status: Int, body: [UInt8]) {
        let transport = CurlTransport()
        let response = try await transport.send(
            HTTPRequest(
                method: exchange.method, url: "http://127.0.0.1:\(port)/api/v2/\(exchange.path)",
                headers: [("Content-Type", "application/json")], body: exchange.body.map { Array($0.utf8) }))
        await transport.shutdown()
        return (response.status, response.body)
    }

    /// An answer without what differs by nature: times, ids, texts of errors, and keys that later versions have.
    private func comparable(_ answer: (status: Int, body: [UInt8])) -> String {
        func plain(_ value: Any) -> Any {
            if let list = value as? [Any] { return list.map(plain) }
            if let object = value as? [String: Any] {
                return object.filter { !["generatorURL", "mutedBy"].contains($0.key) }.mapValues(plain)
            }
            guard let text = value as? String else { return value }
            let isTime = text.count == 24 && text.hasSuffix("Z")
            return isTime || UUID(uuidString: text) != nil ? "…" : text
        }
        guard answer.status == 200, !answer.body.isEmpty,
            let value = try? JSONSerialization.jsonObject(with: Data(answer.body), options: .fragmentsAllowed),
            let data = try? JSONSerialization.data(withJSONObject: plain(value), options: [.sortedKeys])
        else { return "\(answer.status)" }
        return "\(answer.status) \(String(decoding: data, as: UTF8.self))"
    }

    private func silence(_ matcher: String, from start: Date = Date(), hours: Double = 1) -> String {
        let (from, to) = (start.ISO8601Format(), start.addingTimeInterval(hours * 3_600).ISO8601Format())
        return #"{"matchers":[\#(matcher)],"startsAt":"\#(from)","endsAt":"\#(to)","createdBy":"ann","comment":"why"}"#
    }

    @Test(
        "alerts, groups, silences and refusals are as Alertmanager 0.25 gives them",
        .enabled(if: AlertmanagerScenarioTests.program != nil, "prometheus-alertmanager is not here"))
    func same() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("peer-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let routes = """
            route: { receiver: ops, group_by: [alertname] }
            receivers: [{ name: ops }, { name: other }]
            """
        try routes.write(to: folder.appendingPathComponent("peer.yml"), atomically: true, encoding: .utf8)
        let rule = "{ alert: Always, expr: vector(1), labels: { severity: warning }, annotations: { summary: x } }"
        try "groups: [{ name: own, interval: 1s, rules: [\(rule)] }]"
            .write(to: folder.appendingPathComponent("rules.yml"), atomically: true, encoding: .utf8)
        let agent = try await AgentProcess(
            """
            processes: [{ name: tests, pid: \(ProcessInfo.processInfo.processIdentifier) }]
            rule_files: ["\(folder.path)/rules.yml"]
            \(routes)
            """)
        defer { agent.remove() }
        let port = try FreePort.find()
        let peer = try RunningProgram(
            Self.program ?? "",
            [
                "--config.file=\(folder.path)/peer.yml", "--storage.path=\(folder.path)/data",
                "--web.listen-address=127.0.0.1:\(port)", "--cluster.listen-address=",
            ], log: folder.appendingPathComponent("log"))
        defer { peer.stop(SIGKILL) }
        let alert =
            #"[{"labels":{"alertname":"Always","severity":"warning"},"annotations":{"summary":"x"},"#
            + #""endsAt":"2999-01-01T00:00:00Z"}]"#
        let isThere = await eventually(within: 20) {
            (try? await send(Exchange(method: "POST", path: "alerts", body: alert), to: port).status) == 200
        }
        #expect(isThere, "\(peer.logText)")
        let fires = try await eventually(within: 20) { try await agent.get("/api/v2/alerts").contains("Always") }
        #expect(fires)

        func compare(_ exchanges: [(ours: Exchange, theirs: Exchange)]) async throws {
            for (ours, theirs) in exchanges {
                let own = comparable(try await send(ours, to: agent.port))
                let other = comparable(try await send(theirs, to: port))
                #expect(own == other, "\(ours.method) \(ours.path) \(ours.body ?? "")")
            }
        }
        // The same is sent to both: taken, refused, and taken in part. Each alert is a group of its own.
        try await compare(Self.sent.map { Exchange(method: "POST", path: "alerts", body: $0) }.map { ($0, $0) })
        func made(_ port: Int, _ body: String) async throws -> String {
            let answer = try await send(Exchange(method: "POST", path: "silences", body: body), to: port)
            let id = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: String]
            return try #require(id?["silenceID"], "\(String(decoding: answer.body, as: UTF8.self))")
        }
        let body = silence(#"{"name":"alertname","value":"Always","isRegex":false}"#)
        let (own, other) = (try await made(agent.port, body), try await made(port, body))
        try await compare(Array(zip(Exchange.all(own), Exchange.all(other))).map { (ours: $0, theirs: $1) })

        let refused = [
            silence(#"{"name":"a","value":"","isRegex":false}"#), silence(#"{"name":"a","value":"(","isRegex":true}"#),
            silence(#"{"name":"a","value":"b","isRegex":false}"#, hours: -1),
            silence(#"{"name":"a","value":"b","isRegex":false}"#, from: Date().addingTimeInterval(-7_200)),
        ].map { Exchange(method: "POST", path: "silences", body: $0) }
        try await compare(refused.map { (ours: $0, theirs: $0) })

        // Ended, and ended again.
        for _ in 0..<2 {
            try await compare([
                (
                    ours: Exchange(method: "DELETE", path: "silence/\(own)"),
                    theirs: Exchange(method: "DELETE", path: "silence/\(other)")
                )
            ])
        }
        try await compare(Array(zip(Exchange.all(own), Exchange.all(other))).map { (ours: $0, theirs: $1) })
    }
}
