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
        let all = metadata.isEmpty ? event.metadata ?? [:] : metadata.merging(event.metadata ?? [:]) { _, new in new }
        let fields = all.sorted { $0.key < $1.key }
        let time = AgentClock.wallText()
        if isJSON {
            var object = ["time": time, "level": event.level.rawValue, "message": event.message.description]
            for (key, value) in fields { object[key] = value.description }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            if let data = try? encoder.encode(object) { Terminal.error(String(decoding: data, as: UTF8.self)) }
            return
        }
        var line = "\(time) \(event.level.rawValue.uppercased()) \(Self.oneLine(event.message.description))"
        for (key, value) in fields {
            line += " \(key)="
            if case .string(let text) = value { line += Self.oneLine(text) } else { line += Self.oneLine("\(value)") }
        }
        Terminal.error(line)
    }

    /// With control characters, line separators and marks that turn the direction of writing as escapes: what others
    /// send may neither begin a line nor steer a terminal.
    static func oneLine(_ text: String) -> String {
        var plain = text
        if plain.withUTF8({ $0.allSatisfy { (0x20..<0x7F).contains($0) } }) { return text }
        guard text.unicodeScalars.contains(where: isUnwanted) else { return text }
        var line = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": line += "\\n"
            case "\r": line += "\\r"
            case "\t": line += "\\t"
            case _ where isUnwanted(scalar): line += "\\u{\(String(scalar.value, radix: 16))}"
            default: line.unicodeScalars.append(scalar)
            }
        }
        return line
    }

    private static func isUnwanted(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
