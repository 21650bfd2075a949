import Drivers
import Support
import Testing

@Suite("HTTP that fails", .timeLimit(.minutes(1)))
struct HTTPFailureTests {
    private let transport = CurlTransport()

    private func failure(_ request: HTTPRequest) async -> TransportError? {
        do throws(TransportError) {
            _ = try await transport.send(request)
            return nil
        } catch {
            return error
        }
    }

    @Test("an unknown name is a definite failure of DNS, and the message keeps path and password to itself")
    func unknownName() async throws {
        let url = "http://user:secret@nobody.invalid:81/hook/T0KEN?key=secret"
        let error = try #require(await failure(HTTPRequest(url: url, proxy: "")))
        #expect(error.kind == .dns)
        #expect(!error.mayHaveBeenSent)
        #expect(error.message.hasPrefix("http://nobody.invalid:81: "))
        #expect(!error.message.contains("secret"))
        #expect(!error.message.contains("T0KEN"))
    }

    @Test("a refused connection is a definite failure")
    func refused() async throws {
        let port = try CurlSockets.freePorts(1)[0]
        let error = await failure(HTTPRequest(method: "POST", url: "http://127.0.0.1:\(port)/", body: [1]))
        #expect(error?.kind == .refused)
        #expect(error?.mayHaveBeenSent == false)
    }

    @Test("a connection that is never made times out as such, a definite failure")
    func connectTimeout() async throws {
        let full = try CurlSockets.FullPort()
        let start = ContinuousClock.now
        let error = await failure(
            HTTPRequest(url: "http://127.0.0.1:\(full.port)/", connectTimeout: .milliseconds(300)))
        #expect(error?.kind == .connectTimeout)
        #expect(error?.mayHaveBeenSent == false)
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test("a TLS handshake that never ends counts as the connection")
    func handshakeTimeout() async throws {
        let mute = try HTTPReceiver()
        defer { mute.stop() }
        let error = await failure(
            HTTPRequest(url: "https://127.0.0.1:\(mute.port)/", connectTimeout: .milliseconds(300)))
        #expect(error?.kind == .connectTimeout)
        #expect(error?.mayHaveBeenSent == false)
    }

    @Test("a server that hangs, drips or hangs up leaves open whether it got the request")
    func ambiguous() async throws {
        let cases: [(HTTPReceiver.Answer.Manner, TransportError.Kind)] = [
            (.hang, .timeout), (.drip(bytes: 1, every: .milliseconds(50)), .timeout), (.hangUp, .connectionLost),
            (.cut(after: 3), .connectionLost),
        ]
        for (manner, kind) in cases {
            let server = try HTTPReceiver { _ in
                HTTPReceiver.Answer(body: String(repeating: "x", count: 500), manner: manner)
            }
            let start = ContinuousClock.now
            let error = await failure(
                HTTPRequest(method: "POST", url: server.url, body: [1], totalTimeout: .milliseconds(400)))
            #expect(error?.kind == kind, "\(manner): \(String(describing: error))")
            #expect(error?.mayHaveBeenSent == true, "\(manner)")
            #expect(ContinuousClock.now - start < .seconds(10))
            #expect(server.requests.count == 1)
            server.stop()
        }
    }

    @Test("a request that waits for a free connection until its timeout was not sent")
    func queueTimeout() async throws {
        let server = try HTTPReceiver { _ in HTTPReceiver.Answer(manner: .hang) }
        defer { server.stop() }
        let narrow = CurlTransport(limits: .init(connectionsPerHost: 1))
        let first = Task { try await narrow.send(HTTPRequest(url: server.url, totalTimeout: .seconds(20))) }
        _ = await server.wait(for: 1)
        let start = ContinuousClock.now
        let waiting = await Task {
            try await narrow.send(
                HTTPRequest(method: "POST", url: server.url, body: [1], totalTimeout: .milliseconds(300)))
        }.result
        #expect(ContinuousClock.now - start < .seconds(10))
        let error = #expect(throws: TransportError.self) { try waiting.get() }
        #expect(error?.kind == .timeout)
        #expect(error?.mayHaveBeenSent == false)
        await narrow.shutdown()
        await #expect(throws: TransportError.self) { try await first.value }
        #expect(server.requests.count == 1)
    }

    @Test("the wait for a free connection takes nothing from a request's own time: it is answered, or was not sent")
    func waitedTime() async throws {
        let server = try HTTPReceiver { _ in HTTPReceiver.Answer(delay: .milliseconds(1_200)) }
        defer { server.stop() }
        let narrow = CurlTransport(limits: .init(connectionsPerHost: 1))
        let outcomes = await withTaskGroup(of: Result<Int, any Error>.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    await Task {
                        try await narrow.send(
                            HTTPRequest(method: "POST", url: server.url, body: [1], totalTimeout: .seconds(2))
                        ).status
                    }.result
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        // The second waits for 1.2 s and takes 1.2 s; the third waits for all of 2 s.
        let failures = outcomes.compactMap { outcome -> TransportError? in
            guard case .failure(let error) = outcome else { return nil }
            return error as? TransportError
        }
        #expect(outcomes.count == 3 && failures.count == 1 && server.requests.count == 2, "\(outcomes)")
        #expect(failures.first?.kind == .timeout && failures.first?.mayHaveBeenSent == false)
        #expect(failures.first?.message.contains("waiting for a free connection") == true)
        await narrow.shutdown()
    }

    @Test("cancelling the task ends the transfer soon, and the thread goes on")
    func cancellation() async throws {
        let server = try HTTPReceiver { request in
            HTTPReceiver.Answer(manner: request.path == "/hang" ? .hang : .whole)
        }
        defer { server.stop() }
        let transport = transport
        let task = Task { try await transport.send(HTTPRequest(url: "\(server.url)/hang")) }
        #expect(await server.wait(for: 1).count == 1)
        let start = ContinuousClock.now
        task.cancel()
        let result = await task.result
        #expect(ContinuousClock.now - start < .seconds(10))
        let error = #expect(throws: TransportError.self) { try result.get() }
        #expect(error?.kind == .cancelled)
        #expect(error?.mayHaveBeenSent == true)

        let early = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await transport.send(HTTPRequest(url: "\(server.url)/early"))
        }
        let earlyError = await #expect(throws: TransportError.self) { try await early.value }
        #expect(earlyError?.kind == .cancelled)
        #expect(earlyError?.mayHaveBeenSent == false)
        #expect(try await transport.send(HTTPRequest(url: "\(server.url)/after")).status == 200)
        #expect(server.requests.map(\.path) == ["/hang", "/after"])
    }

    @Test("shutdown ends what is under way, and later sends say so")
    func shutdown() async throws {
        let server = try HTTPReceiver { _ in HTTPReceiver.Answer(manner: .hang) }
        defer { server.stop() }
        let other = CurlTransport()
        let task = Task { try await other.send(HTTPRequest(url: server.url)) }
        #expect(await server.wait(for: 1).count == 1)
        await other.shutdown()
        let error = await #expect(throws: TransportError.self) { try await task.value }
        #expect(error?.kind == .cancelled)
        let later = await #expect(throws: TransportError.self) { try await other.send(HTTPRequest(url: server.url)) }
        #expect(later?.kind == .cancelled)
        #expect(later?.mayHaveBeenSent == false)
        await other.shutdown()
    }

    @Test(
        "an unfit request is refused before anything is sent",
        arguments: [
            HTTPRequest(url: "http://127.0.0.1:1/", headers: [("X-A", "1\r\nX-B: 2")]),
            HTTPRequest(url: "http://127.0.0.1:1/", headers: [("X-A", "1\n")]),
            HTTPRequest(url: "http://127.0.0.1:1/", headers: [("X-A", "1\0")]),
            HTTPRequest(url: "http://127.0.0.1:1/", headers: [("X-A: 1\r\nX-B", "2")]),
            HTTPRequest(url: "http://127.0.0.1:1/", headers: [("", "2")]),
            HTTPRequest(url: "http://127.0.0.1:1/", headers: [("Content-Length", "2")]),
            HTTPRequest(method: "GET / HTTP/1.1\r\nX: y", url: "http://127.0.0.1:1/"),
            HTTPRequest(url: "file:///etc/passwd"),
            HTTPRequest(url: "smtp://127.0.0.1:1/"),
            HTTPRequest(url: "127.0.0.1:1"),
            HTTPRequest(url: "http://127.0.0.1:1/a b"),
            HTTPRequest(url: "http://127.0.0.1:1/\0"),
            HTTPRequest(url: "http://127.0.0.1:1/", basicAuth: BasicAuth(user: "a:b", password: "c")),
            HTTPRequest(url: "http://127.0.0.1:1/", proxy: "not a proxy"),
            HTTPRequest(url: "https://127.0.0.1:1/", tls: TLSOptions(keyFile: "/key")),
            HTTPRequest(url: "https://127.0.0.1:1/", tls: TLSOptions(serverName: "a/b")),
        ])
    func unfit(request: HTTPRequest) async {
        let error = await failure(request)
        #expect(error?.kind == .invalidRequest)
        #expect(error?.mayHaveBeenSent == false)
    }
}
