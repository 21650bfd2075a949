import Alerting
import PromQL

/// What the `global` section says for receivers that don't say it themselves.
struct GlobalDefaults {
    var slackURL: Secret?
    var http = HTTPClientSettings()
    var from: EmailSettings.Address?
    var smarthost: HostPort?
    var username: String?
    var password: Secret?
    var identity: String?
    var hello: String?
    /// Nil where nothing is said: then STARTTLS is required.
    var requireTLS: Bool?
    /// The keys that are there.
    var keys: Set<String> = []
}

extension SettingsReader {
    /// The section `global`.
    func globalDefaults(_ fields: MappingReader) -> GlobalDefaults {
        var global = GlobalDefaults()
        if let (url, value) = secret(fields, "slack_api_url"), checkURL(value, url.exposed) { global.slackURL = url }
        global.http = fields.value("http_config")?.mapping { self.httpClient($0) } ?? HTTPClientSettings()
        global.from = fields.value("smtp_from").flatMap { address($0) }
        global.smarthost = smarthost(fields, "smtp_smarthost")
        // Alertmanager's files have these empty where they mean none.
        global.username = text(fields, "smtp_auth_username")
        global.password =
            fields.value("smtp_auth_password")?.written == "" ? nil : secret(fields, "smtp_auth_password")?.0
        global.password = global.password ?? secret(fields, "smtp_auth_secret")?.0
        global.identity = text(fields, "smtp_auth_identity")
        global.hello = text(fields, "smtp_hello")
        global.requireTLS = fields.value("smtp_require_tls")?.bool()
        if let value = fields.value("resolve_timeout"), value.duration() != nil {
            value.warning(
                "`resolve_timeout` has no effect: this agent sees itself when an alert is over", remedy: "remove it")
        }
        global.keys = Set(ForeignReceivers.globalKeys.filter(fields.has))
        ForeignReceivers.refuseDoubles(global.keys, in: fields)
        fields.unsupported(
            ForeignReceivers.globalKeys + ["smtp_tls_config"], .warning, because: "no receiver reads it",
            remedy: "remove it")
        return global
    }

    /// A text; nil where the key is absent or the text empty.
    private func text(_ fields: MappingReader, _ key: String) -> String? {
        fields.string(key).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// One entry of `receivers`.
    func receiver(_ fields: MappingReader, global: GlobalDefaults) -> ReceiverSettings? {
        let name = name(fields)
        ForeignReceivers.name(in: fields, global: global.keys)
        let receiver = name ?? ""
        let slack = configs(fields, "slack_configs") { fields, index in
            self.slack(fields, global: global, as: Destination(receiver: receiver, channel: "slack", index: index))
        }
        let webhooks = configs(fields, "webhook_configs") { fields, index in
            self.webhook(fields, global: global, as: Destination(receiver: receiver, channel: "webhook", index: index))
        }
        let emails = configs(fields, "email_configs") { fields, index in
            self.email(fields, global: global, as: Destination(receiver: receiver, channel: "email", index: index))
        }
        return name.map { ReceiverSettings(name: $0, slack: slack, webhooks: webhooks, emails: emails) }
    }

    private func configs<Config>(
        _ fields: MappingReader, _ key: String, _ read: (MappingReader, Int) -> Config?
    ) -> [Config] {
        let entries = fields.value(key)?.list() ?? []
        return entries.enumerated().compactMap { index, entry in entry.mapping { read($0, index) } }
    }

    private func slack(
        _ fields: MappingReader, global: GlobalDefaults, as destination: Destination
    ) -> SlackSettings? {
        fields.unsupported(
            [
                "actions", "callback_id", "color", "fallback", "fields", "footer", "icon_emoji", "icon_url",
                "image_url", "link_names", "mrkdwn_in", "pretext", "short_fields", "text", "thumb_url", "title",
                "title_link", "message_text",
            ], .warning, because: "messages have one form, which is this agent's", remedy: "remove it")
        fields.unsupported(
            ["app_token", "app_token_file", "app_url"], .error, because: "only incoming webhooks are spoken to",
            remedy: "use `api_url_file` with an incoming webhook's URL")
        let common = common(fields, as: destination, isForPeople: true)
        let (channel, username) = (fields.nonEmptyString("channel"), fields.nonEmptyString("username"))
        let zone = timeZone(fields)
        let http = httpClient(of: fields, global: global)
        var url = global.slackURL
        if let (own, value) = secret(fields, "api_url") {
            url = checkURL(value, own.exposed) ? own : nil
        } else if url == nil, !hasSecret(fields, "api_url") {
            yaml.error(
                "\(fields.name) has no `api_url`", at: fields.place,
                remedy: "add `api_url_file: PATH` here, or `slack_api_url_file` under `global`")
        }
        return url.map {
            SlackSettings(
                policy: common.policy, apiURL: $0, channel: channel, username: username, timeZone: zone,
                timeout: common.timeout, http: http)
        }
    }

    private func webhook(
        _ fields: MappingReader, global: GlobalDefaults, as destination: Destination
    ) -> WebhookSettings? {
        fields.unsupported(
            ["payload"], .warning, because: "the body is Alertmanager's JSON", remedy: "remove it")
        let common = common(fields, as: destination)
        let limit = fields.int("max_alerts", in: 0...Int.max) ?? 0
        let signing = secret(fields, "signing_secret")?.0
        var http = httpClient(of: fields, global: global)
        http.headers.merge(headers(fields)) { _, own in own }
        guard let (url, value) = requiredSecret(fields, "url"), checkURL(value, url.exposed) else { return nil }
        return WebhookSettings(
            policy: common.policy, url: url, maxAlerts: limit, signingSecret: signing, timeout: common.timeout,
            http: http)
    }

    /// What every config has.
    ///
    /// - Parameters:
    ///   - timeout: unless the settings say otherwise; short, since a receiver that hangs holds back all that
    ///   follows in the same group.
    ///   - isForPeople: whether people read it, so that many messages at once become a digest.
    func common(
        _ fields: MappingReader, as destination: Destination, timeout: Duration = .seconds(10),
        isForPeople: Bool = false
    ) -> (policy: DestinationPolicy, timeout: Duration) {
        let most = isForPeople ? fields.int("digest_above", in: 0...1_000) ?? 20 : 0
        let policy = DestinationPolicy(
            destination: destination, sendsResolved: fields.bool("send_resolved", default: true),
            giveUpAfter: fields.duration("give_up_after", default: .seconds(86_400)),
            digestsAbove: most > 0 ? most : nil)
        return (policy, fields.duration("timeout", default: timeout))
    }

    private func httpClient(of fields: MappingReader, global: GlobalDefaults) -> HTTPClientSettings {
        fields.value("http_config")?.mapping { self.httpClient($0) } ?? global.http
    }

    private func httpClient(_ fields: MappingReader) -> HTTPClientSettings {
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
