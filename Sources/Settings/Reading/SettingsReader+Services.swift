import Alerting
import PromQL

extension SettingsReader {
    /// One entry of `pagerduty_configs`; nil also where only the old Events API v1 is meant.
    func pagerDuty(
        _ fields: MappingReader, global: GlobalDefaults, as destination: Destination
    ) -> PagerDutySettings? {
        fields.unsupported(
            [
                "class", "client", "client_url", "component", "description", "details", "group", "images", "links",
                "severity", "source",
            ], .warning, because: "events have one form, which is this agent's", remedy: "remove it")
        let common = common(fields, as: destination, escalates: true)
        let zone = timeZone(fields)
        let url = address(fields, "url") ?? global.pagerDutyURL
        let http = httpClient(of: fields, global: global)
        let (routing, service) = (secret(fields, "routing_key"), secret(fields, "service_key"))
        if let (_, value) = service {
            if hasSecret(fields, "routing_key") {
                value.error("more than one of `routing_key`, `service_key` is given", remedy: "keep `routing_key`")
            } else {
                value.warning(
                    "`service_key` is not supported: nobody is told through it",
                    remedy: "add an integration of the kind Events API v2 in PagerDuty, and give its `routing_key`")
            }
            return nil
        }
        guard let (key, value) = routing ?? requiredSecret(fields, "routing_key"), checkLine(value, key.exposed) else {
            return nil
        }
        return PagerDutySettings(
            policy: common.policy, routingKey: key, url: url, timeZone: zone, timeout: common.timeout, http: http)
    }

    /// One entry of `discord_configs`.
    func discord(_ fields: MappingReader, global: GlobalDefaults, as destination: Destination) -> DiscordSettings? {
        fields.unsupported(
            ["content", "message", "title"], .warning, because: "messages have one form, which is this agent's",
            remedy: "remove it")
        // https://discord.com/developers/docs/topics/rate-limits: the limits are told in the answers and may change;
        // this only keeps a storm from running into them at once.
        let common = common(fields, as: destination, pace: Pace(burst: 5, every: .seconds(1)), isForPeople: true)
        let (username, avatar) = (fields.nonEmptyString("username"), address(fields, "avatar_url"))
        let zone = timeZone(fields)
        let http = httpClient(of: fields, global: global)
        guard let (url, value) = requiredSecret(fields, "webhook_url"), checkURL(value, url.exposed) else { return nil }
        return DiscordSettings(
            policy: common.policy, webhookURL: url, username: username, avatarURL: avatar, timeZone: zone,
            timeout: common.timeout, http: http)
    }

    /// One entry of `msteams_configs` or `msteamsv2_configs`.
    func teams(_ fields: MappingReader, global: GlobalDefaults, as destination: Destination) -> TeamsSettings? {
        fields.unsupported(
            ["summary", "text", "title"], .warning, because: "messages have one form, which is this agent's",
            remedy: "remove it")
        // https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using:
        // four requests a second and no more.
        let common = common(fields, as: destination, pace: Pace(burst: 2, every: .milliseconds(500)), isForPeople: true)
        let zone = timeZone(fields)
        let http = httpClient(of: fields, global: global)
        guard let (url, value) = requiredSecret(fields, "webhook_url"), checkURL(value, url.exposed) else { return nil }
        return TeamsSettings(
            policy: common.policy, webhookURL: url, timeZone: zone, timeout: common.timeout, http: http)
    }

    /// One entry of `telegram_configs`.
    func telegram(
        _ fields: MappingReader, global: GlobalDefaults, as destination: Destination
    ) -> TelegramSettings? {
        fields.unsupported(
            ["message", "parse_mode"], .warning, because: "messages have one form, which is this agent's",
            remedy: "remove it")
        let chat = chat(fields)
        // https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this: one message a second in a chat,
        // and in a group, whose number is negative, twenty a minute.
        let isPerson = chat.flatMap { Int64($0) }.map { $0 > 0 } ?? false
        let pace = Pace(burst: isPerson ? 3 : 5, every: .seconds(isPerson ? 1 : 3))
        let common = common(fields, as: destination, pace: pace, isForPeople: true)
        let thread = fields.int("message_thread_id", in: 1...Int.max)
        let isSilent = fields.bool("disable_notifications", default: false)
        let zone = timeZone(fields)
        let url = address(fields, "api_url") ?? global.telegramURL
        let http = httpClient(of: fields, global: global)
        let token: Secret?
        if hasSecret(fields, "bot_token") || global.telegramToken == nil {
            token = requiredSecret(fields, "bot_token").flatMap { checkToken($1, $0) }
        } else {
            token = global.telegramToken
        }
        guard let token, let chat else { return nil }
        return TelegramSettings(
            policy: common.policy, token: token, chat: chat, thread: thread, isSilent: isSilent, url: url,
            timeZone: zone, timeout: common.timeout, http: http)
    }

    /// The number of a chat, or a name; from a file of its own where it is not to stand here.
    private func chat(_ fields: MappingReader) -> String? {
        guard let (text, value) = requiredSecret(fields, "chat_id") else { return nil }
        let chat = text.exposed.trimmed
        let isName = chat.hasPrefix("@") && chat.count > 1 && !chat.contains(where: \.isWhitespace)
        if isName || Int64(chat).map({ $0 != 0 }) == true { return chat }
        value.error(
            "\(value.name) must be a chat's number or a public channel's name",
            remedy: "write it as `-1001234567890` or `'@channel'`")
        return nil
    }

    /// A bot's token becomes a part of the address.
    func checkToken(_ value: YAMLValue, _ token: Secret) -> Secret? {
        let isToken = token.exposed.unicodeScalars.allSatisfy { scalar in
            scalar.properties.isAlphabetic && scalar.isASCII || ("0"..."9").contains(scalar)
                || ":_-".unicodeScalars.contains(scalar)
        }
        if isToken { return token }
        value.error(
            "\(value.name) is no bot's token", remedy: "it looks like `123456:ABC-DEF1234`, as @BotFather gives it")
        return nil
    }
}
