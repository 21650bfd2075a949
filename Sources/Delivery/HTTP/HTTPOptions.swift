package import Alerting
package import Drivers

/// How a receiver's server is spoken to over HTTP.
package struct HTTPOptions: Sendable {
    /// A user and password.
    package struct Login: Sendable {
        package var user: String
        package var password: Secret

        package init(user: String, password: Secret) {
            self.user = user
            self.password = password
        }
    }

    /// The `Authorization` header.
    package struct Authorization: Sendable {
        /// `Bearer`, as a rule.
        package var type: String
        package var credentials: Secret

        package init(type: String = "Bearer", credentials: Secret) {
            self.type = type
            self.credentials = credentials
        }
    }

    /// Further headers by name; those that the channel itself sets stand against them.
    package var headers: [String: Secret]
    /// Basic authentication; nil for none.
    package var login: Login?
    /// The `Authorization` header; nil for none.
    package var authorization: Authorization?
    package var tls: TLSOptions
    /// The proxy's URL; nil leaves it to the environment, as with curl.
    package var proxy: Secret?
    /// How long one attempt may take; 30 s by default.
    package var timeout: Duration

    package init(
        headers: [String: Secret] = [:], login: Login? = nil, authorization: Authorization? = nil,
        tls: TLSOptions = TLSOptions(), proxy: Secret? = nil, timeout: Duration = .seconds(30)
    ) {
        self.headers = headers
        self.login = login
        self.authorization = authorization
        self.tls = tls
        self.proxy = proxy
        self.timeout = timeout
    }

    /// A POST of this body, or another request that carries one.
    ///
    /// - Parameters:
    ///   - headers: the channel's own; a header of the settings with one of these names is left out.
    ///   - bodyLimit: the most bytes of an answer that are read.
    ///   - method: `POST` or `PUT`.
    func request(
        url: Secret, headers own: [(String, String)], body: [UInt8], bodyLimit: Int = 8_192, method: String = "POST"
    ) -> HTTPRequest {
        var all = own
        if let authorization {
            all.append(("Authorization", "\(authorization.type) \(authorization.credentials.exposed)"))
        }
        let taken = Set(all.map { $0.0.lowercased() })
        all += headers.filter { !taken.contains($0.key.lowercased()) }.sorted { $0.key < $1.key }
            .map { ($0.key, $0.value.exposed) }
        return HTTPRequest(
            method: method, url: url.exposed, headers: all, body: body,
            connectTimeout: min(.seconds(5), timeout), totalTimeout: timeout, bodyLimit: bodyLimit, tls: tls,
            basicAuth: login.map { BasicAuth(user: $0.user, password: $0.password.exposed) }, proxy: proxy?.exposed)
    }

    /// A POST of JSON, as every service here takes it; a PUT where the method says so.
    func jsonRequest(
        url: Secret, body: JSONText, version: String, bodyLimit: Int = 8_192, method: String = "POST"
    ) -> HTTPRequest {
        request(
            url: url,
            headers: [("Content-Type", "application/json; charset=utf-8"), ("User-Agent", "tocsin/\(version)")],
            body: body.bytes, bodyLimit: bodyLimit, method: method)
    }

    /// What must not appear in a reason, though a server may say it back.
    func secrets(url: Secret) -> [String] {
        var secrets = [url.exposed]
        if let login { secrets.append(login.password.exposed) }
        if let authorization { secrets.append(authorization.credentials.exposed) }
        secrets += headers.values.map(\.exposed)
        if let proxy { secrets.append(proxy.exposed) }
        return secrets
    }
}
