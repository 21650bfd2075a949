import Alerting
import Foundation
import RuleTests
import Settings
import Support
import Testing

/// Debian's promtool on every shipped file that is in Prometheus's form.
@Suite("Shipped files beside promtool")
struct PromtoolAlertsTests {
    private static let promtool = Programs.find("promtool")
    private static let alerts = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Alerts").path

    /// Every file of `Alerts/` and the folders below, by its path.
    private static func files() -> [String] {
        let all = FileManager.default.enumerator(atPath: alerts)?.compactMap { $0 as? String } ?? []
        return all.filter { $0.hasSuffix(".yml") || $0.hasSuffix(".yaml") }.sorted().map { "\(alerts)/\($0)" }
    }

    /// Whether a file of rules has none of Tocsin's own keys.
    private static func isPrometheus(_ file: RuleFile) -> Bool {
        !file.groups.isEmpty
            && file.groups.flatMap(\.rules).allSatisfy { entry in
                switch entry {
                case .record: return true
                case .alert(let rule):
                    guard case .presence = rule.condition else { return false }
                    return rule.noData == .keep && rule.flapping == nil && rule.runbook == nil && rule.evidence == nil
                }
            }
    }

    /// Whether a file of rule tests says nothing that only Tocsin knows.
    private static func isPrometheus(_ file: RuleTestFile) -> Bool {
        !file.tests.isEmpty && file.tests.allSatisfy { !$0.needsEngine }
    }

    @Test(
        "promtool accepts them as Tocsin does",
        .enabled(if: promtool != nil, "skipped: promtool (Debian's package prometheus) is not here"))
    func shipped() throws {
        let promtool = try #require(Self.promtool)
        var (rules, tests, own) = (0, 0, 0)
        for path in Self.files() {
            let file = RuleFile.load(path: path)
            if file.problems.hasErrors {
                let (test, problems) = RuleTestFile.load(path: path)
                #expect(!problems.hasErrors, "\(path) is neither rules nor tests: \(problems)")
                guard let test, Self.isPrometheus(test) else {
                    own += 1
                    continue
                }
                tests += 1
                let outcome = try Subprocess.run(promtool, ["test", "rules", path])
                #expect(outcome.status == 0, "\(path): \(outcome.output)\(outcome.errors)")
                let report = RuleTestRunner().run(path)
                #expect(report.verdict == .passed, "\(report.text)")
            } else if Self.isPrometheus(file) {
                rules += 1
                let outcome = try Subprocess.run(promtool, ["check", "rules", path])
                #expect(outcome.status == 0, "\(path): \(outcome.output)\(outcome.errors)")
            } else {
                own += 1
            }
        }
        print("shipped files: \(rules) of rules and \(tests) of tests by promtool as well, \(own) in Tocsin's own form")
        #expect(rules > 0, "no rule file of Alerts/ is in Prometheus's form")
        #expect(tests > 0, "no test file of Alerts/ is in Prometheus's form")
    }
}
