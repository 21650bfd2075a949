import Alerting
import PromQL
import Settings
import Testing

@Suite struct RuleOverrideTests {
    private static let rules = """
        groups:
          - name: g
            rules:
              - alert: Pool
                expr: pool
                levels:
                  warning: { raise: "> 0.8", clear: "< 0.7", for: 1m, clear_for: 2m }
                  critical: { raise: "> 0.95", clear: "< 0.9" }
              - { alert: Up, expr: up == 0, for: 1m }
              - { record: r, expr: up }
        """

    private func configuration(_ overrides: String) -> Result<LoadedConfiguration, SettingsProblems> {
        let text = "rule_files: [r.yml]\nroute: {receiver: none}\nreceivers: [{name: none}]\noverrides:\n" + overrides
        do throws(SettingsProblems) {
            return .success(
                try LoadedConfiguration.load(
                    settingsPath: "tocsin.yaml", environment: [:], executablePath: nil,
                    files: .memory(["tocsin.yaml": text, "r.yml": Self.rules])))
        } catch {
            return .failure(error)
        }
    }

    private func rule(_ name: String, _ overrides: String) throws -> AlertRule? {
        try configuration(overrides).get().groups.flatMap(\.rules).compactMap { entry in
            switch entry {
            case .alert(let rule): rule.name == name ? rule : nil
            case .record: nil
            }
        }.first
    }

    @Test func `Only the named keys of a level change`() throws {
        let rule = try #require(try rule("Pool", "  - {alert: Pool, levels: {warning: {raise: '> 0.85', for: 3m}}}"))
        let levels = try #require(rule.levels(for: Labels()))
        #expect(levels.map(\.raise) == [try Threshold("> 0.85"), try Threshold("> 0.95")])
        #expect(levels.map(\.clear) == [try Threshold("< 0.7"), try Threshold("< 0.9")])
        #expect(levels.map(\.raiseFor) == [.seconds(180), .zero])
        #expect(levels.map(\.clearFor) == [.seconds(120), .zero])
    }

    @Test func `With matchers only some alerts change, over what changed for all`() throws {
        let rule = try #require(
            try rule(
                "Pool",
                """
                  - {alert: Pool, matchers: ['pool="b"'], levels: {warning: {raise: '> 0.9'}}}
                  - {alert: Pool, levels: {warning: {for: 9m}}, no_data: ok}
                """))
        #expect(rule.levels(for: ["pool": "a"])?.map(\.raise.description) == ["> 0.8", "> 0.95"])
        #expect(rule.levels(for: ["pool": "b"])?.map(\.raise.description) == ["> 0.9", "> 0.95"])
        #expect(rule.levels(for: ["pool": "b"])?.first?.raiseFor == .seconds(540))
        #expect(rule.noData == .ok)
    }

    @Test func `A level can be added`() throws {
        let rule = try #require(try rule("Pool", "  - {alert: Pool, levels: {info: {raise: '> 0.5'}}}"))
        #expect(rule.levels(for: Labels())?.map(\.level) == [.info, .warning, .critical])
    }

    @Test func `A rule can be turned off, and Prometheus's durations changed`() throws {
        #expect(try rule("Pool", "  - {alert: Pool, enabled: false}")?.name == nil)
        let up = try #require(try rule("Up", "  - {alert: Up, for: 5m, keep_firing_for: 2m}"))
        #expect(up.condition == .presence(holdFor: .seconds(300), keepFiringFor: .seconds(120)))
    }

    static let wrong = [
        ("  - {alert: Pol, enabled: false}", 5, 13, "no rule is called `Pol`", "did you mean `Pool`?"),
        (
            "  - {alert: Pool, levels: {warning: {raise: '> 0.6'}}}", 5, 28,
            "clear beyond raise: the level `warning` is raised at `> 0.6` and cleared at `< 0.7`", "`<= 0.6`"
        ),
        (
            "  - {alert: Pool, levels: {warning: {raise: '> 0.97'}}}", 5, 13,
            "the level `critical` is raised at `> 0.95`", "must raise `warning` too"
        ),
        ("  - {alert: Pool, levels: {info: {for: 1m}}}", 5, 28, "`Pool` has no level `info`", "`warning`, `critical`"),
        ("  - {alert: Pool, for: 1m}", 5, 13, "`Pool` has levels", "warning"),
        ("  - {alert: Up, levels: {warning: {for: 1m}}}", 5, 13, "has no levels to change", "`for`"),
        (
            "  - {alert: Pool, matchers: 'a=\"b\"', levels: {warning: {clear: '> 0.7'}}}", 5, 47, "clear beyond raise",
            "`<= 0.8`"
        ),
    ]

    @Test(arguments: wrong)
    func `An override that can't stand is refused where it stands`(
        _ text: String, _ line: Int, _ column: Int, _ message: String, _ remedy: String
    ) throws {
        guard case .failure(let failure) = configuration(text) else {
            Issue.record("\(text) was accepted")
            return
        }
        let problem = try #require(failure.problems.first)
        #expect(failure.problems.count == 1)
        #expect(problem.location == SourceLocation(file: "tocsin.yaml", line: line, column: column))
        #expect(problem.message.contains(message), "\(problem)")
        #expect(problem.remedy?.contains(remedy) == true, "\(problem)")
        #expect(problem.excerpt == text)
    }
}
