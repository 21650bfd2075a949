import Foundation
import RuleTests

/// Files in a folder of their own, for tests of tests.
struct Folder {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("tocsin-rules-\(UUID().uuidString)")

    init(_ files: [String: String]) throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        for (name, text) in files {
            try text.write(to: url.appendingPathComponent(name), atomically: true, encoding: .utf8)
        }
    }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }
    func remove() { try? FileManager.default.removeItem(at: url) }
    func run(_ name: String) -> RuleTestReport { RuleTestRunner().run(path(name)) }
}
