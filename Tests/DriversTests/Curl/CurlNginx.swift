import Foundation
import Glibc
import Support

/// A real nginx that speaks HTTP/2 under TLS, with one port per certificate.
struct CurlNginx {
    struct Failure: Error {
        let output: String
    }

    /// A good certificate for localhost.
    let good: Int
    /// A certificate whose time is over.
    let expired: Int
    /// A certificate for another host.
    let wrongHost: Int
    /// A good certificate; asks the client for one.
    let mutual: Int

    private let folder: String
    private let process: Process

    init(_ certificates: TestCertificates) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tocsin-nginx-\(UUID().uuidString)")
            .path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        self.folder = folder
        let ports = try CurlSockets.freePorts(4)
        (good, expired, wrongHost, mutual) = (ports[0], ports[1], ports[2], ports[3])
        let ask = "ssl_verify_client on; ssl_client_certificate \(certificates.caFile);"
        let servers = [
            Self.server(good, certificates.server), Self.server(expired, certificates.expired),
            Self.server(wrongHost, certificates.wrongHost), Self.server(mutual, certificates.server, more: ask),
        ]
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map { "\($0)_temp_path \(folder)/\($0);" }
        let configuration = """
            user root; daemon off; worker_processes 1; pid \(folder)/pid; error_log \(folder)/errors;
            events {}
            http { access_log off; \(temporary.joined(separator: " ")) \(servers.joined(separator: "\n")) }
            """
        try Data(configuration.utf8).write(to: URL(fileURLWithPath: "\(folder)/nginx.conf"))
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/sbin/nginx")
        process.arguments = ["-e", "\(folder)/errors", "-c", "\(folder)/nginx.conf"]
        try process.run()
        let deadline = ContinuousClock.now + .seconds(10)
        while !CurlSockets.answers(good) || !CurlSockets.answers(mutual) {
            guard process.isRunning, ContinuousClock.now < deadline else {
                stop()
                throw Failure(output: (try? String(contentsOfFile: "\(folder)/errors", encoding: .utf8)) ?? "")
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    func stop() {
        if process.isRunning { process.terminate() }
        process.waitUntilExit()
        try? FileManager.default.removeItem(atPath: folder)
    }

    private static func server(_ port: Int, _ pair: TestCertificates.Pair, more: String = "") -> String {
        """
        server { listen 127.0.0.1:\(port) ssl http2; ssl_certificate \(pair.cert); ssl_certificate_key \(pair.key);
        \(more) location / { return 200 "$request_method $server_protocol $ssl_server_name $host"; } }
        """
    }
}
