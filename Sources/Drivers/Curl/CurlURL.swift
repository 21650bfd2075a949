import CCurl

/// A URL as libcurl itself reads it, so that what we check and print is what will be contacted.
struct CurlURL: Sendable, Equatable {
    /// The scheme in lower case.
    let scheme: String
    /// The host, IPv6 addresses in brackets.
    let host: String
    /// The port, the scheme's own when the URL has none.
    let port: String
    /// The whole URL, credentials, path and query included.
    let text: String

    /// Nil when the text has no scheme, no host, or does not parse.
    init?(_ text: String) {
        self.init(text, host: nil)
    }

    /// The same URL with another host; nil when the host is unfit.
    func replacingHost(_ host: String) -> CurlURL? {
        CurlURL(text, host: host)
    }

    /// `scheme://host:port`, the only part that is ever printed.
    var origin: String { "\(scheme)://\(host):\(port)" }

    private init?(_ text: String, host newHost: String?) {
        // C stops reading at NUL, and no control character belongs into a URL.
        guard !text.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }), let url = curl_url() else { return nil }
        defer { curl_url_cleanup(url) }
        guard curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK else { return nil }
        if let newHost {
            guard curl_url_set(url, CURLUPART_HOST, newHost, 0) == CURLUE_OK else { return nil }
        }
        guard let scheme = Self.part(CURLUPART_SCHEME, of: url), let host = Self.part(CURLUPART_HOST, of: url),
            let port = Self.part(CURLUPART_PORT, of: url), let whole = Self.part(CURLUPART_URL, of: url)
        else { return nil }
        self.scheme = scheme.lowercased()
        self.host = host
        self.port = port
        self.text = newHost == nil ? text : whole
    }

    private static func part(_ part: CURLUPart, of url: OpaquePointer) -> String? {
        var value: UnsafeMutablePointer<CChar>?
        let flags = part == CURLUPART_PORT ? UInt32(CURLU_DEFAULT_PORT) : 0
        guard curl_url_get(url, part, &value, flags) == CURLUE_OK, let value else { return nil }
        defer { curl_free(value) }
        return String(cString: value)
    }
}
