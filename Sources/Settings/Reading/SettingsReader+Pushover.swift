import Alerting
import PromQL

extension SettingsReader {
    /// One entry of `pushover_configs`.
    func pushover(_ fields: MappingReader, global: GlobalDefaults, as destination: Destination) -> PushoverSettings? {
        fields.unsupported(
            ["message", "monospace", "title"], .warning, because: "messages have one form, which is this agent's",
            remedy: "remove it")
        if let value = fields.value("html"), value.bool() == true {
            value.warning("`html: true` is not supported: messages are plain text", remedy: "remove it")
        }
        // https://pushover.net/api#friendly: at most two connections at once; more messages than a few a second would
        // only ring over each other.
        let common = common(fields, as: destination, pace: Pace(burst: 2, every: .seconds(1)), isForPeople: true)
        let zone = timeZone(fields)
        let priority = pushoverPriority(fields)
        // https://pushover.net/api#priority: again after 30 seconds at the earliest, and for three hours at most.
        let possible = Duration.seconds(30)...Duration.seconds(10_800)
        let retry = span(fields, "retry", default: .seconds(60), in: possible)
        let expire = span(fields, "expire", default: .seconds(3_600), in: possible)
        let life = fields.value("ttl")?.duration().flatMap { $0 >= .seconds(1) ? $0 : nil }
        let (device, sound) = (plainText(fields, "device"), plainText(fields, "sound"))
        let (link, linkTitle) = (plainText(fields, "url"), plainText(fields, "url_title"))
        let url = address(fields, "api_url")
        let http = httpClient(of: fields, global: global)
        let (user, token) = (requiredSecret(fields, "user_key"), requiredSecret(fields, "token"))
        guard let user, let token, checkLine(user.1, user.0.exposed), checkLine(token.1, token.0.exposed) else {
            return nil
        }
        return PushoverSettings(
            policy: common.policy, token: token.0, userKey: user.0, priority: priority, retry: retry, expire: expire,
            device: device, sound: sound, timeToLive: life, link: link, linkTitle: linkTitle, url: url,
            timeZone: zone, timeout: common.timeout, http: http)
    }

    /// From -2 to 2; nil where nothing or a template is said, or something wrong, which is then reported.
    private func pushoverPriority(_ fields: MappingReader) -> Int? {
        guard let value = fields.value("priority"), let text = plainText(value) else { return nil }
        if let priority = Int(text), (-2...2).contains(priority) { return priority }
        value.error(
            "\(value.name) must be a whole number from -2 to 2, found `\(value.written)`",
            remedy: "remove it where the level is to decide")
        return nil
    }

    /// A duration in a range; `fallback` where the key is absent or wrong.
    private func span(
        _ fields: MappingReader, _ key: String, default fallback: Duration, in range: ClosedRange<Duration>
    ) -> Duration {
        guard let value = fields.value(key), let duration = value.duration() else { return fallback }
        if range.contains(duration) { return duration }
        value.error(
            "\(value.name) must be from \(range.lowerBound.promQL) to \(range.upperBound.promQL), "
                + "found `\(value.written)`", remedy: "Pushover takes no other")
        return fallback
    }
}
