import Foundation

/// A message as a person reads it.
struct ReceivedMessage {
    let path: String
    let body: Data

    var text: String {
        let time = Date().formatted(date: .omitted, time: .standard)
        guard let object = try? JSONSerialization.jsonObject(with: body) as? [String: Any] else {
            return "\(time) \(path): \(body.count) bytes: \(String(decoding: body.prefix(500), as: UTF8.self))"
        }
        if let alerts = object["alerts"] as? [[String: Any]] {
            return "\(time) \(path) webhook\n\(webhook(object, alerts))"
        }
        if object["blocks"] != nil || object["attachments"] != nil || object["text"] != nil {
            return "\(time) \(path) Slack\n\(slack(object))"
        }
        return "\(time) \(path): \(String(decoding: body.prefix(2_000), as: UTF8.self))"
    }

    private func webhook(_ object: [String: Any], _ alerts: [[String: Any]]) -> String {
        let ours = (object["tocsin"] as? [String: Any])?["alerts"] as? [[String: Any]] ?? []
        return alerts.enumerated().map { index, alert in
            let labels = alert["labels"] as? [String: Any] ?? [:]
            let annotations = alert["annotations"] as? [String: Any] ?? [:]
            let more = ours.indices.contains(index) ? ours[index] : [:]
            let change = more["change"] as? String ?? alert["status"] as? String ?? ""
            let level = labels["severity"] as? String ?? ""
            let name = labels["alertname"] as? String ?? "?"
            return "    [\(change)] \(level) \(name): \(annotations["summary"] as? String ?? "")"
        }.joined(separator: "\n")
    }

    /// Every text of the message, in order.
    private func slack(_ object: [String: Any]) -> String {
        var lines: [String] = []
        func collect(_ value: Any) {
            if let list = value as? [Any] { return list.forEach(collect) }
            guard let map = value as? [String: Any] else { return }
            if let text = map["text"] as? String { lines += text.split(separator: "\n").map { "    \($0)" } }
            for key in ["blocks", "attachments", "text", "fields", "elements"] {
                if let inner = map[key] { collect(inner) }
            }
        }
        for key in ["blocks", "attachments"] { if let inner = object[key] { collect(inner) } }
        if lines.isEmpty, let text = object["text"] as? String { lines = ["    " + text] }
        return lines.joined(separator: "\n")
    }
}
