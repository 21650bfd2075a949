import Alerting
import Foundation
import Settings
import Testing

/// Prometheus's own rule files: those named `*.bad.yaml` must be refused with a place and a reason, the others loaded.
@Suite struct RuleFilesConformance {
    @Test(.enabled(if: Repository.conformance != nil, "skipped: no folder shared/conformance beside the repository"))
    func `Prometheus's rule files load, and its bad ones are refused`() throws {
        let folder = try #require(Repository.conformance) + "/rule-files"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        var (passed, failed, skipped) = (0, 0, 0)
        for name in names {
            guard name.hasSuffix(".yaml") || name.hasSuffix(".yml") else {
                skipped += 1
                continue
            }
            let problems = LoadedConfiguration.checkRules(files: [folder + "/" + name]).problems
            let errors = problems.filter { $0.severity == .error }
            let shown = problems.map(\.description).joined(separator: "\n")
            let isBad = name.contains(".bad.")
            let right =
                isBad
                ? !errors.isEmpty && errors.allSatisfy { $0.location != nil && !$0.message.isEmpty } : errors.isEmpty
            if right { passed += 1 } else { failed += 1 }
            #expect(right, "\(name): \(isBad ? "must be refused with a place" : "must load")\n\(shown)")
        }
        FileHandle.standardOutput.write(
            Data("RuleFilesConformance: \(passed) passed, \(failed) failed, \(skipped) skipped\n".utf8))
        #expect(passed + failed > 0, "no rule file in \(folder)")
    }
}
