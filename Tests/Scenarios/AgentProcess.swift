import Drivers
import Foundation
import Support

/// The real program, run as a user would, with its settings in a temporary folder.
final class AgentProcess: Sendable {
    let folder: URL
    let port: Int
    /// Where its API is reached.
    let host: String
    let program: RunningProgram
    /// How its certificate is checked; nil without TLS.
    private let tls: TLSOptions?

    /// Where the program lies: beside the tests.
    static var binary: String {
        let tests = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        let named = ProcessInfo.processInfo.environment["TOCSIN_BINARY"]
        if let named { return named }
        var folder = tests.deletingLastPathComponent()
        while folder.path != "/" {
            let candidate = folder.appendingPathComponent("tocsin")
            if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate.path }
            folder.deleteLastPathComponent()
        }
        return "tocsin"
    }

    static let alerts = Repository.root.appendingPathComponent("Alerts").path

    /// - Parameters:
    ///   - settings: all but `server`, `history` and the evaluation's interval of one second.
    ///   - folder: that of an earlier run, whose history is taken over; nil for a new one.
    ///   - server: further keys of `server`.
    ///   - history: the folder of the history; nil for `folder`.
    ///   - tls: how its certificate is checked; nil where `server` has no `tls`.
    ///   - run: the words before the program's own, such as those that put it into a network namespace.
    init(
        _ settings: String, folder old: URL? = nil, host: String = "127.0.0.1", environment: [String: String] = [:],
        history: URL? = nil, server: String = "", tls: TLSOptions? = nil, run prefix: [String] = []
    ) async throws {
        self.host = host
        self.tls = tls
        port = try FreePort.find()
        folder =
            old ?? FileManager.default.temporaryDirectory.appendingPathComponent("tocsin-agent-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent("tocsin.yaml")
        let whole = """
            server: { listen: "\(host):\(port)"\(server.isEmpty ? "" : ", " + server) }
            history: { path: "\((history ?? folder).path)/history.sqlite" }
            evaluation_interval: 1s
            \(settings)
            """
        try whole.write(to: file, atomically: true, encoding: .utf8)
        let words = prefix + [Self.binary, "run", "--config", file.path]
        program = try RunningProgram(
            words[0], Array(words.dropFirst()),
            environment: environment.merging(["TOCSIN_ALERTS": Self.alerts]) { own, _ in own },
            log: folder.appendingPathComponent("log"))
        let url = "\(tls == nil ? "http" : "https")://\(host):\(port)/-/ready"
        let isReady = await eventually(within: 30) { await Self.status(url, tls) == 200 }
        guard isReady else { throw Subprocess.Failure(description: "the agent is not ready: \(program.logText)") }
    }

    private static func status(_ url: String, _ tls: TLSOptions?) async -> Int? {
        let transport = CurlTransport()
        let response = try? await transport.send(HTTPRequest(url: url, tls: tls ?? TLSOptions()))
        await transport.shutdown()
        return response?.status
    }

    /// The body of an answer of the agent's API.
    func get(_ path: String) async throws -> String {
        let transport = CurlTransport()
        let response = try await transport.send(
            HTTPRequest(
                url: "\(tls == nil ? "http" : "https")://\(host):\(port)\(path)", bodyLimit: 8 << 20,
                tls: tls ?? TLSOptions()))
        await transport.shutdown()
        return String(decoding: response.body, as: UTF8.self)
    }

    @discardableResult
    func stop(_ signal: Int32 = SIGTERM) -> Int32 { program.stop(signal) }

    func remove() {
        program.stop(SIGKILL)
        try? FileManager.default.removeItem(at: folder)
    }
}

/// What a webhook message told.
struct Told: Hashable, CustomStringConvertible {
    let alert: String
    let change: String
    let level: String
    let labels: [String: String]

    var description: String { "\(alert) \(change) \(level)" }

    /// The changes that the messages tell, in the order in which they came.
    static func all(in receiver: HTTPReceiver) -> [Told] { all(in: receiver.requests) }

    static func all(in requests: [HTTPReceiver.Request]) -> [Told] { requests.flatMap { all(inBody: $0.body) } }

    static func all(inBody body: [UInt8]) -> [Told] {
        guard let body = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any],
            let alerts = body["alerts"] as? [[String: Any]],
            let ours = (body["tocsin"] as? [String: Any])?["alerts"] as? [[String: Any]]
        else { return [] }
        return zip(alerts, ours).compactMap { alert, more in
            let labels = alert["labels"] as? [String: String] ?? [:]
            let change = more["change"] as? String ?? ""
            guard change != "unchanged" else { return nil }
            return Told(
                alert: labels["alertname"] ?? "", change: change, level: labels["severity"] ?? "", labels: labels)
        }
    }
}
