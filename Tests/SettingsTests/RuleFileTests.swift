import Alerting
import PromQL
import Settings
import Testing

@Suite struct RuleFileTests {
    private func file(_ text: String) -> RuleFile {
        RuleFile.parse(text, path: "rules.yml", defaultInterval: .seconds(15))
    }

    private func alerts(_ file: RuleFile) -> [AlertRule] {
        file.groups.flatMap(\.rules).compactMap { entry in
            switch entry {
            case .alert(let rule): rule
            case .record: nil
            }
        }
    }

    @Test func `A rule with levels is read whole, and levels are sorted`() throws {
        let file = file(
            """
            groups:
              - name: pool
                interval: 5s
                limit: 7
                labels: { team: platform, other: one }
                rules:
                  - alert: PoolUtilizationHigh
                    expr: pool_connections_active / pool_connections_max
                    levels:
                      critical: { raise: "> 0.95", clear: "< 0.90", for: 15s, clear_for: 1m }
                      warning: { raise: "> 0.80" }
                    no_data: alert
                    flapping: { window: 10, high: 40 }
                    evidence: pool-clients
                    runbook: pool-exhaustion
                    labels: { other: two }
                    annotations:
                      summary: 'Pool {{ $labels.pool }} is {{ $value | humanizePercentage }} used'
            """)
        #expect(file.problems.map(\.description) == [])
        let group = try #require(file.groups.first)
        #expect(group.name == "pool" && group.interval == .seconds(5) && group.limit == 7)
        let rule = try #require(alerts(file).first)
        #expect(rule.location.description == "rules.yml:7:16")
        #expect(
            rule.condition
                == .levels([
                    LevelRule(
                        level: .warning, raise: try Threshold("> 0.80"), clear: try Threshold("<= 0.80"),
                        raiseFor: .zero,
                        clearFor: .zero),
                    LevelRule(
                        level: .critical, raise: try Threshold("> 0.95"), clear: try Threshold("< 0.90"),
                        raiseFor: .seconds(15), clearFor: .seconds(60)),
                ]))
        #expect(rule.noData == .alert)
        #expect(rule.flapping == FlappingPolicy(window: 10, high: 40, low: 25))
        #expect(rule.evidence == "pool-clients" && rule.runbook == "pool-exhaustion")
        #expect(rule.labels.keys.sorted() == ["other", "team"])
        #expect(rule.annotations.keys.sorted() == ["summary"])
    }

    @Test func `Rules in Prometheus's form keep their meaning`() throws {
        let file = file(
            """
            groups:
              - name: g
                rules:
                  - { alert: A, expr: up == 0, for: 5m, keep_firing_for: 1m, labels: { severity: page } }
                  - { record: 'job:up:sum', expr: sum by (job) (up), labels: { a: b } }
                  - { alert: B, expr: 1 }
              - name: empty
            """)
        #expect(file.problems.map(\.description) == [])
        #expect(file.groups.map(\.interval) == [.seconds(15), .seconds(15)])
        #expect(
            alerts(file).map(\.condition) == [
                .presence(holdFor: .seconds(300), keepFiringFor: .seconds(60)),
                .presence(holdFor: .zero, keepFiringFor: .zero),
            ])
        #expect(alerts(file).map(\.noData) == [.keep, .keep])
        guard case .record(let record) = file.groups[0].rules[1] else {
            Issue.record("the second rule is a recording rule")
            return
        }
        #expect(record.record == "job:up:sum" && record.labels == ["a": "b"])
    }

    @Test(arguments: [
        ("> 1", "<= 1"), (">= 1", "< 1"), ("< 1", ">= 1"), ("<= 1", "> 1"), ("== 1", "!= 1"), ("!= 1", "== 1"),
    ])
    func `Without a clear condition the opposite of raise clears`(_ raise: String, _ clear: String) throws {
        let file = file(
            "groups: [{name: g, rules: [{alert: A, expr: up, levels: {error: {raise: '\(raise)'}}}]}]")
        let rule = try #require(alerts(file).first)
        #expect(rule.levels(for: Labels())?.map(\.clear) == [try Threshold(clear)])
    }

    @Test func `Rules of one name are numbered across files`() {
        let one = RuleFile.parse(
            "groups: [{name: g, rules: [{alert: A, expr: up}, {alert: B, expr: up}, {alert: A, expr: up}]}]", path: "1")
        let two = RuleFile.parse("groups: [{name: g, rules: [{alert: A, expr: up}]}]", path: "2")
        let rules = RuleSet([one, two])
        let ordinals = rules.groups.flatMap(\.rules).map { entry in
            switch entry {
            case .alert(let rule): "\(rule.name)\(rule.ordinal)"
            case .record: ""
            }
        }
        #expect(ordinals == ["A0", "B0", "A1", "A2"])
        #expect(rules.problems.map(\.severity) == [.warning, .warning])
    }

    @Test func `Rules beside a wrong one are still read`() {
        let file = file(
            "groups: [{name: g, rules: [{alert: A, expr: 'up ='}, {alert: B, expr: up}, {alert: C, expr: ')'}]}]")
        #expect(alerts(file).map(\.name) == ["B"])
        #expect(file.problems.count == 2)
    }

    @Test func `An empty file has no rules and no problem`() {
        #expect(file("").problems.isEmpty && file("# nothing").groups.isEmpty)
    }

    @Test func `The shipped rules have nothing wrong`() throws {
        let folder = try #require(Repository.folder("Alerts"))
        let paths = RulePack.ruleFiles(in: folder)
        #expect(paths.count >= 6)
        let (groups, problems) = LoadedConfiguration.checkRules(files: paths)
        #expect(problems.map(\.description) == [])
        #expect(groups.flatMap(\.rules).count >= 20)
    }
}
