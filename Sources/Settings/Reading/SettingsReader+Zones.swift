import Foundation
import Templates

extension SettingsReader {
    /// Where systems keep their time zones.
    private static let zoneFolders = ["/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/etc/zoneinfo"]

    /// The zone that stands here; `Local` is this machine's. Nil and an error where it is not known.
    func zone(_ value: YAMLValue) -> TemplateZone? {
        guard let name = value.nonEmptyString() else { return nil }
        if ["UTC", "Etc/UTC"].contains(name) { return .utc }
        let isPlain = name.utf8.allSatisfy { byte in
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                || "/_+-".utf8.contains(byte)
        }
        let paths =
            name == "Local" ? ["/etc/localtime"] : isPlain ? Self.zoneFolders.map { "\($0)/\(name)" } : []
        for path in paths {
            guard let file = FileManager.default.contents(atPath: path) else { continue }
            if let zone = TemplateZone(name: name, file: Array(file)) { return zone }
        }
        if name == "Local" { return .utc }
        let near = Nearest.to(name, among: TimeZone.knownTimeZoneIdentifiers)
        value.error(
            "\(value.name) names a zone that is not known here: `\(value.written)`",
            remedy: near.map { "did you mean `\($0)`?" }
                ?? "write it as `Europe/Berlin`; the zones come with the system's package tzdata")
        return nil
    }
}
