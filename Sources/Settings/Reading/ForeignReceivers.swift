import Alerting

/// Alertmanager's kinds of receivers that this agent does not have. They are named, and what Alertmanager would refuse
/// in them is refused, so that a file that is wrong is not taken for right.
enum ForeignReceivers {
    /// What must be there of one kind: one of each list, each key also with `_file` behind it.
    private static let needs: [(kind: String, of: [(keys: [String], global: String?)])] = [
        ("incidentio_configs", []), ("jira_configs", []),
        ("rocketchat_configs", [(["token"], "rocketchat_token"), (["token_id"], "rocketchat_token_id")]),
        ("signl4_configs", []),
        ("sns_configs", [(["topic_arn", "target_arn", "phone_number"], nil)]),
        ("victorops_configs", [(["api_key"], "victorops_api_key"), (["routing_key"], nil)]),
        ("webex_configs", [(["room_id"], nil)]),
        ("wechat_configs", [(["api_secret"], "wechat_api_secret")]),
    ]

    /// Keys of `global` that only such receivers read.
    static let globalKeys =
        [
            "victorops_api_url", "victorops_api_key",
            "wechat_api_url", "wechat_api_secret", "wechat_api_corp_id", "webex_api_url", "jira_api_url",
            "rocketchat_api_url", "rocketchat_token", "rocketchat_token_id",
        ].flatMap { [$0, $0 + "_file"] }

    /// Names what one receiver has of them.
    ///
    /// - Parameter global: the keys that `global` has.
    static func name(in fields: MappingReader, global: Set<String>) {
        for (kind, needs) in needs where fields.has(kind) {
            guard let value = fields.value(kind) else { continue }
            fields.reader.warning(
                "`\(kind)` is not supported: nobody is told through it", at: fields.place(of: kind),
                remedy: "use `slack_configs`, `webhook_configs` or `email_configs` beside it, or remove it")
            for entry in value.list() ?? [] { check(entry, needs, global: global) }
        }
    }

    private static func check(
        _ entry: YAMLValue, _ needs: [(keys: [String], global: String?)], global: Set<String>
    ) {
        _ = entry.mapping { fields -> Void? in
            let keys = Set(fields.takeAll().map(\.key).filter(fields.has))
            refuseDoubles(keys, in: fields)
            for need in needs {
                let own = need.keys.flatMap { [$0, $0 + "_file"] }.filter(keys.contains)
                let named = need.keys.count { keys.contains($0) || keys.contains($0 + "_file") }
                if named > 1 {
                    fields.error("more than one of \(list(need.keys)) is given", at: own[1], remedy: "keep one")
                } else if own.isEmpty,
                    !(need.global.map { global.contains($0) || global.contains($0 + "_file") } ?? false)
                {
                    let also = need.global.map { ", and `global` no `\($0)`" } ?? ""
                    fields.reader.error(
                        "\(fields.name) has none of \(list(need.keys))\(also)", at: fields.place,
                        remedy: "add one, or remove the entry, which this agent does not use")
                }
            }
            return nil
        }
    }

    /// A secret that is given in the file and in a file of its own.
    static func refuseDoubles(_ keys: Set<String>, in fields: MappingReader) {
        for key in keys.sorted() where keys.contains(key + "_file") {
            fields.error(
                "both `\(key)` and `\(key)_file` are given in \(fields.name)", at: key + "_file",
                remedy: "keep one of the two")
        }
    }

    private static func list(_ keys: [String]) -> String { keys.map { "`\($0)`" }.joined(separator: ", ") }
}
