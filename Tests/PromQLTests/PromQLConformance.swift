import Foundation
import PromQL
import Testing

/// Prometheus's own tests of the language, run as they are.
@Suite("PromQL Conformance")
struct PromQLConformance {
    static var folder: URL? {
        if let named = ProcessInfo.processInfo.environment["TOCSIN_CONFORMANCE"] {
            return URL(fileURLWithPath: named).appendingPathComponent("promql")
        }
        var place = URL(fileURLWithPath: #filePath)
        while place.path != "/" {
            place.deleteLastPathComponent()
            let candidate = place.appendingPathComponent("shared/conformance/promql")
            if FileManager.default.fileExists(atPath: candidate.path) { return candidate }
        }
        return nil
    }

    @Test(
        "Prometheus's tests of the language give Prometheus's results",
        .enabled(if: PromQLConformance.folder != nil, "the folder shared/conformance is not here"))
    func run() throws {
        guard let folder = Self.folder else { return }
        var total = ConformanceResult()
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "test" }.sorted { $0.path < $1.path }
        #expect(!files.isEmpty)
        for file in files {
            var script = ConformanceScript(text: try String(contentsOf: file, encoding: .utf8))
            script.run()
            let result = script.result
            print("\(file.lastPathComponent): \(result.summary)")
            if ProcessInfo.processInfo.environment["TOCSIN_CONFORMANCE_VERBOSE"] != nil {
                for failure in result.failures { print("  \(failure)") }
            }
            #expect(
                result.failures.isEmpty,
                "\(file.lastPathComponent): \(result.failures.prefix(5).joined(separator: "\n"))")
            total.add(result)
        }
        print(total.summary)
        for (reason, count) in total.skips.sorted(by: { $0.key < $1.key }) { print("  skipped \(count): \(reason)") }
    }
}

/// What a script gave.
struct ConformanceResult {
    var passed = 0
    var failures: [String] = []
    var skips: [String: Int] = [:]

    var summary: String {
        "\(passed) passed, \(failures.count) failed, \(skips.values.reduce(0, +)) skipped"
    }

    mutating func add(_ other: ConformanceResult) {
        passed += other.passed
        failures += other.failures
        skips.merge(other.skips, uniquingKeysWith: +)
    }
}
