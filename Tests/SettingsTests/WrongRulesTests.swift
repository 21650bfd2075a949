import Settings
import Testing

@Suite struct WrongRulesTests {
    @Test("Each mistake in a rule gets one message with place, reason and remedy", arguments: WrongRules.rules)
    func rule(_ wrong: Wrong) {
        check(wrong)
    }

    @Test("Each mistake in an expression is shown where it stands in the file", arguments: WrongRules.expressions)
    func expression(_ wrong: Wrong) {
        check(wrong)
    }

    private func check(_ wrong: Wrong) {
        let found = LoadedConfiguration.checkRules(
            files: ["tocsin.yaml"], reader: .memory(["tocsin.yaml": wrong.text])
        ).problems
        let shown = found.map(\.description).joined(separator: "\n")
        #expect(found.count == 1, "\(shown)")
        #expect(
            found.contains { wrong.matches($0) },
            "expected \(wrong.location): \(wrong.message) / \(wrong.remedy)\n\(shown)")
    }
}
