import Foundation
import RuleTests
import Support
import Testing

/// promtool's own test files: each must give promtool's verdict.
@Suite("Rule tests Conformance")
struct RuleTestsConformance {
    private static var folder: URL? {
        if let named = ProcessInfo.processInfo.environment["TOCSIN_CONFORMANCE"] {
            return URL(fileURLWithPath: named).appendingPathComponent("rule-tests")
        }
        var place = URL(fileURLWithPath: #filePath)
        while place.path != "/" {
            place.deleteLastPathComponent()
            let candidate = place.appendingPathComponent("shared/conformance/rule-tests")
            if FileManager.default.fileExists(atPath: candidate.path) { return candidate }
        }
        return nil
    }

    /// What promtool says: passed or not; nil where Debian's can't read the file, which is older than some of them.
    private static func verdict(_ path: String) -> (passes: Bool, output: String)? {
        guard let promtool = Programs.find("promtool"),
            let outcome = try? Subprocess.run(promtool, ["test", "rules", path])
        else { return nil }
        let output = outcome.output + outcome.errors
        for words in ["yaml:", "unmarshal", "not found in type", "unexpected character inside braces", "parse error"]
        where output.contains(words) { return nil }
        return (outcome.status == 0, output)
    }

    @Test(
        "every file gets promtool's verdict",
        .enabled(if: RuleTestsConformance.folder != nil, "the folder shared/conformance is not here"))
    func run() throws {
        guard let folder = Self.folder else { return }
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { ["yml", "yaml"].contains($0.pathExtension) }.sorted { $0.path < $1.path }
        var (passed, failed, skipped) = (0, 0, 0)
        for file in files {
            guard
                try String(contentsOf: file, encoding: .utf8).range(of: "(?m)^tests:", options: .regularExpression)
                    != nil
            else { continue }
            let report = RuleTestRunner.run(path: file.path)
            let left = report.groups.reduce(0) { $0 + $1.skipped }
            // Where Debian's promtool can't say, the names that promtool's authors gave do: what is to fail says so.
            let judged = Self.verdict(file.path)
            let name = file.lastPathComponent
            let wanted = judged?.passes ?? !["fail", "bad", "error"].contains { name.contains($0) }
            let isRight = report.passes == wanted
            if isRight { passed += 1 } else { failed += 1 }
            skipped += left
            print("\(name): \(isRight ? 1 : 0) passed, \(isRight ? 0 : 1) failed, \(left) skipped (native histograms)")
            #expect(
                isRight, "\(name): promtool \(wanted ? "passes" : "fails") it\n\(report.text)\n\(judged?.output ?? "")")
            if !report.passes {
                #expect(report.text.contains("FAILED") && report.text.contains(".yml:"), "\(report.text)")
            }
        }
        #expect(passed + failed > 0, "no test file in \(folder.path)")
        print("RuleTestsConformance: \(passed) passed, \(failed) failed, \(skipped) skipped")
    }
}
