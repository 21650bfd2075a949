import Alerting
import PromQL

extension SettingsReader {
    /// How an entry's server is spoken to; as `global` says where the entry says nothing.
    func httpClient(of fields: MappingReader, global: GlobalDefaults) -> HTTPClientSettings {
        fields.value("http_config")?.mapping { self.httpClient($0) } ?? global.http
    }

    func httpClient(_ fields: MappingReader) -> HTTPClientSettings {
        fields.unsupported(
            ["oauth2"], .error, because: "requests would be refused",
            remedy: "use `authorization: {credentials_file: PATH}`")
        fields.unsupported(
            ["enable_http2", "no_proxy", "proxy_from_environment", "proxy_connect_header"], .warning,
            because: "it is left out of account", remedy: "remove it; without `proxy_url` the environment decides")
        var http = HTTPClientSettings()
        http.basicAuth = fields.value("basic_auth")?.mapping { self.basicAuth($0) }
        http.authorization = fields.value("authorization")?.mapping { self.authorization($0) }
        if let (token, value) = secret(fields, "bearer_token"), checkLine(value, token.exposed) {
            if http.authorization != nil {
                value.error("both `authorization` and `bearer_token` are given", remedy: "keep one of the two")
            }
            http.authorization = .init(type: "Bearer", credentials: token)
        }
        if fields.has("basic_auth"), fields.has("authorization") {
            fields.error(
                "both `basic_auth` and `authorization` are given in \(fields.name)", at: "authorization",
                remedy: "keep one of the two")
        }
        http.tls = fields.value("tls_config")?.mapping { self.tls($0) } ?? TLSClientSettings()
        http.proxyURL = proxy(fields)
        if let value = fields.value("follow_redirects"), value.bool() == true {
            value.warning(
                "`follow_redirects: true` is not supported: redirects are never followed",
                remedy: "remove it, and give the final URL")
        }
        http.headers = headers(fields)
        return http
    }

    /// The proxy's URL; a mere host is one that speaks HTTP.
    private func proxy(_ fields: MappingReader) -> Secret? {
        guard let value = fields.value("proxy_url"), let text = value.nonEmptyString() else { return nil }
        let whole = text.firstRange(of: "://") == nil ? "http://\(text)" : text
        return checkURL(value, whole, schemes: ["socks5", "socks5h", "https", "http"]) ? Secret(whole) : nil
    }

    private func basicAuth(_ fields: MappingReader) -> HTTPClientSettings.BasicAuth? {
        let username = fields.required("username")?.string()
        let password = secret(fields, "password")?.0
        guard let username else { return nil }
        return HTTPClientSettings.BasicAuth(username: username, password: password ?? Secret(""))
    }

    private func authorization(_ fields: MappingReader) -> HTTPClientSettings.Authorization? {
        let type = fields.nonEmptyString("type") ?? "Bearer"
        guard let (credentials, value) = requiredSecret(fields, "credentials"),
            checkLine(value, credentials.exposed)
        else { return nil }
        return HTTPClientSettings.Authorization(type: type, credentials: credentials)
    }

    /// A section `tls_config`.
    func tls(_ fields: MappingReader) -> TLSClientSettings {
        fields.unsupported(
            ["ca", "cert", "key", "min_version", "max_version"], .error,
            because: "the connection could fail or be weaker",
            remedy: "use `ca_file`, `cert_file` and `key_file`")
        var tls = TLSClientSettings()
        func file(_ key: String) -> String? {
            guard let value = fields.value(key), let path = path(value) else { return nil }
            if !files.exists(path) {
                value.error(
                    "can't read the file that \(value.name) names, `\(path)`",
                    remedy: "create it, and let the agent's user read it")
            }
            return path
        }
        (tls.caFile, tls.certFile, tls.keyFile) = (file("ca_file"), file("cert_file"), file("key_file"))
        if tls.keyFile != nil, !fields.has("cert_file") {
            fields.error("`key_file` is given without `cert_file`", at: "key_file", remedy: "add `cert_file: PATH`")
        }
        tls.serverName = fields.nonEmptyString("server_name")
        tls.insecureSkipVerify = fields.bool("insecure_skip_verify", default: false)
        return tls
    }
}
