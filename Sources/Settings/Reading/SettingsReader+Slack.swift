import Alerting
import PromQL

extension SettingsReader {
    /// What the `global` section says of Slack.
    struct SlackDefaults {
        var url: Secret?
        var token: Secret?
        var appURL: String?
    }

    /// The keys of `global` that are for Slack.
    func slackDefaults(_ fields: MappingReader) -> SlackDefaults {
        var slack = SlackDefaults()
        if let (url, value) = secret(fields, "slack_api_url"), checkURL(value, url.exposed) { slack.url = url }
        if let (token, value) = secret(fields, "slack_app_token"), checkLine(value, token.exposed) {
            slack.token = token
        }
        slack.appURL = address(fields, "slack_app_url")
        return slack
    }

    /// One entry of `slack_configs`.
    ///
    /// It is a bot's where it has `app_token`, where `global` has `slack_app_token` and the entry no `api_url`, and where
    /// `api_url` is that of `chat.postMessage` and `http_config` has the token.
    func slack(_ fields: MappingReader, global: GlobalDefaults, as destination: Destination) -> SlackSettings? {
        fields.unsupported(
            [
                "actions", "callback_id", "color", "fallback", "fields", "footer", "icon_emoji", "icon_url",
                "image_url", "link_names", "mrkdwn_in", "pretext", "short_fields", "text", "thumb_url", "title",
                "title_link", "message_text",
            ], .warning, because: "messages have one form, which is this agent's", remedy: "remove it")
        // https://docs.slack.dev/apis/web-api/rate-limits: one message a second and channel, short bursts above it.
        let common = common(fields, as: destination, pace: Pace(burst: 3, every: .seconds(1)), isForPeople: true)
        let (channel, username) = (fields.nonEmptyString("channel"), fields.nonEmptyString("username"))
        let zone = timeZone(fields)
        var http = httpClient(of: fields, global: global)
        guard let way = slackWay(fields, global: global.slack, http: http) else { return nil }
        if let token = way.token {
            if http.authorization != nil || http.basicAuth != nil {
                fields.error(
                    "both `app_token` and a login in `http_config` are given", at: "app_token",
                    remedy: "keep `app_token` alone")
            }
            http.authorization = .init(type: "Bearer", credentials: token)
        }
        if way.isBot, channel == nil {
            _ = fields.required("channel", remedy: "add `channel: '#name'` or its id: a bot must be told where to post")
            return nil
        }
        return SlackSettings(
            policy: common.policy, apiURL: way.url, isBot: way.isBot, channel: channel, username: username,
            timeZone: zone, timeout: common.timeout, http: http)
    }

    /// - Returns: where to post, as whom, and the token where one is given by itself; nil and an error where the entry does
    ///   not say it.
    private func slackWay(
        _ fields: MappingReader, global: SlackDefaults, http: HTTPClientSettings
    ) -> (url: Secret, isBot: Bool, token: Secret?)? {
        let own = secret(fields, "api_url")
        let token = secret(fields, "app_token")
        let appURL = address(fields, "app_url") ?? global.appURL
        if let (_, value) = token, hasSecret(fields, "api_url") {
            value.error("both `api_url` and `app_token` are given in \(fields.name)", remedy: "keep one of the two")
            return nil
        }
        if let (url, value) = own {
            guard checkURL(value, url.exposed) else { return nil }
            let path = url.exposed.prefix { $0 != "?" }
            return (url, path.hasSuffix("/chat.postMessage") && http.authorization != nil, nil)
        }
        if hasSecret(fields, "api_url") { return nil }
        if let (token, value) = token {
            guard checkLine(value, token.exposed) else { return nil }
            return (Secret(appURL ?? Self.slackAppURL), true, token)
        }
        if hasSecret(fields, "app_token") { return nil }
        if let token = global.token { return (Secret(appURL ?? Self.slackAppURL), true, token) }
        if let url = global.url { return (url, false, nil) }
        yaml.error(
            "\(fields.name) has no `api_url`, and no `app_token`", at: fields.place,
            remedy: "add `api_url_file: PATH` or `app_token_file: PATH` here, or `slack_api_url_file` under `global`")
        return nil
    }

    private static let slackAppURL = "https://slack.com/api/chat.postMessage"

    /// An address that is no secret.
    func address(_ fields: MappingReader, _ key: String) -> String? {
        guard let value = fields.value(key), let text = value.nonEmptyString(), checkURL(value, text) else {
            return nil
        }
        return text
    }
}
