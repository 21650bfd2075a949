import Alerting
import Foundation
import Settings
import Support
import Testing

/// Prometheus's own rule files: those named `*.bad.yaml` must be refused with a place and a reason, the others loaded.
@Suite("Rule files Conformance")
struct RuleFilesConformance {
    private static let folder = ConformanceFolder.named("rule-files")

    @Test(
        "Prometheus's rule files load, and its bad ones are refused",
        .enabled(if: RuleFilesConformance.folder != nil, Comment(rawValue: ConformanceFolder.absence(of: "rule-files")))
    )
    func run() throws {
        let folder = try #require(Self.folder)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        var (passed, failed, skipped) = (0, 0, 0)
        for name in names {
            guard name.hasSuffix(".yaml") || name.hasSuffix(".yml") else {
                skipped += 1
                print("\(name): 0 passed, 0 failed, 1 skipped (it is not YAML)")
                continue
            }
            let problems = LoadedConfiguration.checkRules(files: ["\(folder.path)/\(name)"]).problems
            let errors = problems.filter { $0.severity == .error }
            let shown = problems.map(\.description).joined(separator: "\n")
            let isBad = name.contains(".bad.")
            let right =
                isBad
                ? !errors.isEmpty && errors.allSatisfy { $0.location != nil && !$0.message.isEmpty } : errors.isEmpty
            if right { passed += 1 } else { failed += 1 }
            let verdict =
                errors.first.map { "refused: \($0.description.split(separator: "\n").first ?? "")" } ?? "loaded"
            print("\(name): \(right ? 1 : 0) passed, \(right ? 0 : 1) failed, 0 skipped (\(verdict))")
            #expect(right, "\(name): \(isBad ? "must be refused with a place" : "must load")\n\(shown)")
        }
        print("RuleFilesConformance: \(passed) passed, \(failed) failed, \(skipped) skipped")
        #expect(passed + failed > 0, "no rule file in \(folder.path)")
    }
}
