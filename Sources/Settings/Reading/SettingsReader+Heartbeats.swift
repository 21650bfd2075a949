import Alerting
import PromQL

extension SettingsReader {
    /// The section `heartbeat`: whom the agent tells that it lives.
    func heartbeat(_ fields: MappingReader) -> HeartbeatSettings? {
        let found = requiredSecret(fields, "url")
        let interval = fields.duration("interval", default: .seconds(60))
        let timeout = fields.duration("timeout", default: .seconds(10))
        let method: HeartbeatSettings.Method = fields.value("method")?.choice() ?? .get
        if interval < .seconds(1), fields.has("interval") {
            fields.error("`interval` is shorter than 1s", at: "interval", remedy: "1m is usual")
        }
        guard let (url, value) = found, checkURL(value, url.exposed) else { return nil }
        return HeartbeatSettings(url: url, interval: interval, method: method, timeout: timeout)
    }

    /// An entry of `heartbeats`: what must report to the agent that it lives.
    func awaitedHeartbeat(_ fields: MappingReader) -> Heartbeat? {
        let name = name(fields)
        if let name, let value = fields.value("name"), !Self.isPathName(name) {
            value.error(
                "`name` is part of an address, so it must be letters, digits, `-`, `_` and `.`",
                remedy: "name it as `nightly-backup`")
        }
        let (interval, timeout) = (fields.value("interval"), fields.value("timeout"))
        if interval == nil, timeout == nil {
            fields.error(
                "\(fields.name) has neither `interval` nor `timeout`", at: "name",
                remedy: "add `interval: 24h`, how often it comes, or `timeout: 25h`, how long it may be silent")
        }
        let regular = interval?.duration(zero: false) ?? .zero
        let limit = timeout?.duration(zero: false) ?? regular * 2
        if timeout != nil, limit < regular {
            fields.error(
                "`timeout` (\(limit.promQL)) is shorter than `interval` (\(regular.promQL)), so it would always be late",
                at: "timeout", remedy: "write a longer `timeout`")
        }
        let labels = labels(fields, "labels")
        for (key, location, _) in fields.value("labels")?.pairs() ?? []
        where ["alertname", "heartbeat", Severity.label].contains(key) {
            yaml.note(
                .error, "`\(key)` is set by the agent itself", at: location,
                remedy: key == Severity.label ? "write `severity` beside `labels`" : "remove it")
        }
        let severity: Severity = fields.value("severity")?.choice() ?? .critical
        return name.map { Heartbeat(name: $0, timeout: limit, severity: severity, labels: labels) }
    }

    private static func isPathName(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
                || "-_.".unicodeScalars.contains(scalar)
        } && text != "." && text != ".."
    }
}
