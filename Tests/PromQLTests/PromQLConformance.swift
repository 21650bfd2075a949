import Foundation
import PromQL
import Support
import Testing

/// Prometheus's own tests of the language, run as they are.
@Suite("PromQL Conformance")
struct PromQLConformance {
    private static let folder = ConformanceFolder.named("promql")

    @Test(
        "Prometheus's tests of the language give Prometheus's results",
        .enabled(if: PromQLConformance.folder != nil, Comment(rawValue: ConformanceFolder.absence(of: "promql"))))
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
