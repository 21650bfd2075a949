import Foundation
import Support
import Synchronization
import Testing

/// A fault of a receiver: how it answers while it lasts, and what the agent must say of it.
struct ReceiverFault: CustomTestStringConvertible, Sendable {
    let name: String
    let injected: String
    let says: String
    /// Whether a message may have arrived although it failed, so that it comes again under its key.
    var mayArrive = false
    let answer: HTTPReceiver.Answer

    var testDescription: String { name }

    static let all: [ReceiverFault] = [
        .init(
            name: "hanging", injected: "takes the request and never answers", says: "imed out", mayArrive: true,
            answer: .init(manner: .hang)),
        .init(
            name: "slow drip", injected: "answers a byte a second", says: "imed out", mayArrive: true,
            answer: .init(body: "0123456789", manner: .drip(bytes: 1, every: .seconds(1)))),
        .init(name: "500s", injected: "answers 500", says: "answered 500", answer: .init(status: 500, body: "sorry")),
        .init(
            name: "429", injected: "answers 429 with `Retry-After: 2`", says: "answered 429",
            answer: .init(status: 429, headers: [("Retry-After", "2")], body: "slow down")),
        .init(
            name: "answer of a gigabyte", injected: "answers 500 with 2^30 bytes", says: "answered 500",
            answer: .init(status: 500, body: "endless ", manner: .repeated(total: 1 << 30))),
        .init(
            name: "cut before the answer", injected: "closes the connection when it has the request",
            says: "onnection", mayArrive: true, answer: .init(manner: .hangUp)),
        .init(
            name: "cut in the answer", injected: "closes the connection after 3 bytes of the body", says: "ended early",
            mayArrive: true, answer: .init(body: "0123456789", manner: .cut(after: 3))),
    ]
}

/// One bad receiver beside a good one.
@Suite("Scenario: receiver faults", .serialized)
struct ReceiverFaultTests {
    /// A bad and a good receiver behind one agent, and alerts that begin by word.
    private final class Bench {
        let database: PostgresServer
        let good: HTTPReceiver
        let agent: AgentProcess

        init(bad: String, more: String = "") async throws {
            database = try PostgresServer()
            try database.makeParlant()
            try database.setIntegrations(["canary", "calm"])
            good = try HTTPReceiver(port: 0) { _ in .init() }
            agent = try await AgentProcess(
                """
                databases:
                  - name: parlant
                    dsn: "\(database.dsn(user: "tocsin", database: "parlant"))"
                    interval: 500ms
                    statements: { enabled: false }
                    integrations: { enabled: true, interval: 250ms, stale_after: 1000h }
                overrides:
                  - alert: IntegrationUnhealthy
                    levels: { warning: { for: 0s, clear_for: 250ms }, critical: { for: 3600s } }
                  - { alert: TocsinNotificationsRejected, enabled: false }
                route:
                  receiver: good
                  group_by: ["..."]
                  group_wait: 100ms
                  group_interval: 200ms
                  routes:
                    - { matchers: ['alertname != ""'], receiver: bad, continue: true }
                    - { matchers: ['alertname != ""'], receiver: good }
                receivers:
                  - name: good
                    webhook_configs: [{ url: "\(good.url)" }]
                  - name: bad
                    webhook_configs: [{ url: "\(bad)", timeout: 1s\(more) }]
                """)
        }

        func set(_ target: String, _ health: String) throws { try database.setHealth(of: target, health) }

        func told(_ receiver: HTTPReceiver) -> [String] {
            Told.all(in: receiver).map { "\($0.labels["target"] ?? $0.alert) \($0.change)" }
        }

        /// The last line of the log about an attempt that failed.
        var said: String {
            let text = agent.program.lastLine(with: "notification retry", "notification rejected")
            return text.range(of: " group=").map { String(text[..<$0.lowerBound]) } ?? text
        }

        func end() {
            agent.remove()
            good.stop()
            database.stop()
        }
    }

    /// Raises and clears alerts while the bad receiver is bad, mends it, and looks at what both heard.
    private func check(
        _ name: String, injected: String, says: String, on bench: Bench, bad: () -> [String],
        mend: () async throws -> Void
    ) async throws {
        var slowest = 0.0
        func good(_ target: String, _ health: String, _ word: String) async throws {
            try bench.set(target, health)
            let began = Date()
            let isTold = await eventually(within: 10) { bench.told(bench.good).contains("\(target) \(word)") }
            slowest = max(slowest, Date().timeIntervalSince(began))
            #expect(isTold, "the good receiver waits for the bad one: \(bench.told(bench.good))")
        }
        try await good("canary", "unhealthy", "fired")
        try await Task.sleep(for: .seconds(1))
        try await good("calm", "unhealthy", "fired")
        try await good("canary", "healthy", "resolved")
        let isNamed = await eventually(within: 10) { !bench.said.isEmpty && bench.said.contains(says) }
        #expect(isNamed, "\(bench.said)")
        let said = bench.said
        #expect(slowest < 3, "the good receiver heard after \(slowest) s")
        try await Task.sleep(for: .seconds(1))
        try await mend()
        let mended = Date()
        // `canary` may be told as one digest or as two messages; then comes its end in any case.
        func isWhole() -> Bool {
            let heard = bad()
            let ended = heard.contains("canary resolved") || heard.contains("canary passed")
            return ended && heard.contains("calm fired")
        }
        let isOver = await eventually(within: 60) { isWhole() }
        let recovered = Date().timeIntervalSince(mended)
        #expect(isOver, "\(bad())\n\(bench.agent.program.logText.suffix(3_000))")
        try bench.set("calm", "healthy")
        #expect(await eventually(within: 20) { bad().last == "calm resolved" }, "\(bad())")
        try await Task.sleep(for: .seconds(1))
        let good = bench.told(bench.good)
        let all = ["canary fired", "calm fired", "canary resolved", "calm resolved"]
        #expect(good == all, "\(good)")
        let heard = bad()
        for target in ["canary", "calm"] {
            let own = heard.filter { $0.hasPrefix(target) }
            let wanted = ["\(target) fired", "\(target) resolved"]
            #expect(own == wanted || own == ["\(target) passed"], "\(heard)")
        }
        let delivered = Set(heard.flatMap { $0.hasSuffix("passed") ? ["canary fired", "canary resolved"] : [$0] })
        FaultTable.add(
            .init(
                fault: "receiver: \(name)", injected: injected, said: said, recovered: recovered, due: 8,
                delivered: good.count + delivered.count))
    }

    /// What was told to a receiver by messages that it answered well or may have kept, each key once.
    private static func kept(_ requests: [HTTPReceiver.Request], whileBad: (HTTPReceiver.Request) -> Bool) -> [String] {
        var keys: Set<String> = []
        return requests.filter { !whileBad($0) && keys.insert($0.header("Idempotency-Key") ?? "").inserted }
            .flatMap { Told.all(in: [$0]) }.map { "\($0.labels["target"] ?? $0.alert) \($0.change)" }
    }

    @Test("delays no other receiver, is named, and hears all in order once it is well", arguments: ReceiverFault.all)
    func fault(_ fault: ReceiverFault) async throws {
        let badUntil = Mutex(Date.distantFuture)
        let bad = try HTTPReceiver(port: 0) { request in
            badUntil.withLock { $0 } > request.date ? fault.answer : .init()
        }
        defer { bad.stop() }
        let bench = try await Bench(bad: bad.url)
        defer { bench.end() }
        try await check(
            fault.name, injected: fault.injected, says: fault.says, on: bench,
            bad: { Self.kept(bad.requests) { badUntil.withLock { $0 } > $0.date } },
            mend: { badUntil.withLock { $0 = Date() } })
    }

    @Test("refused: nobody listens, then somebody does")
    func refused() async throws {
        let port = try FreePort.find()
        let late = Mutex<HTTPReceiver?>(nil)
        let bench = try await Bench(bad: "http://127.0.0.1:\(port)")
        defer { bench.end() }
        defer { late.withLock { $0?.stop() } }
        try await check(
            "refused", injected: "nobody listens on the port", says: "onnect", on: bench,
            bad: { late.withLock { $0 }.map { Self.kept($0.requests) { _ in false } } ?? [] },
            mend: {
                let receiver = try HTTPReceiver(port: port) { _ in .init() }
                late.withLock { $0 = receiver }
            })
    }

    @Test("a certificate that is over, or of another host", arguments: ["expired", "wrong host"])
    func certificate(kind: String) async throws {
        let certificates = try await TestCertificates.make()
        defer { certificates.remove() }
        let port = try FreePort.find()
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tocsin-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func server(_ pair: TestCertificates.Pair) throws -> TLSReceiver {
            try TLSReceiver(port: port, cert: pair.cert, key: pair.key, folder: folder)
        }
        let bad = try server(kind == "expired" ? certificates.expired : certificates.wrongHost)
        let good = Mutex<TLSReceiver?>(nil)
        defer {
            bad.stop()
            good.withLock { $0?.stop() }
        }
        let bench = try await Bench(
            bad: "https://localhost:\(port)/",
            more: ", http_config: { tls_config: { ca_file: \"\(certificates.caFile)\" } }")
        defer { bench.end() }
        try await check(
            "TLS, \(kind)", injected: "a server with such a certificate", says: "certificate", on: bench,
            bad: { bad.told },
            mend: {
                bad.stop()
                let well = try server(certificates.server)
                good.withLock { $0 = well }
            })
    }

    @Test("a name that nobody knows, then somebody does; the agent is told by a reload")
    func nameGone() async throws {
        let later = try HTTPReceiver(port: 0) { _ in .init() }
        defer { later.stop() }
        let bench = try await Bench(bad: "http://receiver.invalid:\(later.port)/")
        defer { bench.end() }
        try await check(
            "DNS gone", injected: "a host name under `.invalid`; mended by a reload", says: "esolve", on: bench,
            bad: { Self.kept(later.requests) { _ in false } },
            mend: {
                let file = bench.agent.folder.appendingPathComponent("tocsin.yaml")
                let text = try String(contentsOf: file, encoding: .utf8)
                try text.replacing("receiver.invalid", with: "127.0.0.1").write(
                    to: file, atomically: true, encoding: .utf8)
                bench.agent.program.signal(SIGHUP)
            })
    }
}

/// An HTTPS server that keeps the bodies of what it is sent.
private final class TLSReceiver: Sendable {
    private let program: RunningProgram
    private let record: URL

    init(port: Int, cert: String, key: String, folder: URL) throws {
        record = folder.appendingPathComponent("bodies")
        let script = """
            import http.server, ssl, sys
            record, port, cert, key = sys.argv[1:]
            class Handler(http.server.BaseHTTPRequestHandler):
                protocol_version = "HTTP/1.1"
                def do_POST(self):
                    body = self.rfile.read(int(self.headers["Content-Length"]))
                    with open(record, "ab") as file: file.write(body.replace(b"\\n", b" ") + b"\\n")
                    self.send_response(200)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                def log_message(self, *words): pass
            server = http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Handler)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(cert, key)
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
            server.serve_forever()
            """
        program = try RunningProgram(
            "python3", ["-c", script, record.path, "\(port)", cert, key],
            log: folder.appendingPathComponent("log-\(UUID().uuidString)"))
    }

    var told: [String] {
        let text = (try? String(contentsOf: record, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").flatMap { Told.all(inBody: Array($0.utf8)) }
            .map { "\($0.labels["target"] ?? $0.alert) \($0.change)" }
    }

    func stop() { program.stop(SIGKILL) }
}
