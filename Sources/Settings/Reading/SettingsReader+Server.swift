import Alerting
import PromQL

extension SettingsReader {
    /// The section `server`.
    func server(_ fields: MappingReader) -> AgentSettings.Server {
        var server = AgentSettings.Server()
        if let value = fields.value("listen"), let text = value.string() {
            if let address = HostPort(text) {
                (server.host, server.port) = (address.host.isEmpty ? "0.0.0.0" : address.host, address.port)
            } else {
                value.error(
                    "`listen` must be host and port, found `\(value.written)`",
                    remedy: "write it as `127.0.0.1:9911`, or `:9911` for every address of this machine")
            }
        }
        if let value = fields.value("external_url"), let text = value.string(), checkURL(value, text) {
            server.externalURL = text.hasSuffix("/") ? String(text.dropLast()) : text
        }
        server.token = secret(fields, "token").flatMap { checkLine($1, $0.exposed) ? $0 : nil }
        links(&server, fields)
        server.requestTimeout = fields.duration("request_timeout", default: server.requestTimeout)
        if server.requestTimeout < .seconds(1), let value = fields.value("request_timeout") {
            value.error("`request_timeout` is shorter than 1s", remedy: "1m is the default")
        }
        server.tokens = named(fields, "tokens", "token") { accessToken($0) }
        server.tls = fields.value("tls")?.mapping { serverTLS($0) }
        warnOfOpenServer(server, fields)
        server.queryWindow = fields.duration("query_window", default: server.queryWindow)
        if server.queryWindow < .seconds(300), let value = fields.value("query_window") {
            value.error(
                "`query_window` must be at least 5m, found `\(value.written)`",
                remedy: "an expression looks back five minutes for the newest sample; write 5m or more")
        }
        return server
    }

    /// What signs the links in messages.
    private func links(_ server: inout AgentSettings.Server, _ fields: MappingReader) {
        server.linkLifetime = fields.duration("link_lifetime", default: server.linkLifetime)
        if server.linkLifetime < .seconds(60), let value = fields.value("link_lifetime") {
            value.error("`link_lifetime` is shorter than 1m", remedy: "1d is the default")
        }
        guard let (secret, value) = secret(fields, "link_secret"), checkLine(value, secret.exposed) else { return }
        guard secret.exposed.utf8.count >= 16 else {
            value.error(
                "`link_secret` is shorter than 16 characters: who guesses it can silence alerts",
                remedy: "`openssl rand -hex 32` makes a good one")
            return
        }
        if server.externalURL == nil {
            value.warning(
                "`link_secret` does nothing without `external_url`: messages don't know where this agent is",
                remedy: "set `server.external_url` to the address under which people reach this agent")
        }
        server.linkSecret = secret
    }

    /// An entry of `server.tokens`.
    private func accessToken(_ fields: MappingReader) -> AgentSettings.AccessToken? {
        let name = name(fields)
        let remedy = "`tocsin token new` prints a token and the line for the settings"
        let scope: AgentSettings.AccessToken.Scope? = fields.required("scope", remedy: remedy)?.choice()
        guard let value = fields.required("hash", remedy: remedy), let text = value.nonEmptyString() else { return nil }
        guard let hash = Self.sha256(text) else {
            // It may be a token that was put in the hash's place.
            value.error(
                "`hash` is not the SHA-256 of a token, written as `sha256:` and 64 hexadecimal digits", remedy: remedy)
            return nil
        }
        guard let name, let scope else { return nil }
        return AgentSettings.AccessToken(name: name, scope: scope, hash: hash)
    }

    private static func sha256(_ text: String) -> [UInt8]? {
        let digits = Array((text.hasPrefix("sha256:") ? text.dropFirst(7) : text[...]).utf8)
        guard digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        for place in stride(from: 0, to: 64, by: 2) {
            let pair = String(decoding: digits[place..<place + 2], as: UTF8.self)
            guard !pair.hasPrefix("+"), !pair.hasPrefix("-"), let byte = UInt8(pair, radix: 16) else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    private func serverTLS(_ fields: MappingReader) -> AgentSettings.ServerTLS? {
        let cert = pemFile(fields, fields.required("cert_file"))
        let key = pemFile(fields, fields.required("key_file"))
        let authorities = pemFile(fields, fields.value("client_ca_file"))
        guard let cert, let key else { return nil }
        return AgentSettings.ServerTLS(certFile: cert, keyFile: key, clientCAFile: authorities)
    }

    /// The path of a file that can be read.
    private func pemFile(_ fields: MappingReader, _ value: YAMLValue?) -> String? {
        guard let value, let path = path(value) else { return nil }
        do {
            _ = try files.text(path)
        } catch {
            value.error(
                "can't read the file that \(value.name) names, `\(path)`: \(error.reason)",
                remedy: "create it, and let the agent's user read it")
        }
        return path
    }

    /// Says at load time what else would be noticed only when somebody tries to silence something.
    private func warnOfOpenServer(_ server: AgentSettings.Server, _ fields: MappingReader) {
        guard !server.isLoopback, let listen = fields.value("listen") else { return }
        let canWrite = server.token != nil || server.tokens.contains { $0.scope == .write }
        if !canWrite {
            listen.warning(
                "the server listens beyond this machine and has no token to write: nothing can be changed over HTTP",
                remedy: "add an entry to `server.tokens` (`tocsin token new` prints one), or listen on 127.0.0.1")
        } else if server.tls == nil {
            listen.warning(
                "the server listens beyond this machine without `server.tls`: tokens can be read on the way",
                remedy: "set `server.tls`, or listen on 127.0.0.1 behind a proxy that speaks TLS")
        }
    }
}
