import Drivers
import Support
import Testing

@Suite("HTTP over libcurl", .timeLimit(.minutes(1)))
struct HTTPTransportTests {
    private func failure(_ transport: CurlTransport, _ request: HTTPRequest) async -> TransportError? {
        do throws(TransportError) {
            _ = try await transport.send(request)
            return nil
        } catch {
            return error
        }
    }

    @Test("a GET carries its headers and brings back status, headers and body")
    func get() async throws {
        let server = try HTTPReceiver { _ in
            HTTPReceiver.Answer(status: 429, headers: [("Retry-After", "7"), ("X-Empty", "")], body: "slow down")
        }
        defer { server.stop() }
        let transport = CurlTransport()
        let request = HTTPRequest(url: "\(server.url)/a?b=c", headers: [("X-One", "1"), ("X-Void", "")])
        let response = try await transport.send(request)
        #expect(response.status == 429)
        #expect(response.header("retry-after") == "7")
        #expect(response.header("RETRY-AFTER") == "7")
        #expect(response.header("missing") == nil)
        #expect(String(decoding: response.body, as: UTF8.self) == "slow down")
        #expect(!response.bodyTruncated)
        #expect(response.httpVersion == "1.1")
        #expect(response.duration > .zero)
        let seen = try #require(server.requests.first)
        #expect(seen.method == "GET")
        #expect(seen.path == "/a?b=c")
        #expect(seen.header("X-One") == "1")
        #expect(seen.header("X-Void") == "")
        await transport.shutdown()
    }

    @Test("a body of any method and size arrives byte for byte", arguments: ["POST", "PUT", "DELETE"])
    func bodies(method: String) async throws {
        let server = try HTTPReceiver()
        defer { server.stop() }
        let transport = CurlTransport()
        let sizes = [0, 1, 1_500_000]
        for size in sizes {
            let body = [UInt8](repeating: 0xFE, count: size)
            let request = HTTPRequest(method: method, url: server.url, headers: [("Content-Type", "x/y")], body: body)
            #expect(try await transport.send(request).status == 200)
            let seen = try #require(server.requests.last)
            #expect(seen.method == method)
            #expect(seen.body == body)
            #expect(seen.header("Content-Type") == "x/y")
            #expect(seen.header("Expect") == nil)
        }
        #expect(server.requests.count == sizes.count)
        await transport.shutdown()
    }

    @Test("a POST without a body or type claims neither")
    func bareAndHead() async throws {
        let server = try HTTPReceiver()
        defer { server.stop() }
        let transport = CurlTransport()
        _ = try await transport.send(HTTPRequest(method: "POST", url: server.url))
        let head = try await transport.send(HTTPRequest(method: "HEAD", url: server.url))
        let auth = BasicAuth(user: "u", password: "p:q")
        _ = try await transport.send(HTTPRequest(url: server.url, basicAuth: auth))
        #expect(server.requests.map(\.method) == ["POST", "HEAD", "GET"])
        #expect(server.requests[0].header("Content-Length") == "0")
        #expect(server.requests[0].header("Content-Type") == nil)
        #expect(head.body.isEmpty)
        #expect(server.requests[2].header("Authorization") == "Basic dTpwOnE=")
        #expect(!"\(auth) \(HTTPRequest(url: server.url, basicAuth: auth))".contains("p:q"))
        await transport.shutdown()
    }

    @Test("requests one after another share a connection")
    func keepAlive() async throws {
        let server = try HTTPReceiver()
        defer { server.stop() }
        let transport = CurlTransport()
        for _ in 0..<5 { _ = try await transport.send(HTTPRequest(url: server.url)) }
        #expect(server.requests.count == 5)
        #expect(server.connectionCount == 1)
        await transport.shutdown()
    }

    @Test("three hundred transfers share one thread and the connections allowed")
    func many() async throws {
        let server = try HTTPReceiver { _ in HTTPReceiver.Answer(delay: .milliseconds(5)) }
        defer { server.stop() }
        let transport = CurlTransport(limits: .init(connectionsPerHost: 16))
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<300 {
                group.addTask {
                    try await transport.send(HTTPRequest(method: "POST", url: "\(server.url)/\(number)", body: [1]))
                        .status
                }
            }
            return try await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(statuses == Array(repeating: 200, count: 300))
        #expect(Set(server.requests.map(\.path)).count == 300)
        #expect((2...16).contains(server.connectionCount))
        await transport.shutdown()
    }

    @Test("a redirect is an answer, not followed")
    func redirect() async throws {
        let server = try HTTPReceiver { _ in HTTPReceiver.Answer(status: 302, headers: [("Location", "/there")]) }
        defer { server.stop() }
        let transport = CurlTransport()
        let response = try await transport.send(HTTPRequest(url: server.url))
        #expect(response.status == 302)
        #expect(response.header("location") == "/there")
        #expect(server.requests.count == 1)
        await transport.shutdown()
    }

    @Test("an answer of a gigabyte is cut off at the limit, its status kept")
    func gigabyte() async throws {
        let piece = String(repeating: "x", count: 65_536)
        let server = try HTTPReceiver { _ in
            HTTPReceiver.Answer(status: 500, body: piece, manner: .repeated(total: 1 << 30))
        }
        defer { server.stop() }
        let transport = CurlTransport()
        let response = try await transport.send(HTTPRequest(url: server.url, bodyLimit: 1_000))
        #expect(response.status == 500)
        #expect(response.body.count == 1_000)
        #expect(response.bodyTruncated)
        #expect(response.duration < .seconds(5))
        await transport.shutdown()
    }

    @Test("a body of exactly the limit is whole")
    func exactLimit() async throws {
        let server = try HTTPReceiver { _ in HTTPReceiver.Answer(body: "12345") }
        defer { server.stop() }
        let transport = CurlTransport()
        let exact = try await transport.send(HTTPRequest(url: server.url, bodyLimit: 5))
        let none = try await transport.send(HTTPRequest(url: server.url, bodyLimit: 0))
        #expect(exact.body.count == 5)
        #expect(!exact.bodyTruncated)
        #expect(none.status == 200)
        #expect(none.bodyTruncated)
        await transport.shutdown()
    }

    @Test("an answer of endless headers is given up")
    func endlessHeaders() async throws {
        let long = String(repeating: "h", count: 60_000)
        let server = try HTTPReceiver { _ in
            HTTPReceiver.Answer(headers: (0..<10).map { ("X-\($0)", long) })
        }
        defer { server.stop() }
        let transport = CurlTransport()
        let error = await failure(transport, HTTPRequest(url: server.url))
        #expect(error?.kind == .protocolError)
        #expect(error?.mayHaveBeenSent == true)
        await transport.shutdown()
    }

    @Test("a request by a proxy arrives there, whole URL and all, and no proxy means none")
    func proxy() async throws {
        let proxy = try HTTPReceiver { request in
            request.method == "CONNECT"
                ? HTTPReceiver.Answer(status: 403, body: "") : HTTPReceiver.Answer(body: "by proxy")
        }
        defer { proxy.stop() }
        let transport = CurlTransport()
        let plain = HTTPRequest(url: "http://nowhere.invalid/x", proxy: proxy.url)
        #expect(try await String(decoding: transport.send(plain).body, as: UTF8.self) == "by proxy")
        #expect(proxy.requests.first?.path == "http://nowhere.invalid/x")

        let tunnel = await failure(transport, HTTPRequest(url: "https://nowhere.invalid/x", proxy: proxy.url))
        #expect(tunnel?.kind == .proxy)
        #expect(tunnel?.mayHaveBeenSent == false)
        #expect(proxy.requests.last?.method == "CONNECT")

        let direct = await failure(transport, HTTPRequest(url: "http://nowhere.invalid/x", proxy: ""))
        #expect(direct?.kind == .dns)
        await transport.shutdown()
    }

    @Test("when a kept connection has died, the next request makes a new one")
    func deadConnection() async throws {
        let first = try HTTPReceiver()
        let transport = CurlTransport()
        _ = try await transport.send(HTTPRequest(url: first.url))
        first.stop()
        try await Task.sleep(for: .milliseconds(50))
        let second = try HTTPReceiver(port: first.port)
        defer { second.stop() }
        #expect(try await transport.send(HTTPRequest(method: "POST", url: first.url, body: [1])).status == 200)
        #expect(second.requests.count == 1)
        await transport.shutdown()
    }
}
