import CCurl

extension CurlEasy {
    /// Sets all options of an HTTP request that was checked and goes to `url`.
    func prepare(_ request: HTTPRequest, url: CurlURL) {
        var headers: [String] = []
        let names = Set(request.headers.map { $0.0.lowercased() })
        for (name, value) in request.headers {
            // A colon with nothing after it would remove the header instead.
            headers.append(value.allSatisfy { $0 == " " || $0 == "\t" } ? "\(name);" : "\(name): \(value)")
        }
        let target = redirect(url, to: request.tls.serverName)
        if target != url, !names.contains("host") { headers.append("Host: \(Self.authority(of: url))") }

        let posts = request.body != nil || ["POST", "PUT", "PATCH"].contains(request.method)
        if posts {
            set(post: request.body ?? [])
            // libcurl would claim a form, and wait a second for leave to send a big body.
            if !names.contains("content-type") { headers.append("Content-Type:") }
            if !names.contains("expect") { headers.append("Expect:") }
        }
        if request.method == "HEAD" {
            set(CURLOPT_NOBODY, 1)
        } else {
            set(CURLOPT_CUSTOMREQUEST, request.method)
        }
        set(CURLOPT_URL, target.text)
        set(CURLOPT_HTTPHEADER, list: headers)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS)
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        if let proxy = request.proxy { set(CURLOPT_PROXY, proxy) }
        if let basicAuth = request.basicAuth {
            set(CURLOPT_HTTPAUTH, 1)
            set(CURLOPT_USERNAME, basicAuth.user)
            set(CURLOPT_PASSWORD, basicAuth.password)
        }
        prepareCommon(connect: request.connectTimeout, total: request.totalTimeout, tls: request.tls)
    }

    /// Sets all options of a mail that was checked and goes to the server at `url`, `waited` after it was given.
    func prepare(_ mail: MailRequest, url: CurlURL, waited: Duration) {
        set(CURLOPT_URL, redirect(url, to: mail.tls.serverName).text)
        set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        set(CURLOPT_PROXY, "")
        switch mail.security {
        case .none: set(CURLOPT_USE_SSL, Int(CURLUSESSL_NONE.rawValue))
        case .startTLS, .tls: set(CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue))
        }
        if let username = mail.username {
            set(CURLOPT_USERNAME, username)
            set(CURLOPT_PASSWORD, mail.password ?? "")
        }
        set(CURLOPT_MAIL_FROM, "<\(mail.from)>")
        set(CURLOPT_MAIL_RCPT, list: mail.recipients.map { "<\($0)>" })
        // The size stays untold: libcurl would count the dots it adds against it.
        set(CURLOPT_UPLOAD, 1)
        prepareCommon(connect: mail.connectTimeout, total: mail.totalTimeout - waited, tls: mail.tls)
    }

    private func prepareCommon(connect: Duration, total: Duration, tls: TLSOptions) {
        set(CURLOPT_NOSIGNAL, 1)
        // A timeout must not wait for a resolver thread that hangs.
        set(CURLOPT_QUICK_EXIT, 1)
        set(CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(connect))
        set(CURLOPT_TIMEOUT_MS, Self.milliseconds(total))
        set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        set(CURLOPT_SSL_VERIFYPEER, tls.insecureSkipVerify ? 0 : 1)
        set(CURLOPT_SSL_VERIFYHOST, tls.insecureSkipVerify ? 0 : 2)
        if let caFile = tls.caFile {
            set(CURLOPT_CAINFO, caFile)
            clear(CURLOPT_CAPATH)
        }
        if let certFile = tls.certFile {
            set(CURLOPT_SSLCERT, certFile)
            set(CURLOPT_SSLKEY, tls.keyFile ?? certFile)
        }
    }

    /// The URL by which the certificate is checked against `serverName`, while we connect to the host of `url`.
    private func redirect(_ url: CurlURL, to serverName: String?) -> CurlURL {
        guard let serverName, let named = url.replacingHost(serverName) else { return url }
        set(CURLOPT_CONNECT_TO, list: ["\(named.host):\(named.port):\(url.host):\(url.port)"])
        return named
    }

    private static func authority(of url: CurlURL) -> String {
        let usual = url.scheme == "https" ? "443" : "80"
        return url.port == usual ? url.host : "\(url.host):\(url.port)"
    }

    /// Whole milliseconds, at least one because libcurl takes zero as "no limit", at most what 32 bits hold.
    static func milliseconds(_ duration: Duration) -> Int {
        let parts = duration.components
        guard parts.seconds >= 0, parts.attoseconds >= 0 else { return 1 }
        guard parts.seconds < 2_000_000 else { return 2_000_000_000 }
        return max(1, Int(parts.seconds) * 1_000 + Int(parts.attoseconds / 1_000_000_000_000_000))
    }
}
