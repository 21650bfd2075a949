import Foundation
import Testing

/// The house's rules that a machine can check.
@Suite("House")
struct HouseTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// What each room may import of the other rooms: siblings never each other, nobody upwards.
    private static let mayImport: [String: Set<String>] = [
        "PromQL": [], "Templates": [], "Alerting": ["PromQL", "Templates"], "Drivers": ["CPostgres", "CCurl"],
        "Settings": ["Alerting", "PromQL", "Templates"], "History": ["Alerting", "PromQL"],
        "Runbooks": [], "Diagnoses": ["Runbooks", "Drivers"], "Mending": ["Diagnoses", "Runbooks", "Drivers"],
        "RuleTests": ["Settings", "Alerting", "PromQL"],
        "Probes": ["Alerting", "PromQL", "Drivers"],
        "Delivery": ["Alerting", "PromQL", "Templates", "Drivers"],
        "Agent": [
            "Settings", "Probes", "Runbooks", "Diagnoses", "History", "Delivery", "Drivers", "Alerting", "PromQL",
            "Templates",
        ],
        "tocsin": [
            "Agent", "Settings", "Runbooks", "Diagnoses", "Mending", "RuleTests", "Probes", "History", "Delivery",
            "Drivers",
            "Alerting", "PromQL", "Templates",
        ],
    ]

    /// Libraries that belong to one room alone.
    private static let owner: [String: Set<String>] = [
        "Yams": ["Settings"], "GRDB": ["History"], "CPostgres": ["Drivers"], "CCurl": ["Drivers"],
        "ArgumentParser": ["tocsin"], "Hummingbird": ["Agent", "tocsin"], "Crypto": ["Delivery", "Agent", "Mending"],
    ]

    private static func sources() throws -> [(room: String, file: String, text: String)] {
        let folder = root.appendingPathComponent("Sources")
        let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".swift") }
        return try paths.sorted().map { path in
            let text = try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
            return (String(path.prefix { $0 != "/" }), path, text)
        }
    }

    private static func imports(_ text: String) -> [String] {
        text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            guard let place = words.firstIndex(of: "import"), place <= 1, words.count > place + 1 else { return nil }
            let kinds: Set<String> = ["struct", "class", "enum", "protocol", "func", "typealias"]
            let name = kinds.contains(words[place + 1]) && words.count > place + 2 ? words[place + 2] : words[place + 1]
            return String(name.prefix { $0 != "." })
        }
    }

    @Test("imports go in one direction")
    func directions() throws {
        let all = try Self.sources()
        #expect(all.count > 100)
        for source in all {
            let allowed = try #require(Self.mayImport[source.room], "a room without a rule: \(source.room)")
            for name in Self.imports(source.text) {
                if Self.mayImport[name] != nil || name == "CPostgres" || name == "CCurl" {
                    #expect(allowed.contains(name), "\(source.file) imports \(name)")
                }
                if let owners = Self.owner[name] {
                    #expect(owners.contains(source.room), "\(source.file) imports \(name)")
                }
            }
        }
    }

    @Test("the pure rooms hold no clock and no Foundation")
    func pure() throws {
        for source in try Self.sources() where ["PromQL", "Templates", "Alerting", "Runbooks"].contains(source.room) {
            #expect(!Self.imports(source.text).contains("Foundation"), "\(source.file)")
            for word in ["Date()", "ContinuousClock", "Task {", "Task.sleep"] {
                #expect(!source.text.contains(word), "\(source.file): \(word)")
            }
        }
    }

    @Test("nothing that input can reach ends the process, and nothing prints outside of the command line")
    func escapes() throws {
        for source in try Self.sources() {
            for line in source.text.split(separator: "\n") {
                let code = line.drop { $0 == " " }
                if code.hasPrefix("//") { continue }
                for word in ["try!", "fatalError(", "preconditionFailure("] {
                    #expect(!code.contains(word), "\(source.file): \(line)")
                }
                #expect(!code.hasPrefix("print("), "\(source.file): \(line)")
            }
        }
    }
}
