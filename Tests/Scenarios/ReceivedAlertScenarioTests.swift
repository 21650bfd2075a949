import Drivers
import Foundation
import Support
import Testing

/// Alertmanager's and Prometheus's own programs send alerts to a running agent.
@Suite("Scenario: alerts of others", .serialized)
struct ReceivedAlertScenarioTests {
    private static let amtool = Programs.find("amtool")
    private static let prometheus = Programs.find("prometheus")

    private func settings(
        _ receiver: HTTPReceiver, timeout: String = "5m", groupBy: String = "[alertname]", interval: String = "500ms"
    ) -> String {
        """
        global: { resolve_timeout: \(timeout) }
        processes: [{ name: tests, pid: \(ProcessInfo.processInfo.processIdentifier) }]
        rule_files: []
        route: { receiver: ops, group_by: \(groupBy), group_wait: 500ms, group_interval: \(interval) }
        receivers: [{ name: ops, webhook_configs: [{ url: "\(receiver.url)/hook" }] }]
        """
    }

    private func post(_ body: String, to agent: AgentProcess) async throws -> Int {
        let transport = CurlTransport()
        let response = try await transport.send(
            HTTPRequest(
                method: "POST", url: "http://127.0.0.1:\(agent.port)/api/v2/alerts",
                headers: [("Content-Type", "application/json")], body: Array(body.utf8), totalTimeout: .seconds(60)))
        await transport.shutdown()
        return response.status
    }

    private func told(_ receiver: HTTPReceiver, _ alert: String) -> [String] {
        Told.all(in: receiver).filter { $0.alert == alert }.map(\.change)
    }

    @Test(
        "amtool adds an alert, which is told, explained and over; a kill right after the answer loses nothing",
        .enabled(
            if: ReceivedAlertScenarioTests.amtool != nil,
            "amtool (Debian's package prometheus-alertmanager) is not here"))
    func client() async throws {
        let receiver = try HTTPReceiver(port: 0) { _ in .init() }
        defer { receiver.stop() }
        var agent = try await AgentProcess(settings(receiver))
        defer { agent.remove() }
        func amtool(_ arguments: String...) throws -> Subprocess.Outcome {
            try Subprocess.run(
                Self.amtool ?? "",
                arguments + ["--alertmanager.url=http://127.0.0.1:\(agent.port)", "--no-version-check"])
        }
        let added = try amtool(
            "alert", "add", "alertname=DiskFull", "host=a", "severity=critical", "empty=", "--annotation=summary=full",
            "--generator-url=http://sender/graph")
        #expect(added.status == 0, "\(added)")
        // The answer has come, so it is on disk.
        agent.stop(SIGKILL)
        agent = try await AgentProcess(settings(receiver), folder: agent.folder)
        #expect(try amtool("alert", "query", "host=a").output.contains("DiskFull"))
        #expect(await eventually(within: 20) { told(receiver, "DiskFull") == ["fired"] }, "\(agent.program.logText)")
        let shown = try await agent.get("/api/v2/alerts")
        #expect(shown.contains(#""generatorURL":"http://sender/graph""#) && !shown.contains("empty"), "\(shown)")
        #expect(receiver.requests.first?.text.contains("http://sender/graph") == true)

        let end = Date().ISO8601Format()
        let ended = try amtool("alert", "add", "alertname=DiskFull", "host=a", "severity=critical", "--end=\(end)")
        #expect(ended.status == 0, "\(ended)")
        #expect(await eventually(within: 20) { told(receiver, "DiskFull") == ["fired", "resolved"] })
        #expect(try await agent.get("/api/v2/alerts") == "[]")

        func explain(_ arguments: String...) throws -> Subprocess.Outcome {
            try Subprocess.run(
                AgentProcess.binary, ["explain"] + arguments + ["--url", "http://127.0.0.1:\(agent.port)"],
                environment: ["TOCSIN_ALERTS": AgentProcess.alerts])
        }
        let story = try explain("DiskFull", "host=a")
        let words = ["fired", "queued", "attempt", "delivered", "resolved", "queued", "attempt", "delivered"]
        let lines = story.output.split(separator: "\n").dropFirst(2)
        #expect(lines.map { $0.split(separator: " ")[1] } == words.map { Substring($0) }, "\(story)")
        #expect(story.output.contains("ops/webhook/0") && story.output.contains("status 200"), "\(story)")
        #expect(try explain("DiskFull", "--json").output.contains(#""what" : "delivered""#))
        #expect(try explain("Nothing").status == 1)
        #expect(try await agent.get("/api/v1/notifications?result=delivered&receiver=ops").contains(#""status":200"#))
        let metrics = try await agent.get("/metrics")
        #expect(metrics.contains("tocsin_alerts_received_total 1\n"), "the counter begins anew with the process")
    }

    @Test(
        "Prometheus sends: fired once while it repeats, resolved when its rule no longer holds",
        .enabled(if: ReceivedAlertScenarioTests.prometheus != nil, "prometheus is not here"))
    func sender() async throws {
        let receiver = try HTTPReceiver(port: 0) { _ in .init() }
        defer { receiver.stop() }
        let agent = try await AgentProcess(settings(receiver, timeout: "3s"))
        defer { agent.remove() }
        let folder = agent.folder.appendingPathComponent("prometheus")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        func rules(_ expression: String) throws {
            let rule = "{ alert: Sent, expr: '\(expression)', labels: { team: db }, annotations: { summary: x } }"
            try "groups: [{ name: own, interval: 1s, rules: [\(rule)] }]"
                .write(to: folder.appendingPathComponent("rules.yml"), atomically: true, encoding: .utf8)
        }
        try rules("vector(1) > 0")
        try """
        global: { evaluation_interval: 1s, external_labels: { site: here } }
        rule_files: ["\(folder.path)/rules.yml"]
        alerting: { alertmanagers: [{ static_configs: [{ targets: ["127.0.0.1:\(agent.port)"] }] }] }
        """.write(to: folder.appendingPathComponent("prometheus.yml"), atomically: true, encoding: .utf8)
        let peer = try RunningProgram(
            Self.prometheus ?? "",
            [
                "--config.file=\(folder.path)/prometheus.yml", "--storage.tsdb.path=\(folder.path)/data",
                "--web.listen-address=127.0.0.1:\(try FreePort.find())", "--rules.alert.resend-delay=1s",
            ], log: folder.appendingPathComponent("log"))
        defer { peer.stop(SIGKILL) }
        #expect(await eventually(within: 30) { told(receiver, "Sent") == ["fired"] }, "\(peer.logText)")
        let labels = Told.all(in: receiver).first?.labels
        #expect(labels == ["alertname": "Sent", "team": "db", "site": "here"])
        // It repeats every second or so; a reload of the agent's rules is nothing to it.
        agent.program.signal(SIGHUP)
        try await Task.sleep(for: .seconds(6))
        #expect(told(receiver, "Sent") == ["fired"])
        try rules("vector(1) > 2")
        peer.signal(SIGHUP)
        #expect(await eventually(within: 30) { told(receiver, "Sent") == ["fired", "resolved"] }, "\(peer.logText)")
    }

    @Test("without an end an alert is over after resolve_timeout; a restart in between gives its sender time")
    func timeout() async throws {
        let receiver = try HTTPReceiver(port: 0) { _ in .init() }
        defer { receiver.stop() }
        let agent = try await AgentProcess(settings(receiver, timeout: "2s"))
        defer { agent.remove() }
        #expect(try await post(#"[{"labels":{"alertname":"Lone"}}]"#, to: agent) == 200)
        #expect(await eventually(within: 20) { told(receiver, "Lone") == ["fired", "resolved"] })
        #expect(try await agent.get("/api/v1/history").contains("resolve_timeout"))
    }

    @Test("ten thousand in batches: each told once, in no more time than in proportion")
    func many() async throws {
        let receiver = try HTTPReceiver(port: 0) { _ in .init() }
        defer { receiver.stop() }
        let agent = try await AgentProcess(settings(receiver, groupBy: "[shard]", interval: "5s"))
        defer { agent.remove() }
        func send(_ numbers: Range<Int>) async throws -> Duration {
            let began = ContinuousClock.now
            for start in stride(from: numbers.lowerBound, to: numbers.upperBound, by: 100) {
                let alerts = (start..<start + 100).map {
                    #"{"labels":{"alertname":"Many","shard":"\#($0 % 10)","n":"\#($0)"},"annotations":{"summary":"one of many"}}"#
                }
                #expect(try await post("[\(alerts.joined(separator: ","))]", to: agent) == 200)
            }
            return ContinuousClock.now - began
        }
        let first = try await send(0..<2_000)
        _ = try await send(2_000..<8_000)
        let last = try await send(8_000..<10_000)
        // The last fifth costs what the first did, give or take the machine.
        #expect(last < first * 5 + .seconds(1), "first \(first), last \(last)")
        print("10,000 alerts in batches of 100: the first 2,000 took \(first), the last 2,000 \(last)")
        let all = await eventually(within: 60) {
            Set(Told.all(in: receiver).filter { $0.change == "fired" }.compactMap { $0.labels["n"] }).count == 10_000
        }
        #expect(all, "\(Told.all(in: receiver).count)")
        #expect(Told.all(in: receiver).count == 10_000)
    }

    @Test("killed in the midst of a storm, while its rows are in the journal: each is told, and the history is whole")
    func killedInStorm() async throws {
        let receiver = try HTTPReceiver(port: 0) { _ in .init() }
        defer { receiver.stop() }
        var agent = try await AgentProcess(settings(receiver, groupBy: "['...']"))
        defer { agent.remove() }
        let alerts = (0..<3_000).map { #"{"labels":{"alertname":"Storm","n":"\#($0)"}}"# }
        #expect(try await post("[\(alerts.joined(separator: ","))]", to: agent) == 200)
        #expect(await eventually(within: 30) { told(receiver, "Storm").count >= 100 }, "\(agent.program.logText)")
        agent.stop(SIGKILL)
        func count(_ sql: String) throws -> Int? {
            let path = agent.folder.path + "/history.sqlite"
            let read = "import sqlite3,sys; print(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchone()[0])"
            let outcome = try Subprocess.run("python3", ["-c", read, path, sql])
            return Int(outcome.output.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        #expect(try #require(try count("SELECT count(*) FROM journal")) > 0)
        #expect(try #require(try count("SELECT count(*) FROM event")) < 3_000)
        agent = try await AgentProcess(settings(receiver, groupBy: "['...']"), folder: agent.folder)
        let all = await eventually(within: 60) {
            Set(Told.all(in: receiver).compactMap { $0.labels["n"] }).count == 3_000
        }
        #expect(all, "\(Told.all(in: receiver).count)")
        // Once more only what was under way.
        #expect(Told.all(in: receiver).count <= 3_000 + 1_000)
        #expect(agent.stop() == 0)
        #expect(try count("SELECT count(*) FROM journal") == 0)
        #expect(try count("SELECT count(*) FROM event WHERE kind = 'fired'") == 3_000)
        #expect(try count("SELECT count(DISTINCT message) FROM ledger WHERE kind = 'delivered'") == 3_000)
        #expect(try count("SELECT count(*) FROM outbox") == 0)
    }
}
