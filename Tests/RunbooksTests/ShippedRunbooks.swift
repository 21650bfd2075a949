import Foundation
import Runbooks

/// The runbooks that come with Tocsin.
enum ShippedRunbooks {
    /// The repository.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func shelf() throws -> RunbookShelf {
        let folder = root.appendingPathComponent("Alerts/runbooks")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".md") }
        return RunbookShelf(
            try names.sorted().map { name in
                let file = folder.appendingPathComponent(name)
                return (file.path, try String(contentsOf: file, encoding: .utf8))
            })
    }
}
