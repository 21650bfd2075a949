import Runbooks
import Testing

@Suite struct SQLScannerTests {
    private func texts(_ sql: String) throws -> [String] { try SQLScanner.statements(of: sql).map(\.sql) }

    @Test(arguments: [
        ("SELECT 1; SELECT 2", ["SELECT 1", "SELECT 2"]),
        ("SELECT ';'; SELECT 'it''s;'", ["SELECT ';'", "SELECT 'it''s;'"]),
        (#"SELECT E'\';'; SELECT 2"#, [#"SELECT E'\';'"#, "SELECT 2"]),
        (#"SELECT '\'; SELECT 2"#, [#"SELECT '\'"#, "SELECT 2"]),
        ("SELECT E'a'\n  '\\';b'; SELECT 2", ["SELECT E'a'\n  '\\';b'", "SELECT 2"]),
        (#"SELECT namE'\'; SELECT 2"#, [#"SELECT namE'\'"#, "SELECT 2"]),
        (#"SELECT ";""; " ; SELECT 2"#, [#"SELECT ";""; ""#, "SELECT 2"]),
        ("SELECT $$a;b$$; SELECT $x$;$$;$x$", ["SELECT $$a;b$$", "SELECT $x$;$$;$x$"]),
        ("SELECT a$b$c; SELECT 2", ["SELECT a$b$c", "SELECT 2"]),
        ("SELECT 1 -- a; b\n; SELECT 2", ["SELECT 1 -- a; b", "SELECT 2"]),
        ("SELECT /* a; /* b; */ c; */ 1; SELECT 2", ["SELECT /* a; /* b; */ c; */ 1", "SELECT 2"]),
        ("-- only a comment;\n;;\n/* another */", []),
        ("SELECT '/*'; SELECT '--'; SELECT 3", ["SELECT '/*'", "SELECT '--'", "SELECT 3"]),
        (
            "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); SELECT 3",
            ["CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)", "SELECT 3"]
        ),
        ("SELECT 'größe;' AS \"ü;\"; SELECT 2", ["SELECT 'größe;' AS \"ü;\"", "SELECT 2"]),
    ])
    func `Statements are split only where PostgreSQL would`(_ sql: String, _ expected: [String]) throws {
        #expect(try texts(sql) == expected)
    }

    @Test func `A parameter becomes a number, the same name the same number`() throws {
        let found = try SQLScanner.statements(of: "SELECT :'a', :'b'::int, :'a'; SELECT :'b'")
        #expect(found.map(\.sql) == ["SELECT $1, $2::int, $1", "SELECT $1"])
        #expect(found.map(\.parameters) == [["a", "b"], ["b"]])
    }

    @Test(arguments: [
        "SELECT 'x'::text", "SELECT ':''a'''", "SELECT $$:'a'$$", "SELECT 1 -- :'a'", "SELECT /* :'a' */ 1",
        "SELECT x[1:2]", #"SELECT ":'a'""#, "SELECT 'a' ::text, ':'", "CALL f(a := 'x')",
    ])
    func `What only looks like a parameter stays`(_ sql: String) throws {
        let found = try SQLScanner.statements(of: sql)
        #expect(found.map(\.sql) == [sql])
        #expect(found.first?.parameters == [])
    }

    @Test(arguments: [
        ("SELECT 1;\nSELECT 'a", 2, "a text has no end"), ("SELECT $x$ a", 1, "a dollar quote has no end"),
        ("\n\n/* /* */", 3, "a comment has no end"), ("SELECT \"a", 1, "a name in double quotes has no end"),
        ("SELECT $1", 1, "a numbered parameter can't be filled"),
        ("SELECT 1 FROM :\"t\"", 1, "`:\"t\"` would be a name, and only values can be parameters"),
    ])
    func `What has no end is told with its line`(_ sql: String, _ line: Int, _ message: String) throws {
        let failure = #expect(throws: SQLScanner.Failure.self) { try SQLScanner.statements(of: sql) }
        #expect(failure?.line == line)
        #expect(failure?.message == message)
    }

    @Test func `Each statement knows its line`() throws {
        let found = try SQLScanner.statements(of: "-- first\nSELECT 1;\n\n  SELECT\n2;", firstLine: 10)
        #expect(found.map(\.line) == [11, 13])
    }

    @Test(arguments: [
        ("CREATE INDEX CONCURRENTLY a_idx ON t (a)", "a_idx"),
        ("create unique index concurrently A_idx on t (a)", "a_idx"),
        ("CREATE INDEX CONCURRENTLY IF NOT EXISTS \"A b\" ON t (a)", "A b"), ("CREATE INDEX a ON t (a)", nil),
        ("CREATE /* x */ INDEX CONCURRENTLY -- y\n b ON t (a)", "b"), ("CREATE INDEX CONCURRENTLY ON t (a)", nil),
    ])
    func `The index of a concurrent build is known`(_ sql: String, _ name: String?) throws {
        #expect(try SQLScanner.statements(of: sql).first?.concurrentIndex == name)
    }
}
