import Alerting
import Foundation

@testable import Delivery

/// A message's JSON, read back by Foundation.
struct JSONWalk {
    let root: [String: Any]

    struct NotAnObject: Error {}

    init(_ bytes: [UInt8]) throws {
        guard let root = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] else {
            throw NotAnObject()
        }
        self.root = root
    }

    init(slack notification: Alerting.Notification) throws {
        let message = SlackMessage(
            notification: notification, channel: nil, username: nil, context: Samples.context())
        try self.init(message.json.bytes)
    }

    /// All objects anywhere inside, with `type` of this value.
    func all(_ type: String) -> [[String: Any]] {
        Self.objects(in: root).filter { $0["type"] as? String == type }
    }

    /// All strings anywhere inside.
    var strings: [String] { Self.strings(in: root) }

    /// All blocks, those of the attachments included.
    var blocks: [[String: Any]] {
        let attachments = root["attachments"] as? [[String: Any]] ?? []
        return ([root] + attachments).flatMap { $0["blocks"] as? [[String: Any]] ?? [] }
    }

    private static func objects(in value: Any) -> [[String: Any]] {
        if let object = value as? [String: Any] { return [object] + object.values.flatMap(objects) }
        if let array = value as? [Any] { return array.flatMap(objects) }
        return []
    }

    private static func strings(in value: Any) -> [String] {
        if let text = value as? String { return [text] }
        if let object = value as? [String: Any] { return object.values.flatMap(strings) }
        if let array = value as? [Any] { return array.flatMap(strings) }
        return []
    }
}
