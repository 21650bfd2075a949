import Alerting
import PromQL

extension SettingsReader {
    /// One entry of `mattermost_configs`.
    func mattermost(
        _ fields: MappingReader, global: GlobalDefaults, as destination: Destination
    ) -> MattermostSettings? {
        fields.unsupported(
            [
                "attachments", "author_icon", "author_link", "author_name", "color", "fallback", "fields", "footer",
                "footer_icon", "image_url", "pretext", "priority", "props", "text", "thumb_url", "title",
                "title_link", "type",
            ], .warning, because: "messages have one form, which is this agent's", remedy: "remove it")
        // https://docs.mattermost.com/configure/rate-limiting-configuration-settings.html: ten requests a second, where
        // the server has a limit and its default.
        let common = common(
            fields, as: destination, pace: Pace(burst: 10, every: .milliseconds(100)), isForPeople: true)
        let (channel, username) = (plainText(fields, "channel"), plainText(fields, "username"))
        let (picture, emoji) = (address(fields, "icon_url"), plainText(fields, "icon_emoji"))
        let zone = timeZone(fields)
        let http = httpClient(of: fields, global: global)
        let url: Secret?
        if hasSecret(fields, "webhook_url") || global.mattermostURL == nil {
            url = requiredSecret(fields, "webhook_url").flatMap { checkURL($1, $0.exposed) ? $0 : nil }
        } else {
            url = global.mattermostURL
        }
        guard let url else { return nil }
        return MattermostSettings(
            policy: common.policy, webhookURL: url, channel: channel, username: username, iconURL: picture,
            iconEmoji: emoji, timeZone: zone, timeout: common.timeout, http: http)
    }
}
