import Alerting
import PromQL

/// What the `global` section says for receivers that don't say it themselves.
struct GlobalDefaults {
    var slack = SettingsReader.SlackDefaults()
    /// Nil for PagerDuty's own.
    var pagerDutyURL: String?
    var telegramToken: Secret?
    /// Nil for Telegram's own.
    var telegramURL: String?
    var opsgenieKey: Secret?
    /// Nil for Opsgenie's own.
    var opsgenieURL: String?
    var mattermostURL: Secret?
    var http = HTTPClientSettings()
    var from: EmailSettings.Address?
    var smarthost: HostPort?
    var username: String?
    var password: Secret?
    var identity: String?
    var hello: String?
    /// Nil where nothing is said: then STARTTLS is required.
    var requireTLS: Bool?
    /// When an alert that was sent without an end is over.
    var resolveTimeout = Duration.seconds(300)
    /// The keys that are there.
    var keys: Set<String> = []
}

extension SettingsReader {
    /// The section `global`.
    func globalDefaults(_ fields: MappingReader) -> GlobalDefaults {
        var global = GlobalDefaults()
        global.slack = slackDefaults(fields)
        global.pagerDutyURL = address(fields, "pagerduty_url")
        global.telegramURL = address(fields, "telegram_api_url")
        global.telegramToken = secret(fields, "telegram_bot_token").flatMap { checkToken($1, $0) }
        global.opsgenieURL = address(fields, "opsgenie_api_url")
        global.opsgenieKey = secret(fields, "opsgenie_api_key").flatMap { checkLine($1, $0.exposed) ? $0 : nil }
        global.mattermostURL = secret(fields, "mattermost_webhook_url").flatMap {
            checkURL($1, $0.exposed) ? $0 : nil
        }
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
        global.resolveTimeout = fields.duration("resolve_timeout", default: global.resolveTimeout)
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
        var settings = ReceiverSettings(name: receiver)
        settings.slack = configs(fields, "slack", of: receiver) { slack($0, global: global, as: $1) }
        settings.webhooks = configs(fields, "webhook", of: receiver) { webhook($0, global: global, as: $1) }
        settings.emails = configs(fields, "email", of: receiver) { email($0, global: global, as: $1) }
        settings.pagerDuty = configs(fields, "pagerduty", of: receiver) { pagerDuty($0, global: global, as: $1) }
        settings.discord = configs(fields, "discord", of: receiver) { discord($0, global: global, as: $1) }
        settings.teams =
            configs(fields, "msteams", of: receiver) { teams($0, global: global, as: $1) }
            + configs(fields, "msteamsv2", of: receiver) { teams($0, global: global, as: $1) }
        settings.telegram = configs(fields, "telegram", of: receiver) { telegram($0, global: global, as: $1) }
        settings.opsgenie = configs(fields, "opsgenie", of: receiver) { opsgenie($0, global: global, as: $1) }
        settings.pushover = configs(fields, "pushover", of: receiver) { pushover($0, global: global, as: $1) }
        settings.mattermost = configs(fields, "mattermost", of: receiver) { mattermost($0, global: global, as: $1) }
        return name == nil ? nil : settings
    }

    /// The entries of `<kind>_configs`.
    private func configs<Config>(
        _ fields: MappingReader, _ kind: String, of receiver: String,
        _ read: (MappingReader, Destination) -> Config?
    ) -> [Config] {
        let entries = fields.value("\(kind)_configs")?.list() ?? []
        return entries.enumerated().compactMap { index, entry in
            entry.mapping { read($0, Destination(receiver: receiver, channel: kind, index: index)) }
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
    ///   - timeout: unless the settings say otherwise; short, since a receiver that hangs holds back all that follows in
    ///     the same group.
    ///   - pace: how fast the service lets itself be sent to; nil for as fast as it answers.
    ///   - isForPeople: whether people read it, so that many messages at once become a digest.
    ///   - escalates: whether it escalates by itself, and so has to know of acknowledgements.
    func common(
        _ fields: MappingReader, as destination: Destination, timeout: Duration = .seconds(10), pace: Pace? = nil,
        isForPeople: Bool = false, escalates: Bool = false
    ) -> (policy: DestinationPolicy, timeout: Duration) {
        let most = isForPeople ? fields.int("digest_above", in: 0...1_000) ?? 20 : 0
        let policy = DestinationPolicy(
            destination: destination, sendsResolved: fields.bool("send_resolved", default: true),
            giveUpAfter: fields.duration("give_up_after", default: .seconds(86_400)), pace: pace,
            digestsAbove: most > 0 ? most : nil, tellsAcknowledgements: escalates)
        return (policy, fields.duration("timeout", default: timeout))
    }
}
