import Alerting
import PromQL

extension SettingsReader {
    /// One entry of `opsgenie_configs`.
    func opsgenie(_ fields: MappingReader, global: GlobalDefaults, as destination: Destination) -> OpsgenieSettings? {
        fields.unsupported(
            ["actions", "description", "details", "entity", "message"], .warning,
            because: "alerts have one form, which is this agent's", remedy: "remove it")
        let common = common(fields, as: destination, escalates: true)
        let zone = timeZone(fields)
        let url = address(fields, "api_url") ?? global.opsgenieURL
        let (source, note) = (plainText(fields, "source"), plainText(fields, "note"))
        let tags = (plainText(fields, "tags") ?? "").split(separator: ",").map { String($0).trimmed }
            .filter { !$0.isEmpty }
        let priority = opsgeniePriority(fields)
        var responders: [OpsgenieSettings.Responder] = []
        for entry in fields.value("responders")?.list() ?? [] {
            responders += entry.mapping { responder($0) } ?? []
        }
        let updates = fields.bool("update_alerts", default: false)
        var http = httpClient(of: fields, global: global)
        if http.authorization != nil || http.basicAuth != nil {
            // Alertmanager sends the key too, and never the login.
            if fields.has("http_config") {
                fields.reader.warning(
                    "the login in `http_config` is left out of account", at: fields.place(of: "http_config"),
                    remedy: "remove it: Opsgenie is sent `api_key`")
            }
            (http.authorization, http.basicAuth) = (nil, nil)
        }
        let key: Secret?
        if hasSecret(fields, "api_key") || global.opsgenieKey == nil {
            key = requiredSecret(fields, "api_key").flatMap { checkLine($1, $0.exposed) ? $0 : nil }
        } else {
            key = global.opsgenieKey
        }
        guard let key else { return nil }
        return OpsgenieSettings(
            policy: common.policy, apiKey: key, url: url, source: source, tags: tags, note: note, priority: priority,
            responders: responders, updatesAlerts: updates, timeZone: zone, timeout: common.timeout, http: http)
    }

    /// `P1` to `P5`; nil where nothing or a template is said, or something wrong, which is then reported.
    private func opsgeniePriority(_ fields: MappingReader) -> String? {
        guard let value = fields.value("priority"), let text = plainText(value) else { return nil }
        let priority = text.uppercased()
        if ["P1", "P2", "P3", "P4", "P5"].contains(priority) { return priority }
        value.error(
            "\(value.name) must be one of `P1` to `P5`, found `\(value.written)`",
            remedy: "remove it where the level is to decide")
        return nil
    }

    /// One entry of `responders`: as many as the names of `teams`.
    private func responder(_ fields: MappingReader) -> [OpsgenieSettings.Responder]? {
        let id = plainText(fields, "id")
        let name = plainText(fields, "name")
        let username = plainText(fields, "username")
        let kinds = ["team", "teams", "user", "escalation", "schedule"]
        guard let value = fields.required("type", remedy: "add `type: team`, or another of Opsgenie's kinds"),
            let kind = plainText(value)?.lowercased()
        else { return nil }
        guard kinds.contains(kind) else {
            let list = kinds.map { "`\($0)`" }.joined(separator: ", ")
            value.error(
                "\(value.name) must be one of \(list), found `\(value.written)`",
                remedy: Nearest.to(kind, among: kinds).map { "did you mean `\($0)`?" })
            return nil
        }
        if id == nil, name == nil, username == nil {
            // One that is there but a template has been named already.
            if !["id", "name", "username"].contains(where: fields.has) {
                fields.reader.error(
                    "\(fields.name) names nobody", at: fields.place, remedy: "add `name`, `id` or `username`")
            }
            return nil
        }
        guard kind == "teams" else {
            return [OpsgenieSettings.Responder(kind: kind, id: id, name: name, username: username)]
        }
        let names = (name ?? "").split(separator: ",").map { String($0).trimmed }.filter { !$0.isEmpty }
        return names.map { OpsgenieSettings.Responder(kind: "team", name: $0) }
    }
}
