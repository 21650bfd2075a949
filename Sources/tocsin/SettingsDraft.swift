/// The text of a first settings file.
struct SettingsDraft {
    /// Nil for the one that `DATABASE_URL` gives.
    let database: String?
    let schema: String
    let slack: String?
    let webhook: String?

    var text: String {
        let parlant = schema == "public" ? "" : "\n    parlant: { schema: \(Self.quoted(schema)) }"
        var channels: [String] = []
        if let slack { channels.append("    slack_configs:\n      - api_url: \(Self.quoted(slack))") }
        if let webhook { channels.append("    webhook_configs:\n      - url: \(Self.quoted(webhook))") }
        if channels.isEmpty {
            channels.append("    # Nobody is told yet: add slack_configs, webhook_configs or email_configs.")
        }
        return """
            # Tocsin's settings. `tocsin check` says what is wrong and where; Deploy/tocsin.yaml has all keys.

            server:
              listen: 127.0.0.1:9911
              # external_url: https://tocsin.example.org     # links in messages lead here

            databases:
              - name: main
                dsn: \(database.map(Self.quoted) ?? "${DATABASE_URL}")\(parlant)

            route:
              receiver: ops
              group_by: [alertname, instance]

            receivers:
              - name: ops
            \(channels.joined(separator: "\n"))

            """
    }

    /// A YAML text in which nothing is taken for a variable.
    private static func quoted(_ text: String) -> String {
        "'\(text.replacing("'", with: "''").replacing("$", with: "$$"))'"
    }
}
