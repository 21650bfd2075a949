import Drivers
import Support
import Testing

@Suite("HTTPS over libcurl", .timeLimit(.minutes(1)))
struct TLSTransportTests {
    @Test("certificates are checked, HTTP/2 is spoken, and nothing is sent to an untrusted server")
    func certificates() async throws {
        let certificates = try await TestCertificates.make()
        defer { certificates.remove() }
        let nginx = try await CurlNginx(certificates)
        defer { nginx.stop() }
        let transport = CurlTransport()
        let trusting = TLSOptions(caFile: certificates.caFile)

        let good = try await transport.send(
            HTTPRequest(
                method: "POST", url: "https://127.0.0.1:\(nginx.good)/", body: [1, 2], tls: trusting, proxy: ""))
        #expect(good.status == 200)
        #expect(good.httpVersion == "2")
        #expect(String(decoding: good.body, as: UTF8.self).hasPrefix("POST HTTP/2.0"))

        let refused: [(String, Int, TLSOptions)] = [
            ("unknown authority", nginx.good, TLSOptions()),
            ("expired", nginx.expired, trusting),
            ("wrong host", nginx.wrongHost, trusting),
            ("wrong name asked for", nginx.good, TLSOptions(caFile: certificates.caFile, serverName: "no.example")),
            ("no such file", nginx.good, TLSOptions(caFile: "/nowhere.pem")),
            ("no such key", nginx.good, TLSOptions(caFile: certificates.caFile, certFile: "/nowhere.pem")),
        ]
        for (name, port, tls) in refused {
            let error = await #expect(throws: TransportError.self, "\(name)") {
                try await transport.send(HTTPRequest(url: "https://127.0.0.1:\(port)/", tls: tls, proxy: ""))
            }
            #expect(error?.kind == .tls, "\(name): \(String(describing: error))")
            #expect(error?.mayHaveBeenSent == false, "\(name)")
        }

        let named = TLSOptions(caFile: certificates.caFile, serverName: "other.example")
        let byName = try await transport.send(
            HTTPRequest(url: "https://127.0.0.1:\(nginx.wrongHost)/", tls: named, proxy: ""))
        #expect(String(decoding: byName.body, as: UTF8.self) == "GET HTTP/2.0 other.example 127.0.0.1")

        let blind = TLSOptions(insecureSkipVerify: true)
        let unchecked = try await transport.send(
            HTTPRequest(url: "https://127.0.0.1:\(nginx.expired)/", tls: blind, proxy: ""))
        #expect(unchecked.status == 200)

        let without = try await transport.send(
            HTTPRequest(url: "https://127.0.0.1:\(nginx.mutual)/", tls: trusting, proxy: ""))
        #expect(without.status == 400)
        let mutual = TLSOptions(
            caFile: certificates.caFile, certFile: certificates.client.cert, keyFile: certificates.client.key)
        let with = try await transport.send(
            HTTPRequest(url: "https://127.0.0.1:\(nginx.mutual)/", tls: mutual, proxy: ""))
        #expect(with.status == 200)
        await transport.shutdown()
    }

    @Test("through a proxy's tunnel TLS is still checked end to end, and a failure in it is definite")
    func tunnel() async throws {
        let certificates = try await TestCertificates.make()
        defer { certificates.remove() }
        let nginx = try await CurlNginx(certificates)
        defer { nginx.stop() }
        let tunnel = try await CurlTunnel()
        defer { tunnel.stop() }
        let transport = CurlTransport()
        let proxy = "http://127.0.0.1:\(tunnel.port)"
        let trusting = TLSOptions(caFile: certificates.caFile)
        let good = try await transport.send(
            HTTPRequest(url: "https://localhost:\(nginx.good)/", tls: trusting, proxy: proxy))
        #expect(good.status == 200)
        let error = await #expect(throws: TransportError.self) {
            try await transport.send(
                HTTPRequest(url: "https://localhost:\(nginx.expired)/", tls: trusting, proxy: proxy))
        }
        #expect(error?.kind == .tls)
        #expect(error?.mayHaveBeenSent == false)
        await transport.shutdown()
    }
}
