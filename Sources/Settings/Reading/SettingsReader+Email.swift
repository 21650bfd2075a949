import Alerting
import PromQL

extension SettingsReader {
    /// One entry of `email_configs`.
    func email(
        _ fields: MappingReader, global: GlobalDefaults, as destination: Destination
    ) -> EmailSettings? {
        fields.unsupported(
            ["html", "text", "threading", "force_implicit_tls"], .warning,
            because: "messages have one form, which is this agent's", remedy: "remove it; `tls: tls` is TLS at once")
        let common = common(fields, as: destination, timeout: .seconds(30), isForPeople: true)
        let to = fields.required("to").map { recipients($0) } ?? []
        let from = fields.value("from").map { address($0) } ?? global.from
        if !fields.has("from"), global.from == nil {
            _ = fields.required("from", remedy: "add `from: …` here, or `smtp_from` under `global`")
        }
        let server = fields.has("smarthost") ? smarthost(fields, "smarthost") : global.smarthost
        if !fields.has("smarthost"), server == nil {
            _ = fields.required("smarthost", remedy: "add `smarthost: host:587`, or `smtp_smarthost` under `global`")
        }
        let security = security(fields, global: global, server: server)
        let username = fields.nonEmptyString("auth_username") ?? global.username
        // Alertmanager's secret of CRAM-MD5: libcurl takes one password for whatever the server offers.
        let password = secret(fields, "auth_password")?.0 ?? secret(fields, "auth_secret")?.0 ?? global.password
        if username == nil, hasSecret(fields, "auth_password") {
            let key = fields.has("auth_password") ? "auth_password" : "auth_password_file"
            fields.error("a password without `auth_username` is not used", at: key, remedy: "add `auth_username: …`")
        }
        if username != nil, security == .none, let server, !["localhost", "127.0.0.1", "::1"].contains(server.host) {
            fields.error(
                "the password would go to `\(server.host)` unprotected", at: "auth_username",
                remedy: "use `tls: starttls` or `tls: tls`, or leave the login out")
        }
        let headers = mailHeaders(fields)
        let identity = fields.nonEmptyString("auth_identity") ?? global.identity
        let hello = fields.nonEmptyString("hello") ?? global.hello
        let zone = timeZone(fields)
        let tls = fields.value("tls_config")?.mapping { self.tls($0) } ?? TLSClientSettings()
        guard let from, let server, !to.isEmpty else { return nil }
        return EmailSettings(
            policy: common.policy, to: to, from: from, host: server.host, port: server.port, security: security,
            username: username, password: username == nil ? nil : password, identity: identity, hello: hello,
            headers: headers, timeZone: zone, timeout: common.timeout, tls: tls)
    }

    /// `tls` decides, else `require_tls`, else STARTTLS is required; port 465 speaks TLS from the first byte.
    private func security(
        _ fields: MappingReader, global: GlobalDefaults, server: HostPort?
    ) -> EmailSettings.Security {
        let required = fields.value("require_tls")?.bool()
        let chosen: EmailSettings.Security? = fields.value("tls")?.choice()
        if let chosen, let required, required == (chosen == .none) {
            fields.error(
                "`require_tls: \(required)` contradicts `tls: \(chosen.rawValue)`", at: "require_tls",
                remedy: "keep `tls` alone")
        }
        if let chosen { return chosen }
        if server?.port == 465 { return .tls }
        return required ?? global.requireTLS ?? true ? .startTLS : .none
    }

    /// The host and port of an SMTP server.
    func smarthost(_ fields: MappingReader, _ key: String) -> HostPort? {
        guard let value = fields.value(key), let text = value.nonEmptyString() else { return nil }
        guard let address = HostPort(text), !address.host.isEmpty else {
            value.error(
                "\(value.name) must be host and port, found `\(value.written)`",
                remedy: "write it as `mail.example.org:587`")
            return nil
        }
        return address
    }

    private func mailHeaders(_ fields: MappingReader) -> [String: String] {
        let ours = ["from", "to", "cc", "bcc", "date", "message-id", "mime-version", "content-type", "subject"]
        var headers: [String: String] = [:]
        for (name, location, value) in fields.value("headers")?.pairs() ?? [] {
            guard checkHeader(name, at: location), let text = value.string(), checkLine(value, text) else { continue }
            if ours.contains(name.lowercased()) {
                yaml.note(
                    .error, "the header `\(name)` is written by the agent itself", at: location,
                    remedy: "remove it; `to` and `from` have keys of their own")
            }
            headers[name] = text
        }
        return headers
    }

    private func recipients(_ value: YAMLValue) -> [EmailSettings.Address] {
        guard let texts = value.strings() else { return [] }
        let parts = texts.flatMap { Self.divide($0) }
        let addresses = parts.compactMap { part in
            let address = Self.address(part)
            if address == nil { complain(value, part) }
            return address
        }
        if parts.isEmpty { value.error("\(value.name) names nobody", remedy: "write it as `user@example.org`") }
        return addresses.count == parts.count ? addresses : []
    }

    /// One address.
    func address(_ value: YAMLValue) -> EmailSettings.Address? {
        guard let text = value.nonEmptyString() else { return nil }
        let address = Self.address(text)
        if address == nil { complain(value, text) }
        return address
    }

    private func complain(_ value: YAMLValue, _ text: String) {
        let shown = value.written.contains("${") ? value.written : text
        value.error(
            "\(value.name) holds what is no mail address: `\(shown)`",
            remedy: "write it as `user@example.org` or `Name <user@example.org>`")
    }

    /// Addresses are divided by commas, though not by those in a quoted name.
    private static func divide(_ text: String) -> [String] {
        var parts = [""]
        var quoted = false
        for character in text {
            if character == "\"" { quoted.toggle() }
            if character == ",", !quoted {
                parts.append("")
            } else {
                parts[parts.count - 1].append(character)
            }
        }
        return parts.filter { !$0.allSatisfy(\.isWhitespace) }
    }

    /// Reads `user@host` or `Name <user@host>`; nil for anything else.
    static func address(_ text: String) -> EmailSettings.Address? {
        let trimmed = text.trimmed
        guard !trimmed.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else { return nil }
        guard trimmed.hasSuffix(">") else {
            return isAddress(trimmed) ? EmailSettings.Address(address: trimmed) : nil
        }
        guard let open = trimmed.lastIndex(of: "<") else { return nil }
        let address = String(trimmed[trimmed.index(after: open)...].dropLast())
        var name = String(trimmed[..<open]).trimmed
        if name.count >= 2, name.hasPrefix("\""), name.hasSuffix("\"") { name = String(name.dropFirst().dropLast()) }
        guard isAddress(address), !name.contains(where: { "<>\"".contains($0) }) else { return nil }
        return EmailSettings.Address(name: name.isEmpty ? nil : name, address: address)
    }

    private static func isAddress(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, text.count <= 254 else { return false }
        let host = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        return !text.contains { $0.isWhitespace || "<>,;:\"()[]\\".contains($0) } && !host.contains("")
    }
}

extension String {
    /// Without white space at both ends.
    var trimmed: String {
        var text = Substring(self)
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
