import Alerting
import Foundation
import Settings
import Testing

@Suite struct YAMLLimitsTests {
    private func errors(_ text: String) -> [SettingsProblem] {
        RuleFile.parse(text, path: "a.yml").problems
    }

    @Test func `A file of more than 10 MiB is refused`() {
        let found = errors("# " + String(repeating: "x", count: 11 * 1024 * 1024))
        #expect(found.map(\.remedy) == ["divide it into several files"])
    }

    @Test func `Aliases that repeat aliases are bounded`() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for index in 1...12 {
            let aliases = Array(repeating: "*a\(index - 1)", count: 10).joined(separator: ", ")
            text += "a\(index): &a\(index) [\(aliases)]\n"
        }
        #expect(errors(text).first?.message.contains("aliases") == true)
    }

    @Test(arguments: ["[", "{a: ", "- "]) func `Endless nesting is refused, not followed`(_ part: String) {
        let found = errors(String(repeating: part, count: 20_000))
        #expect(found.first?.message.contains("not YAML") == true)
    }

    @Test(arguments: [
        "a: b\u{1}", "a: \"\\ud800\"", "%", "\u{0}", "a: b: c", "? [a]\n: b", "&a", "--- a\n--- b", "a: !!int x",
    ])
    func `Strange files end in a problem or in nothing, never worse`(_ text: String) {
        #expect(errors(text).allSatisfy { $0.location != nil })
    }

    @Test func `Every key that occurs twice is told, in each mapping`() {
        let found = errors("groups:\n  - name: a\n    name: b\n    name: c\n  - {name: d, 'name': e}\n")
        #expect(found.map { $0.location?.line } == [4, 4, 5])
        #expect(found.allSatisfy { $0.message.contains("`name` occurs twice") })
        #expect(found.last?.location?.column == 15)
    }

    @Test func `Lines may end as in Windows, and a byte order mark is passed over`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tocsin-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("a.yml")
        try Data("\u{FEFF}groups:\r\n  - nmae: a\r\n".utf8).write(to: file)
        let found = RuleFile.load(path: file.path).problems
        #expect(found.map { $0.location?.line } == [2, 2])
        #expect(found.first?.excerpt == "  - nmae: a")
        let paths = ["a.yml", "b.yml", "none/*.yml"].map { folder.path + "/" + $0 }
        #expect(RuleFile.load(path: paths[1]).problems.first?.message.contains("no such file") == true)
        #expect(RuleFile.load(path: folder.path).problems.first?.message.contains("it is a folder") == true)
        #expect(RulePack.ruleFiles(in: folder.path) == [paths[0]])
    }

    @Test func `Problems can be written as JSON`() throws {
        let problems = errors("group: []")
        let data = try JSONEncoder().encode(SettingsProblems(problems))
        #expect(try JSONDecoder().decode(SettingsProblems.self, from: data).problems == problems)
    }
}
