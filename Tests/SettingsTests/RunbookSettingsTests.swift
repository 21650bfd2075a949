import Alerting
import Settings
import Testing

@Suite struct RunbookSettingsTests {
    @Test func `Shipped runbooks come first, then those beside one's own rules`() {
        let files = FileReader.memory([
            "/opt/tocsin/share/tocsin/alerts/pool.yml": "",
            "/opt/tocsin/share/tocsin/alerts/runbooks/b.md": "shipped b",
            "/opt/tocsin/share/tocsin/alerts/runbooks/a.md": "shipped a", "rules/own.yml": "",
            "rules/runbooks/a.md": "own a", "rules/runbooks/notes.txt": "", "rules/runbooks/.hidden.md": "",
        ])
        let found = RulePack.runbooks(
            of: [.files(pattern: "rules/*.yml", SourceLocation(file: "t", line: 1, column: 1))], environment: [:],
            executablePath: "/opt/tocsin/bin/tocsin", files: files)
        #expect(found.files.map(\.text) == ["shipped a", "shipped b", "own a"])
        #expect(found.problems.isEmpty)
    }

    private func settings(_ file: String) -> DatabaseSettings {
        DatabaseSettings(name: "main", dsn: Secret("reader"), write: .file(file))
    }

    @Test func `The file of the write connection is read when it is used`() throws {
        let files = FileReader.memory([
            "mend": "postgresql://mend@db/main\n", "empty": "\n", "same": "reader", "bad": "nonsense",
        ])
        func dsn(_ file: String) throws -> String? {
            try settings(file).writeDSN(files: files) { $0 == "nonsense" ? "`\($0)` is no DSN" : nil }
        }
        #expect(try dsn("mend") == "postgresql://mend@db/main")
        for (file, message) in [
            ("empty", "is empty"), ("same", "gives the same connection as `dsn`"), ("bad", "`<redacted>` is no DSN"),
            ("nowhere", "there is no such file"),
        ] {
            let problems = #expect(throws: SettingsProblems.self) { try dsn(file) }
            #expect(problems?.description.contains(message) == true, "\(file)")
        }
        #expect(try DatabaseSettings(name: "main", dsn: Secret("reader")).writeDSN { _ in nil } == nil)
    }
}
