import Drivers
import Foundation
import PromQL
import Support

/// Debian's Prometheus over series that were written for it.
struct PrometheusServer {
    private let folder: URL
    private let port: Int
    private let program: RunningProgram
    private let transport = CurlTransport()

    /// What a query gave: elements by labels with one value for each time; nil where it was refused.
    typealias Answer = [Labels: [Int64: Double]]?

    init(openMetrics: String) async throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("tocsin-prometheus-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let (input, data) = (folder.appendingPathComponent("input.om"), folder.appendingPathComponent("data"))
        try openMetrics.write(to: input, atomically: true, encoding: .utf8)
        try Subprocess.output("promtool", ["tsdb", "create-blocks-from", "openmetrics", input.path, data.path])
        let configuration = folder.appendingPathComponent("prometheus.yml")
        try "global: {}\n".write(to: configuration, atomically: true, encoding: .utf8)
        port = try FreePort.find()
        program = try RunningProgram(
            "prometheus",
            [
                "--config.file=\(configuration.path)", "--storage.tsdb.path=\(data.path)",
                "--storage.tsdb.retention.time=100y", "--web.listen-address=127.0.0.1:\(port)",
            ], log: folder.appendingPathComponent("log"))
        for _ in 0..<300 {
            let ready = try? await transport.send(HTTPRequest(url: "http://127.0.0.1:\(port)/-/ready"))
            if ready?.status == 200 { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        let said = program.logText.suffix(2_000)
        await stop()
        throw Subprocess.Failure(description: "Prometheus is not ready: \(said)")
    }

    func stop() async {
        program.stop(SIGKILL)
        await transport.shutdown()
        try? FileManager.default.removeItem(at: folder)
    }

    func instant(_ expression: String, at time: Int64) async throws -> Answer {
        try await ask("query?time=\(Double(time) / 1_000)&query=", expression)
    }

    func range(_ expression: String, from: Int64, through: Int64, step: Int64) async throws -> Answer {
        try await ask(
            "query_range?start=\(Double(from) / 1_000)&end=\(Double(through) / 1_000)&step=\(step / 1_000)&query=",
            expression)
    }

    private func ask(_ path: String, _ expression: String) async throws -> Answer {
        let escaped = expression.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        let response = try await transport.send(
            HTTPRequest(url: "http://127.0.0.1:\(port)/api/v1/\(path)\(escaped)", bodyLimit: 64 << 20))
        guard response.status == 200 else { return nil }
        let whole = try JSONSerialization.jsonObject(with: Data(response.body)) as? [String: Any]
        guard let data = whole?["data"] as? [String: Any] else { return nil }
        var answer: [Labels: [Int64: Double]] = [:]
        func add(_ labels: Labels, _ pair: Any?) {
            guard let pair = pair as? [Any], pair.count == 2, let time = pair[0] as? Double,
                let text = pair[1] as? String
            else { return }
            let value = Double(text.replacingOccurrences(of: "Inf", with: "inf")) ?? .nan
            answer[labels, default: [:]][Int64((time * 1_000).rounded())] = value
        }
        if let scalar = data["result"] as? [Any], data["resultType"] as? String == "scalar" {
            add(Labels(), scalar)
            return answer
        }
        for element in data["result"] as? [[String: Any]] ?? [] {
            let labels = Labels(element["metric"] as? [String: String] ?? [:])
            add(labels, element["value"])
            for pair in element["values"] as? [Any] ?? [] { add(labels, pair) }
        }
        return answer
    }
}
