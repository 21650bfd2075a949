import Foundation
import RuleTests
import Settings
import Support
import Testing

/// promtool's own test files: each must get promtool's verdict. What Debian's can't judge is skipped, not guessed.
@Suite("Rule tests Conformance")
struct RuleTestsConformance {
    private static let folder = ConformanceFolder.named("rule-tests")

    /// What Debian's promtool says where it stumbles over what came after it: keys, native histograms, functions.
    private static let tooNew = [
        "field histogram not found", "field fuzzy_compare not found", "field start_timestamp not found",
        "unexpected character in series sequence: '{'", "unexpected \"{\"", "unknown function with name",
    ]

    /// What is known of how a file is to end.
    private enum Judgement {
        case passes(judge: String)
        case fails(judge: String)
        /// Nobody here can say.
        case open(reason: String)
    }

    /// What promtool says of a file; where Debian's is too old for it, what it says of a copy without what came later.
    private static func judge(_ file: URL) throws -> Judgement {
        guard let promtool = Programs.find("promtool") else { return .open(reason: "promtool is not here") }
        let first = try Subprocess.run(promtool, ["test", "rules", file.path])
        let output = first.output + first.errors
        if first.status == 0 { return .passes(judge: "promtool") }
        let isTooOld = try tooNew.contains(where: output.contains) || stumblesOverMerge(file, output: output)
        let (read, problems) = RuleTestFile.load(path: file.path)
        guard let read, !problems.hasErrors else { return .fails(judge: "promtool\n\(output)") }
        guard try isTooOld || leavesOutInterval(file, tests: read.tests) else {
            return .fails(judge: "promtool\n\(output)")
        }
        if let obstacle = JudgedCopy.obstacle(in: read) {
            return .open(reason: "Debian's promtool is too old for \(obstacle)")
        }
        return try judge(copiesOf: read, by: promtool)
    }

    /// What promtool says of each thing that a file asks. What it denies with the edges of ranges as 2 has them and as
    /// 3 has them is denied.
    private static func judge(copiesOf file: RuleTestFile, by promtool: String) throws -> Judgement {
        let copies = try zip(JudgedCopy.each(of: file, edges: .closed), JudgedCopy.each(of: file, edges: .open))
        var asked = 0
        for (closed, open) in copies {
            asked += 1
            var said = ""
            for copy in [closed, open] {
                let folder = try Folder(copy.files)
                defer { folder.remove() }
                let outcome = try Subprocess.run(promtool, ["test", "rules", folder.path(JudgedCopy.name)])
                said = outcome.status == 0 ? "" : outcome.output + outcome.errors
                if said.isEmpty { break }
            }
            if said.isEmpty { continue }
            if let why = tooNew.first(where: said.contains) {
                return .open(reason: "Debian's promtool is too old for it: \(why)")
            }
            if file.comparesFuzzily {
                return .open(reason: "Debian's promtool is too old for `fuzzy_compare`, and without it the file fails")
            }
            return .fails(judge: "promtool, of a copy without what it is too old for\n\(said)")
        }
        return .passes(judge: "promtool, of copies of the \(asked) checks without what it is too old for")
    }

    /// Whether a key that overrides a merged one (`<<`) was taken for a double one, as YAML readers once did.
    private static func stumblesOverMerge(_ file: URL, output: String) throws -> Bool {
        guard output.contains("already set in map") else { return false }
        return try String(contentsOf: file, encoding: .utf8).contains("<<:")
    }

    /// Whether an `interval` is left out where it matters: 2.42 takes it for zero, not for `evaluation_interval`.
    private static func leavesOutInterval(_ file: URL, tests: [RuleTestGroup]) throws -> Bool {
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
        .enabled(
            if: RuleTestsConformance.folder != nil, Comment(rawValue: ConformanceFolder.absence(of: "rule-tests"))))
    func run() throws {
        let folder = try #require(Self.folder)
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { try Self.isTest($0) }.sorted { $0.path < $1.path }
        var (passed, failed, skipped) = (0, 0, 0)
        for file in files {
            let report = RuleTestRunner().run(file.path)
            let isRight: Bool
            let said: String
            switch try Self.judge(file) {
            case .passes(let judge):
                (isRight, said) = (report.verdict == .passed, "should pass, says \(judge)")
            case .fails(let judge):
                (isRight, said) = (report.verdict != .passed, "should fail, says \(judge)")
            case .open(let reason):
                skipped += 1
                print("\(file.lastPathComponent): 0 passed, 0 failed, 1 skipped (\(reason); checks: \(report.summary))")
                continue
            }
            if isRight { passed += 1 } else { failed += 1 }
            skipped += report.skipped
            print(
                "\(file.lastPathComponent): \(isRight ? 1 : 0) passed, \(isRight ? 0 : 1) failed, "
                    + "\(report.skipped) skipped (checks: \(report.summary); \(report.skippedSeries) series with "
                    + "native histograms left out)")
            #expect(isRight, "\(file.lastPathComponent) \(said)\n\(report.text)")
            if report.verdict != .passed {
                // What differs, or what is wrong, is said with its place.
                let place = try Regex(#"\.ya?ml:\d+:\d+: "#)
                #expect(report.text.contains(place), "\(report.text)")
            }
        }
        print("RuleTestsConformance: \(passed) passed, \(failed) failed, \(skipped) skipped")
        #expect(passed + failed + skipped > 0, "no test file in \(folder.path)")
    }
}
