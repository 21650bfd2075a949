import Agent
import Foundation
import Logging
import PromQL

/// Writes log lines to standard error, as text or as JSON. A line break in a value never begins a new line.
struct LogHandlerLine: LogHandler {
    let isJSON: Bool
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info

    init(isJSON: Bool) {
        self.isJSON = isJSON
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { _, new in new }.sorted { $0.key < $1.key }
        let time = AgentClock.wallText()
        if isJSON {
            var object = ["time": time, "level": event.level.rawValue, "message": event.message.description]
            for (key, value) in fields { object[key] = value.description }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            if let data = try? encoder.encode(object) { Terminal.error(String(decoding: data, as: UTF8.self)) }
            return
        }
        let extra = fields.map { " \($0.key)=\(Self.oneLine($0.value.description))" }.joined()
        let level = event.level.rawValue.uppercased()
        Terminal.error("\(time) \(level) \(Self.oneLine(event.message.description))\(extra)")
    }

    private static func oneLine(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D }) else { return text }
        return text.replacingOccurrences(of: "\r", with: "\\r").replacingOccurrences(of: "\n", with: "\\n")
    }
}
