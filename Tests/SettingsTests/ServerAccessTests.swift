import Alerting
import PromQL
import Testing

@testable import Settings

/// Tokens, certificates and heartbeats in the settings, and who is warned of what when they are loaded.
@Suite("Settings of the server")
struct ServerAccessTests {
    private static let hash = String(repeating: "a1", count: 32)
    private static let rest = "\nroute: { receiver: none }\nreceivers: [{ name: none }]"
    private static let files = ["cert.pem": "x", "key.pem": "x", "ca.pem": "x", "beat": "https://b.example/HIDDEN\n"]

    private func warnings(_ server: String) -> [String] {
        problems("server: { \(server) }" + Self.rest, files: Self.files).map(\.message)
    }

    @Test("every key is read")
    func all() throws {
        let read = try settings(
            """
            server:
              listen: 0.0.0.0:9911
              request_timeout: 10s
              external_url: https://tocsin.example
              link_secret: 0123456789abcdef
              link_lifetime: 4h
              tokens:
                - { name: grafana, scope: read, hash: "sha256:\(Self.hash)" }
                - { name: deploy, scope: write, hash: \(Self.hash.uppercased()) }
              tls: { cert_file: cert.pem, key_file: key.pem, client_ca_file: ca.pem }
            global: { resolve_timeout: 3m }
            heartbeat: { url_file: beat, interval: 30s, method: POST, timeout: 5s }
            heartbeats:
              - { name: nightly-backup, interval: 24h, timeout: 25h, severity: warning, labels: { team: db } }
              - { name: cron, interval: 5m }
            """ + Self.rest, files: Self.files)
        let bytes = [UInt8](repeating: 0xA1, count: 32)
        #expect(
            read.server.tokens == [
                .init(name: "grafana", scope: .read, hash: bytes), .init(name: "deploy", scope: .write, hash: bytes),
            ])
        #expect(read.server.tls == .init(certFile: "cert.pem", keyFile: "key.pem", clientCAFile: "ca.pem"))
        #expect(read.server.requestTimeout == .seconds(10) && read.resolveTimeout == .seconds(180))
        #expect(read.server.linkSecret == Secret("0123456789abcdef") && read.server.linkLifetime == .seconds(14_400))
        #expect(read.warnings.isEmpty, "\(read.warnings)")
        #expect(
            read.heartbeat
                == HeartbeatSettings(
                    url: Secret("https://b.example/HIDDEN"), interval: .seconds(30), method: .post,
                    timeout: .seconds(5)))
        #expect(
            read.heartbeats == [
                Heartbeat(
                    name: "nightly-backup", timeout: .seconds(90_000), severity: .warning, labels: ["team": "db"]),
                Heartbeat(name: "cron", timeout: .seconds(600)),
            ])
    }

    @Test("who listens beyond this machine is told at load time what can't be done, or is read on the way")
    func warned() {
        let open = "listen: '0.0.0.0:9911'"
        #expect(warnings("listen: '127.0.0.1:9911'").isEmpty && warnings("listen: '[::1]:9911'").isEmpty)
        #expect(warnings(open).count == 1 && warnings(open)[0].contains("nothing can be changed over HTTP"))
        let reading = "\(open), tokens: [{ name: a, scope: read, hash: \(Self.hash) }]"
        #expect(warnings(reading).first?.contains("nothing can be changed over HTTP") == true)
        let writing = "\(open), token: x"
        #expect(warnings(writing).count == 1 && warnings(writing)[0].contains("without `server.tls`"))
        #expect(warnings("\(writing), tls: { cert_file: cert.pem, key_file: key.pem }").isEmpty)
        #expect(warnings("link_secret: 0123456789abcdef").first?.contains("without `external_url`") == true)
    }

    static let wrong: [(text: String, says: String)] = [
        ("server: { tokens: [{ name: a, scope: read }] }", "`hash`"),
        ("server: { tokens: [{ name: a, hash: \(hash) }] }", "`scope`"),
        ("server: { tokens: [{ name: a, scope: all, hash: \(hash) }] }", "must be one of `read`, `write`"),
        ("server: { tokens: [{ name: a, scope: read, hash: HIDDEN }] }", "not the SHA-256"),
        ("server: { tokens: [{ name: a, scope: read, hash: 'sha256:\(hash)00' }] }", "not the SHA-256"),
        ("server: { tokens: [{ name: a, scope: read, hash: '\(String(repeating: "+1", count: 32))' }] }", "SHA-256"),
        (
            "server: { tokens: [{ name: a, scope: read, hash: \(hash) }, { name: a, scope: write, hash: \(hash) }] }",
            "have the name `a`"
        ),
        ("server: { tls: { cert_file: cert.pem } }", "no `key_file`"),
        ("server: { tls: { cert_file: nowhere.pem, key_file: key.pem } }", "can't read the file"),
        ("server: { request_timeout: 100ms }", "shorter than 1s"),
        ("server: { link_secret: HIDDEN }", "shorter than 16 characters"),
        ("server: { link_secret: 0123456789abcdef, link_lifetime: 5s }", "shorter than 1m"),
        ("heartbeat: { interval: 1m }", "neither `url` nor `url_file`"),
        ("heartbeat: { url: 'HIDDEN' }", "must be a URL"),
        ("heartbeat: { url: 'http://a/', interval: 10ms }", "shorter than 1s"),
        ("heartbeat: { url: 'http://a/', method: PUT }", "must be one of `GET`, `POST`"),
        ("heartbeats: [{ name: a }]", "neither `interval` nor `timeout`"),
        ("heartbeats: [{ name: a/b, timeout: 1m }]", "part of an address"),
        ("heartbeats: [{ name: .., timeout: 1m }]", "part of an address"),
        ("heartbeats: [{ name: a, interval: 2m, timeout: 1m }]", "always be late"),
        ("heartbeats: [{ name: a, timeout: 1m, labels: { severity: info } }]", "set by the agent itself"),
        ("heartbeats: [{ name: a, timeout: 1m, labels: { heartbeat: b } }]", "set by the agent itself"),
        ("heartbeats: [{ name: a, timeout: 1m, severity: bad }]", "must be one of"),
        ("heartbeats: [{ name: a, timeout: 1m }, { name: a, timeout: 2m }]", "have the name `a`"),
    ]

    @Test("what is wrong is named with its place, and no secret of it", arguments: wrong)
    func mistakes(_ text: String, _ says: String) {
        let found = problems(text + Self.rest, files: Self.files)
        #expect(found.contains { $0.severity == .error && $0.message.contains(says) }, "\(found)")
        #expect(found.allSatisfy { $0.location != nil || $0.severity == .warning }, "\(found)")
        #expect(!found.map(\.description).joined().contains("HIDDEN"), "\(found)")
    }
}
