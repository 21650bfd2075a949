import Foundation
import Glibc
import Synchronization

/// A real mail server (aiosmtpd) on 127.0.0.1 that records each mail and refuses as the test says.
package final class SMTPServer: Sendable {
    /// How the connection is protected.
    package enum Security: String, Sendable {
        /// No TLS is offered.
        case plain
        /// STARTTLS is required.
        case startTLS
        /// TLS from the first byte.
        case tls
    }

    /// How the server behaves.
    package struct Options: Sendable {
        /// How the connection is protected.
        package var security: Security
        /// The certificate, needed with TLS.
        package var certificate: TestCertificates.Pair?
        /// The only login accepted, then also required; nil means that none is required.
        package var login: (user: String, password: String)?
        /// Replies in place of the usual ones, such as `550 5.1.1 no such user`, by `CONNECT`, `AUTH`, `MAIL`,
        /// `RCPT`, `RCPT user@host` or `DATA` (which means the reply to the end of the message).
        package var replies: [String: String]
        /// How long the reply to the end of the message takes.
        package var acceptDelay: Duration
        /// How long the reply to QUIT takes.
        package var quitDelay: Duration

        package init(
            security: Security = .plain, certificate: TestCertificates.Pair? = nil,
            login: (user: String, password: String)? = nil, replies: [String: String] = [:],
            acceptDelay: Duration = .zero, quitDelay: Duration = .zero
        ) {
            self.security = security
            self.certificate = certificate
            self.login = login
            self.replies = replies
            self.acceptDelay = acceptDelay
            self.quitDelay = quitDelay
        }
    }

    /// A recorded mail.
    package struct Message: Sendable, Decodable {
        /// The envelope sender.
        package let from: String
        /// The envelope recipients.
        package let to: [String]
        /// The whole text as it came, dots undone.
        package let text: String
        /// The name the client greeted with.
        package let helo: String
        /// Who logged in; nil when nobody did.
        package let user: String?
        /// Whether the connection was under TLS.
        package let tls: Bool
    }

    /// Why the server did not start.
    package struct Failure: Error {
        /// What the server said.
        package let output: String
    }

    private struct Head: Decodable {
        let port: Int
    }

    /// The port it listens on.
    package let port: Int

    private let folder: String
    private let process: Mutex<Process?>

    /// Starts the server and returns when it listens.
    package init(_ options: Options = Options()) async throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("tocsin-smtp-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(Self.script.utf8).write(to: URL(fileURLWithPath: "\(folder)/server.py"))
        try Self.settings(options).write(to: URL(fileURLWithPath: "\(folder)/settings.json"))
        try Data().write(to: URL(fileURLWithPath: "\(folder)/errors"))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["\(folder)/server.py", folder]
        // The server ends when this pipe does, so it never outlives the tests.
        process.standardInput = Pipe()
        let errors = FileHandle(forWritingAtPath: "\(folder)/errors")
        process.standardOutput = errors
        process.standardError = errors
        try process.run()
        let deadline = ContinuousClock.now + .seconds(15)
        var head: Head?
        while head == nil, process.isRunning, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(10))
            head = Self.lines(of: folder).first.flatMap { try? JSONDecoder().decode(Head.self, from: $0) }
        }
        guard let head else {
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
            let said = FileManager.default.contents(atPath: "\(folder)/errors") ?? Data()
            throw Failure(output: String(decoding: said, as: UTF8.self))
        }
        port = head.port
        self.folder = folder
        self.process = Mutex(process)
    }

    /// The mails accepted so far.
    package var messages: [Message] {
        Self.lines(of: folder).dropFirst().compactMap { try? JSONDecoder().decode(Message.self, from: $0) }
    }

    /// How many mails came whole, those included whose reply is delayed or a refusal.
    package var arrivalCount: Int { FileManager.default.contents(atPath: "\(folder)/arrivals")?.count ?? 0 }

    /// The mails once there are `count` of them, or those there are after the timeout.
    package func wait(for count: Int, timeout: Duration = .seconds(5)) async -> [Message] {
        let deadline = ContinuousClock.now + timeout
        while messages.count < count, ContinuousClock.now < deadline, !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(10))
        }
        return messages
    }

    /// Stops the server and deletes its files; `messages` is empty afterwards. Calling it again does no harm.
    package func stop() {
        process.withLock { process in
            guard let running = process else { return }
            process = nil
            // The signal mask of Swift's threads is inherited: a gentler signal might never arrive.
            kill(running.processIdentifier, SIGKILL)
            running.waitUntilExit()
            try? FileManager.default.removeItem(atPath: folder)
        }
    }

    /// Whole lines only: the server may be writing the last one.
    private static func lines(of folder: String) -> [Data] {
        guard let data = FileManager.default.contents(atPath: "\(folder)/messages") else { return [] }
        let whole = data.prefix((data.lastIndex(of: 10) ?? -1) + 1)
        return whole.split(separator: 10).map { Data($0) }
    }

    private static func settings(_ options: Options) throws -> Data {
        func seconds(_ duration: Duration) -> Double {
            Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
        }
        var settings: [String: Any] = [
            "security": options.security.rawValue, "replies": options.replies,
            "acceptDelay": seconds(options.acceptDelay), "quitDelay": seconds(options.quitDelay),
        ]
        if let certificate = options.certificate {
            settings["cert"] = certificate.cert
            settings["key"] = certificate.key
        }
        if let login = options.login {
            settings["user"] = login.user
            settings["password"] = login.password
        }
        return try JSONSerialization.data(withJSONObject: settings)
    }

    private static let script = """
        import asyncio, json, ssl, sys
        from aiosmtpd.smtp import SMTP, AuthResult

        folder = sys.argv[1]
        settings = json.load(open(folder + "/settings.json"))
        replies = settings["replies"]
        record = open(folder + "/messages", "w", encoding="utf-8")

        def write(entry):
            record.write(json.dumps(entry) + "\\n")
            record.flush()

        class Handler:
            async def handle_MAIL(self, server, session, envelope, address, options):
                if "MAIL" in replies:
                    return replies["MAIL"]
                envelope.mail_from = address
                return "250 OK"

            async def handle_RCPT(self, server, session, envelope, address, options):
                reply = replies.get("RCPT " + address) or replies.get("RCPT")
                if reply:
                    return reply
                envelope.rcpt_tos.append(address)
                return "250 OK"

            async def handle_DATA(self, server, session, envelope):
                with open(folder + "/arrivals", "a") as arrivals:
                    arrivals.write("x")
                await asyncio.sleep(settings["acceptDelay"])
                if "DATA" in replies:
                    return replies["DATA"]
                login = session.auth_data.decode() if session.auth_data else None
                write({
                    "from": envelope.mail_from, "to": envelope.rcpt_tos, "helo": session.host_name, "user": login,
                    "text": envelope.original_content.decode("utf-8", "replace"),
                    "tls": settings["security"] == "tls" or session.ssl is not None})
                return "250 2.0.0 accepted"

            async def handle_QUIT(self, server, session, envelope):
                await asyncio.sleep(settings["quitDelay"])
                return "221 bye"

        def check(server, session, envelope, mechanism, data):
            if "AUTH" in replies:
                return AuthResult(success=False, handled=False, message=replies["AUTH"])
            good = data.login.decode() == settings["user"] and data.password.decode() == settings["password"]
            return AuthResult(success=good, handled=False, auth_data=data.login)

        class Server(SMTP):
            async def _handle_client(self):
                if "CONNECT" in replies:
                    await self.push(replies["CONNECT"])
                    self.transport.close()
                    return
                await super()._handle_client()

        def context():
            made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            made.load_cert_chain(settings["cert"], settings["key"])
            return made

        async def main():
            loop = asyncio.get_running_loop()
            security = settings["security"]
            login = "user" in settings
            made = lambda: Server(
                Handler(), hostname="tocsin.test", loop=loop, ident="test",
                tls_context=context() if security == "startTLS" else None, require_starttls=security == "startTLS",
                auth_required=login, auth_require_tls=security == "startTLS", authenticator=check if login else None)
            server = await loop.create_server(
                made, "127.0.0.1", 0, ssl=context() if security == "tls" else None)
            write({"port": server.sockets[0].getsockname()[1]})
            ended = asyncio.Event()
            loop.add_reader(sys.stdin.fileno(), ended.set)
            await ended.wait()

        asyncio.run(main())
        """
}
