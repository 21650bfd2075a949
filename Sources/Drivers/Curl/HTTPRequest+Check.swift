extension HTTPRequest {
    /// The request's URL, once all of the request is seen to be fit to send.
    ///
    /// Throws `invalidRequest`; its message names the faulty part and never shows a value.
    func check() throws(TransportError) -> CurlURL {
        guard let parsed = CurlURL(url), parsed.scheme == "http" || parsed.scheme == "https" else {
            throw .invalid("the request's URL does not parse as http:// or https://; check it in the settings")
        }
        let origin = parsed.origin
        guard Self.isToken(method) else {
            throw .invalid("\(origin): the method must be letters only, such as POST")
        }
        for (name, value) in headers {
            guard Self.isToken(name) else {
                throw .invalid("\(origin): a header's name must be letters, digits and hyphens")
            }
            guard !value.utf8.contains(where: { $0 == 0x0D || $0 == 0x0A || $0 == 0x00 }) else {
                throw .invalid("\(origin): the value of header \(name) has a line break or NUL in it; take it out")
            }
            guard !["content-length", "transfer-encoding"].contains(name.lowercased()) else {
                throw .invalid("\(origin): header \(name) follows from the body; take it out")
            }
        }
        if let basicAuth {
            guard !basicAuth.user.contains(":") else {
                throw .invalid("\(origin): the user of basic authentication must not contain a colon")
            }
            guard !basicAuth.user.utf8.contains(0), !basicAuth.password.utf8.contains(0) else {
                throw .invalid("\(origin): the login has a NUL in it")
            }
        }
        if let proxy, !proxy.isEmpty, CurlURL(proxy) == nil, CurlURL("http://\(proxy)") == nil {
            throw .invalid("\(origin): the proxy's URL does not parse; write it as http://host:port")
        }
        try tls.check(parsed)
        return parsed
    }

    /// Whether the text is a token of RFC 9110, section 5.6.2.
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default:
                    "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }
}

extension TLSOptions {
    /// Throws `invalidRequest` when a path or the name would be cut short by C.
    func check(_ url: CurlURL) throws(TransportError) {
        let place = url.origin
        for value in [caFile, certFile, keyFile, serverName] {
            guard let value else { continue }
            guard !value.isEmpty, !value.utf8.contains(0) else {
                throw .invalid("\(place): a file or name of the TLS options is empty or has a NUL in it")
            }
        }
        if let serverName, url.replacingHost(serverName) == nil {
            throw .invalid("\(place): the server name of the TLS options must be a host name")
        }
        if keyFile != nil, certFile == nil {
            throw .invalid("\(place): a TLS key without its certificate; name the certificate's file too")
        }
    }
}
