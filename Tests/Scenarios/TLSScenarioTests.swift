import Drivers
import Foundation
import Support
import Testing

/// The agent's own certificate, with the real program and libcurl as its client.
@Suite("Scenario: TLS of the server", .serialized)
struct TLSScenarioTests {
    private static let settings = """
        processes: [{ name: tests, pid: \(ProcessInfo.processInfo.processIdentifier) }]
        rule_files: []
        route: { receiver: ops }
        receivers: [{ name: ops }]
        """

    private func ask(_ agent: AgentProcess, _ tls: TLSOptions, scheme: String = "https") async -> String {
        let transport = CurlTransport()
        let answer: String
        do {
            let response = try await transport.send(
                HTTPRequest(url: "\(scheme)://127.0.0.1:\(agent.port)/-/healthy", tls: tls))
            answer = "\(response.status)"
        } catch {
            answer = "\(error.kind)"
        }
        await transport.shutdown()
        return answer
    }

    /// Puts a certificate and its key in the place of others, as tools that renew them do.
    private func put(_ pair: TestCertificates.Pair, key: String? = nil, into folder: URL) throws {
        for (from, to) in [(pair.cert, "cert.pem"), (key ?? pair.key, "key.pem")] {
            let new = folder.appendingPathComponent(to + ".new")
            try? FileManager.default.removeItem(at: new)
            try FileManager.default.copyItem(atPath: from, toPath: new.path)
            guard rename(new.path, folder.appendingPathComponent(to).path) == 0 else { throw POSIXError(.EIO) }
        }
    }

    @Test("checked by clients; a certificate that is replaced is shown to the next one; a broken one is not")
    func certificates() async throws {
        let certificates = try await TestCertificates.make()
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { for path in [folder.path, certificates.folder] { try? FileManager.default.removeItem(atPath: path) } }
        try put(certificates.server, into: folder)
        let trusting = TLSOptions(caFile: certificates.caFile)
        let agent = try await AgentProcess(
            Self.settings, server: "tls: { cert_file: '\(folder.path)/cert.pem', key_file: '\(folder.path)/key.pem' }",
            tls: trusting)
        defer { agent.remove() }
        #expect(await ask(agent, trusting) == "200")
        #expect(await ask(agent, TLSOptions()) == "tls", "nobody signed it that a client knows")
        #expect(await ask(agent, trusting, scheme: "http") != "200")
        let token = try Subprocess.run(
            AgentProcess.binary,
            ["silence", "list", "--url", "https://127.0.0.1:\(agent.port)", "--ca-file", certificates.caFile],
            environment: ["TOCSIN_ALERTS": AgentProcess.alerts])
        #expect(token.status == 0, "\(token)")

        // By itself once the files change, and at once on SIGHUP.
        try put(certificates.wrongHost, into: folder)
        #expect(await eventually(within: 30) { await ask(agent, trusting) == "tls" }, "\(agent.program.logText)")
        try put(certificates.server, into: folder)
        agent.program.signal(SIGHUP)
        #expect(await eventually(within: 30) { await ask(agent, trusting) == "200" }, "\(agent.program.logText)")
        // A key that is another certificate's: the old pair stays.
        try put(certificates.server, key: certificates.wrongHost.key, into: folder)
        agent.program.signal(SIGHUP)
        let isSaid = await eventually(within: 30) { agent.program.logText.contains("the old one stays") }
        #expect(isSaid, "\(agent.program.logText)")
        #expect(await ask(agent, trusting) == "200")
    }

    @Test("with client_ca_file only clients with a certificate of that authority are let in")
    func clients() async throws {
        let certificates = try await TestCertificates.make()
        defer { try? FileManager.default.removeItem(atPath: certificates.folder) }
        let known = TLSOptions(
            caFile: certificates.caFile, certFile: certificates.client.cert, keyFile: certificates.client.key)
        let agent = try await AgentProcess(
            Self.settings,
            server: "tls: { cert_file: '\(certificates.server.cert)', key_file: '\(certificates.server.key)', "
                + "client_ca_file: '\(certificates.caFile)' }", tls: known)
        defer { agent.remove() }
        #expect(await ask(agent, known) == "200")
        #expect(await ask(agent, TLSOptions(caFile: certificates.caFile)) != "200")
    }

    @Test("a certificate that can't be used stops the start, and says why")
    func unusable() async throws {
        let certificates = try await TestCertificates.make()
        defer { try? FileManager.default.removeItem(atPath: certificates.folder) }
        let file = "\(certificates.folder)/tocsin.yaml"
        try """
        server: { listen: '127.0.0.1:\(try FreePort.find())', tls: { cert_file: '\(certificates.server.cert)', key_file: '\(certificates.wrongHost.key)' } }
        history: { path: '\(certificates.folder)/history.sqlite' }
        \(Self.settings)
        """.write(toFile: file, atomically: true, encoding: .utf8)
        let outcome = try Subprocess.run(
            AgentProcess.binary, ["run", "--config", file], environment: ["TOCSIN_ALERTS": AgentProcess.alerts])
        #expect(outcome.status == 1 && outcome.errors.contains("`server.tls` can't be used"), "\(outcome)")
    }

    @Test("a new token opens what it should, and the settings know only its hash")
    func tokens() async throws {
        func made(_ scope: String) throws -> (token: String, line: String) {
            let outcome = try Subprocess.output(AgentProcess.binary, ["token", "new", scope, "--scope", scope])
            let lines = outcome.split(separator: "\n")
            let line = lines.first { $0.contains("hash:") }?.drop { $0 != "{" } ?? ""
            return (String(lines.first ?? ""), String(line))
        }
        let (read, write) = (try made("read"), try made("write"))
        let agent = try await AgentProcess(Self.settings, server: "tokens: [\(read.line), \(write.line)]")
        defer { agent.remove() }
        func list(_ token: String?) throws -> Int32 {
            var environment = ["TOCSIN_ALERTS": AgentProcess.alerts]
            if let token { environment["TOCSIN_TOKEN"] = token }
            return try Subprocess.run(
                AgentProcess.binary, ["silence", "list", "--url", "http://127.0.0.1:\(agent.port)"],
                environment: environment
            ).status
        }
        #expect(try list(nil) == 1 && list(read.token) == 0 && list(write.token) == 0 && list("tocsin_x") == 1)
        let settings = try String(contentsOf: agent.folder.appendingPathComponent("tocsin.yaml"), encoding: .utf8)
        #expect(!settings.contains(read.token) && !settings.contains(write.token))
    }
}
