import Drivers
import Support
import Testing

@Suite("Mail over libcurl", .timeLimit(.minutes(1)))
struct MailTransportTests {
    private static let text = ".first\r\nSubject: hi\r\n\r\n..two dots\r\n.\r\nlast \u{e9}\r\n"

    private static func mail(
        _ server: SMTPServer, security: MailRequest.Security = .none, user: String? = nil, password: String? = nil,
        recipients: [String] = ["a@example.org", "b@example.org"], tls: TLSOptions = TLSOptions()
    ) -> MailRequest {
        MailRequest(
            host: "localhost", port: server.port, security: security, username: user, password: password,
            from: "tocsin@example.org", recipients: recipients, message: Array(text.utf8), helo: "agent.example.org",
            tls: tls)
    }

    private static func failure(_ transport: CurlTransport, _ mail: MailRequest) async -> TransportError? {
        do throws(TransportError) {
            _ = try await transport.send(mail)
            return nil
        } catch {
            return error
        }
    }

    @Test("a mail arrives byte for byte at all recipients")
    func plain() async throws {
        let server = try await SMTPServer()
        defer { server.stop() }
        let transport = CurlTransport()
        for count in 1...2 {
            let response = try await transport.send(Self.mail(server))
            #expect(response.code == 250)
            #expect(response.text == "2.0.0 accepted")
            let messages = await server.wait(for: count)
            #expect(messages.count == count)
            #expect(messages.last?.text == Self.text)
            #expect(messages.last?.from == "tocsin@example.org")
            #expect(messages.last?.to == ["a@example.org", "b@example.org"])
            #expect(messages.last?.helo == "agent.example.org")
            #expect(messages.last?.tls == false)
        }
        await transport.shutdown()
    }

    @Test("STARTTLS and SMTPS log in under a checked certificate; a wrong password is told apart")
    func logins() async throws {
        let certificates = try await TestCertificates.make()
        defer { certificates.remove() }
        let ways: [(SMTPServer.Security, MailRequest.Security)] = [(.startTLS, .startTLS), (.tls, .tls)]
        let transport = CurlTransport()
        let trusting = TLSOptions(caFile: certificates.caFile)
        for (offered, used) in ways {
            let server = try await SMTPServer(
                SMTPServer.Options(security: offered, certificate: certificates.server, login: ("ops", "pass word")))
            let good = Self.mail(server, security: used, user: "ops", password: "pass word", tls: trusting)
            #expect(try await transport.send(good).code == 250)
            let message = try #require(await server.wait(for: 1).first)
            #expect(message.user == "ops")
            #expect(message.tls)

            let wrong = await Self.failure(
                transport, Self.mail(server, security: used, user: "ops", password: "s3cret", tls: trusting))
            #expect(wrong?.kind == .authentication, "\(String(describing: wrong))")
            #expect(wrong?.mayHaveBeenSent == false)
            #expect(wrong?.message.contains("s3cret") == false)

            let untrusted = await Self.failure(
                transport, Self.mail(server, security: used, user: "ops", password: "pass word"))
            #expect(untrusted?.kind == .tls, "\(String(describing: untrusted))")
            #expect(untrusted?.mayHaveBeenSent == false)
            server.stop()
        }
        await transport.shutdown()
    }

    @Test("a server without the required STARTTLS gets nothing")
    func noStartTLS() async throws {
        let server = try await SMTPServer()
        defer { server.stop() }
        let transport = CurlTransport()
        let error = await Self.failure(transport, Self.mail(server, security: .startTLS, user: "u", password: "p"))
        #expect(error?.kind == .tls)
        #expect(error?.mayHaveBeenSent == false)
        #expect(server.messages.isEmpty)
        await transport.shutdown()
    }

    @Test("a refusal at any step brings its code and is definite")
    func refusals() async throws {
        let transport = CurlTransport()
        let steps = [
            ("CONNECT", 421), ("MAIL", 451), ("RCPT b@example.org", 550), ("RCPT", 450), ("DATA", 552), ("DATA", 451),
        ]
        for (step, code) in steps {
            let server = try await SMTPServer(SMTPServer.Options(replies: [step: "\(code) 9.9.9 no"]))
            let error = await Self.failure(transport, Self.mail(server))
            #expect(error?.kind == .smtp(code: code, text: "9.9.9 no"), "\(step): \(String(describing: error))")
            #expect(error?.mayHaveBeenSent == false, "\(step)")
            #expect(server.messages.isEmpty)
            server.stop()
        }
        await transport.shutdown()
    }

    @Test("a login refused for now is a refusal with a code, not a wrong password")
    func temporaryLoginFailure() async throws {
        let server = try await SMTPServer(
            SMTPServer.Options(login: ("u", "p"), replies: ["AUTH": "454 4.7.0 later"]))
        defer { server.stop() }
        let transport = CurlTransport()
        let error = await Self.failure(transport, Self.mail(server, user: "u", password: "p"))
        #expect(error?.kind == .smtp(code: 454, text: "4.7.0 later"), "\(String(describing: error))")
        await transport.shutdown()
    }

    @Test("a mail server slow to accept leaves it open, and holds up neither HTTP nor cancellation")
    func slowAcceptance() async throws {
        let server = try await SMTPServer(SMTPServer.Options(acceptDelay: .seconds(20)))
        defer { server.stop() }
        let web = try HTTPReceiver()
        defer { web.stop() }
        let transport = CurlTransport()
        let cancelled = Task { try await transport.send(Self.mail(server)) }
        while server.arrivalCount < 1 { try await Task.sleep(for: .milliseconds(10)) }
        let start = ContinuousClock.now
        #expect(try await transport.send(HTTPRequest(url: web.url)).status == 200)
        cancelled.cancel()
        let cancellation = await #expect(throws: TransportError.self) { try await cancelled.value }
        #expect(cancellation?.kind == .cancelled)
        #expect(cancellation?.mayHaveBeenSent == true)
        #expect(ContinuousClock.now - start < .seconds(10))
        var slow = Self.mail(server)
        slow.totalTimeout = .seconds(1)
        let timeout = await Self.failure(transport, slow)
        #expect(timeout?.kind == .timeout)
        #expect(timeout?.mayHaveBeenSent == true)
        await transport.shutdown()
    }

    @Test("a server that never answers QUIT holds up neither the next mail nor shutdown")
    func slowQuit() async throws {
        let server = try await SMTPServer(SMTPServer.Options(quitDelay: .seconds(20)))
        defer { server.stop() }
        let transport = CurlTransport(limits: .init(mails: 1))
        let start = ContinuousClock.now
        for _ in 0..<2 { #expect(try await transport.send(Self.mail(server)).code == 250) }
        await transport.shutdown()
        #expect(ContinuousClock.now - start < .seconds(10))
        let late = await Self.failure(transport, Self.mail(server))
        #expect(late?.kind == .cancelled)
    }

    @Test("a refusal stands even if the server then leaves QUIT without an answer")
    func refusalWithSlowQuit() async throws {
        let server = try await SMTPServer(
            SMTPServer.Options(replies: ["RCPT": "550-5.1.1 no\r\n550 such user"], quitDelay: .seconds(20)))
        defer { server.stop() }
        let transport = CurlTransport()
        let start = ContinuousClock.now
        var mail = Self.mail(server)
        mail.totalTimeout = .seconds(1)
        let error = await Self.failure(transport, mail)
        #expect(error?.kind == .smtp(code: 550, text: "5.1.1 no such user"), "\(String(describing: error))")
        #expect(error?.mayHaveBeenSent == false)
        #expect(ContinuousClock.now - start < .seconds(10))
        await transport.shutdown()
    }

    @Test("a mail server that is not there is a definite failure")
    func absent() async throws {
        let port = try CurlSockets.freePorts(1)[0]
        let transport = CurlTransport()
        let mail = MailRequest(
            host: "127.0.0.1", port: port, security: .none, from: "a@b", recipients: ["c@d"],
            message: Array("x\r\n".utf8))
        let refused = await Self.failure(transport, mail)
        #expect(refused?.kind == .refused)
        #expect(refused?.mayHaveBeenSent == false)
        let mute = try CurlSockets.FullPort()
        var late = mail
        late.port = mute.port
        late.connectTimeout = .milliseconds(200)
        let timeout = await Self.failure(transport, late)
        #expect(timeout?.kind == .connectTimeout)
        #expect(timeout?.mayHaveBeenSent == false)
        await transport.shutdown()
    }

    @Test(
        "an unfit mail is refused before anything is sent",
        arguments: [
            ("a@b\r\nRCPT TO:<x@y>", ["c@d"], "x\r\n", "h"), ("a@b", ["c@d>\r\nDATA"], "x\r\n", "h"),
            ("a@b", ["c d@e"], "x\r\n", "h"), ("a@b", [], "x\r\n", "h"), ("nobody", ["c@d"], "x\r\n", "h"),
            ("a@b", ["c@d"], "x\n.\nMAIL FROM:<z@z>\r\n", "h"), ("a@b", ["c@d"], "x\r.\r\n", "h"),
            ("a@b", ["c@d"], "", "h"), ("a@b", ["c@d"], "x", "h"), ("a@b", ["c@d"], "x\0\r\n", "h"),
            ("a@b", ["c@d"], "x\r\n", "h\r\nMAIL"),
        ])
    func unfit(from: String, recipients: [String], message: String, helo: String) async {
        let transport = CurlTransport()
        let mail = MailRequest(
            host: "127.0.0.1", port: 1, security: .none, from: from, recipients: recipients,
            message: Array(message.utf8), helo: helo)
        #expect(await Self.failure(transport, mail)?.kind == .invalidRequest)
    }

    @Test("a login without TLS is refused, save on this machine", arguments: ["mail.example.org", "127.evil.example"])
    func clearLogin(host: String) async {
        let mail = MailRequest(
            host: host, port: 25, security: .none, username: "u", password: "p", from: "a@b", recipients: ["c@d"],
            message: Array("x\r\n".utf8))
        #expect(await Self.failure(CurlTransport(), mail)?.kind == .invalidRequest)
    }
}
