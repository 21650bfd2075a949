import Alerting
import Settings
import Testing

@Suite struct LoadedConfigurationTests {
    private static let rest = "route: {receiver: none}\nreceivers: [{name: none}]\n"
    private static let rule = "groups: [{name: g, rules: [{alert: A, expr: up}]}]"

    private func load(
        _ files: [String: String], path: String? = nil, environment: [String: String] = [:]
    ) throws(SettingsProblems) -> LoadedConfiguration {
        try LoadedConfiguration.load(
            settingsPath: path, environment: environment, executablePath: "/opt/tocsin/bin/tocsin",
            files: .memory(files), dsnCheck: { $0 == "bad" ? "it is bad" : nil })
    }

    @Test func `Shipped rules and one's own are read, and unit tests of rules left out`() throws {
        let loaded = try load([
            "./tocsin.yaml": "rule_files: [shipped, 'own/*.yml']\n" + Self.rest,
            "/opt/tocsin/share/tocsin/alerts/pool.yml": Self.rule,
            "/opt/tocsin/share/tocsin/alerts/pool.test.yml": "tests",
            "/opt/tocsin/share/tocsin/alerts/README.md": "read",
            "own/b.yml": Self.rule, "own/a.yml": Self.rule, "own/a_test.yml": "tests", "own/c.txt": "text",
        ])
        #expect(
            loaded.groups.map(\.file) == [
                "/opt/tocsin/share/tocsin/alerts/pool.yml", "own/a.yml", "own/b.yml",
            ])
        #expect(loaded.warnings.count == 2, "two rules of a name that a first one has")
    }

    @Test func `DATABASE_URL suffices where there is no file`() throws {
        let loaded = try load(
            ["/alerts/a.yml": Self.rule], environment: ["DATABASE_URL": "dbname=a", "TOCSIN_ALERTS": "/alerts"])
        #expect(loaded.settings.databases.map(\.name) == ["main"])
        #expect(loaded.groups.map(\.file) == ["/alerts/a.yml"])
    }

    @Test(
        arguments: [
            ([:], [:], nil, "there are no settings", "DATABASE_URL"),
            ([:], ["DATABASE_URL": "bad"], nil, "`DATABASE_URL` can't be used: it is bad", "postgresql://"),
            ([:], [:], "a.yaml", "can't read the settings file: there is no such file", "--config"),
            (["a.yaml": rest], [:], "a.yaml", "the shipped rules are not found", "TOCSIN_ALERTS"),
            (["a.yaml": "rule_files: [b.yml]\n" + rest], [:], "a.yaml", "no readable rule file `b.yml`", "folder"),
            (
                ["a.yaml": "rule_files: [b.yml]\n" + rest, "b.yml": "groups: 1"], [:], "a.yaml",
                "`groups` must be a list, found a single value", "- "
            ),
        ] as [([String: String], [String: String], String?, String, String)])
    func `What is missing is told with a remedy`(
        _ files: [String: String], _ environment: [String: String], _ path: String?, _ message: String,
        _ remedy: String
    ) {
        do throws(SettingsProblems) {
            _ = try load(files, path: path, environment: environment)
            Issue.record("it was accepted")
        } catch {
            #expect(error.problems.count == 1)
            #expect(error.problems.first?.message.contains(message) == true, "\(error)")
            #expect(error.problems.first?.remedy?.contains(remedy) == true, "\(error)")
        }
    }

    @Test func `A pattern without a file is worth a warning`() throws {
        let loaded = try load(["a.yaml": "rule_files: ['none/*.yml']\n" + Self.rest], path: "a.yaml")
        #expect(loaded.warnings.map(\.message) == ["no file matches `none/*.yml`"])
        #expect(loaded.warnings.first?.excerpt == "rule_files: ['none/*.yml']")
    }

    @Test(
        arguments: [
            ("/named", ["/named/a.yml", "/usr/share/tocsin/alerts/a.yml"], "/named"),
            (
                nil, ["/opt/tocsin/share/tocsin/alerts/a.yml", "/opt/Alerts/a", "/opt/Package.swift"],
                "/opt/tocsin/share/tocsin/alerts"
            ),
            (nil, ["/opt/Alerts/a.yml", "/opt/Package.swift", "/usr/share/tocsin/alerts/a.yml"], "/opt/Alerts"),
            (nil, ["/opt/Alerts/a.yml", "/usr/share/tocsin/alerts/a.yml"], "/usr/share/tocsin/alerts"),
            (nil, [], nil),
        ] as [(String?, [String], String?)])
    func `The shipped rules are looked for in order`(_ named: String?, _ files: [String], _ folder: String?) {
        let texts = Dictionary(uniqueKeysWithValues: files.map { ($0, "") })
        let found = RulePack.locate(
            environment: named.map { ["TOCSIN_ALERTS": $0] } ?? [:], executablePath: "/opt/tocsin/bin/tocsin",
            files: .memory(texts))
        #expect(found == folder)
    }
}
