import Drivers
import Foundation
import Support

/// The real program, run as a user would, with its settings in a temporary folder.
final class AgentProcess: Sendable {
    let folder: URL
    let port: Int
    let program: RunningProgram

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

    static let alerts = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Alerts").path

    /// - Parameters:
    ///   - settings: all but `server`, `history` and the evaluation's interval of one second.
    ///   - folder: that of an earlier run, whose history is taken over; nil for a new one.
    init(_ settings: String, folder old: URL? = nil) async throws {
        port = try FreePort.find()
        folder =
            old ?? FileManager.default.temporaryDirectory.appendingPathComponent("tocsin-agent-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent("tocsin.yaml")
        let whole = """
            server: { listen: "127.0.0.1:\(port)" }
            history: { path: \(folder.path)/history.sqlite }
            evaluation_interval: 1s
            \(settings)
            """
        try whole.write(to: file, atomically: true, encoding: .utf8)
        program = try RunningProgram(
            Self.binary, ["run", "--config", file.path], environment: ["TOCSIN_ALERTS": Self.alerts],
            log: folder.appendingPathComponent("log"))
        let url = "http://127.0.0.1:\(port)/-/ready"
        let isReady = await eventually(within: 30) { await Self.status(url) == 200 }
        guard isReady else { throw Subprocess.Failure(description: "the agent is not ready: \(program.logText)") }
    }

    private static func status(_ url: String) async -> Int? {
        let transport = CurlTransport()
        let response = try? await transport.send(HTTPRequest(url: url))
        await transport.shutdown()
        return response?.status
    }

    /// The body of an answer of the agent's API.
    func get(_ path: String) async throws -> String {
        let transport = CurlTransport()
        let response = try await transport.send(HTTPRequest(url: "http://127.0.0.1:\(port)\(path)", bodyLimit: 8 << 20))
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
    static func all(in receiver: HTTPReceiver) -> [Told] {
        receiver.requests.flatMap { request -> [Told] in
            guard let body = try? JSONSerialization.jsonObject(with: Data(request.body)) as? [String: Any],
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
}
