import Foundation
import RuleTests
import Settings
import Support
import Testing

/// promtool's own test files: each must get promtool's verdict.
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

    /// What Debian's promtool says where it stumbles over what came after it: keys, native histograms, functions.
    private static let tooNew = [
        "field histogram not found", "field fuzzy_compare not found", "field start_timestamp not found",
        "unexpected character in series sequence: '{'", "unexpected \"{\"", "unknown function with name",
    ]

    /// Whether a file is to pass: as promtool says, or, where Debian's is too old for it, as the names in it do, since
    /// promtool's authors call `bad`, `failing` or `wrong` what is to fail.
    private static func wanted(_ file: URL) throws -> (passes: Bool, judge: String) {
        if let promtool = Programs.find("promtool"),
            let outcome = try? Subprocess.run(promtool, ["test", "rules", file.path])
        {
            let output = outcome.output + outcome.errors
            let isTooOld =
                try tooNew.contains(where: output.contains) || stumblesOverMerge(file, output: output)
                || leavesOutInterval(file)
            if outcome.status == 0 || !isTooOld { return (outcome.status == 0, "promtool\n\(output)") }
        }
        let tests = RuleTestFile.load(path: file.path).file?.tests ?? []
        let names = [file.lastPathComponent] + tests.map { $0.name.lowercased() }
        let saysSo = names.contains { name in
            ["fail", "bad", "error", "invalid", "wrong"].contains { name.contains($0) }
        }
        return (!saysSo, "its name")
    }

    /// Whether a key that overrides a merged one (`<<`) was taken for a double one, as YAML readers once did.
    private static func stumblesOverMerge(_ file: URL, output: String) throws -> Bool {
        guard output.contains("already set in map") else { return false }
        return try String(contentsOf: file, encoding: .utf8).contains("<<:")
    }

    /// Whether an `interval` is left out where it matters: 2.42 takes it for zero, not for `evaluation_interval`.
    private static func leavesOutInterval(_ file: URL) throws -> Bool {
        let tests = RuleTestFile.load(path: file.path).file?.tests ?? []
        let text = try String(contentsOf: file, encoding: .utf8)
        let written = text.matches(of: try Regex(#"(?m)^\s+(- )?interval:"#)).count
        return written < tests.count && tests.contains { $0.series.contains { $0.values.count > 1 } }
    }

    private static func isTest(_ file: URL) throws -> Bool {
        guard ["yml", "yaml"].contains(file.pathExtension) else { return false }
        let text = try String(contentsOf: file, encoding: .utf8)
        return text.range(of: "(?m)^tests:", options: .regularExpression) != nil
    }

    @Test(
        "every file gets promtool's verdict",
        .enabled(if: RuleTestsConformance.folder != nil, "skipped: the folder shared/conformance is not here"))
    func run() throws {
        let folder = try #require(Self.folder)
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { try Self.isTest($0) }.sorted { $0.path < $1.path }
        var (passed, failed, skipped) = (0, 0, 0)
        for file in files {
            let report = RuleTestRunner().run(file.path)
            let (passes, judge) = try Self.wanted(file)
            let isRight = (report.verdict == .passed) == passes
            if isRight { passed += 1 } else { failed += 1 }
            skipped += report.skipped
            print(
                "\(file.lastPathComponent): \(isRight ? 1 : 0) passed, \(isRight ? 0 : 1) failed, "
                    + "\(report.skipped) skipped (its checks: \(report.summary); \(report.skippedSeries) series with "
                    + "native histograms left out)")
            #expect(
                isRight, "\(file.lastPathComponent) should \(passes ? "pass" : "fail"), says \(judge)\n\(report.text)")
            if report.verdict != .passed {
                // What differs, or what is wrong, is said with its place.
                let place = try Regex(#"\.ya?ml:\d+:\d+: "#)
                #expect(report.text.contains(place), "\(report.text)")
            }
        }
        print("RuleTestsConformance: \(passed) passed, \(failed) failed, \(skipped) skipped")
        #expect(passed + failed > 0, "no test file in \(folder.path)")
    }
}
