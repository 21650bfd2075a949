import Drivers
import Testing

@testable import Probes

/// What of a statement is shown, and what is asked of which version.
@Suite("Statement text")
struct StatementTextTests {
    @Test(
        "no quoted string is shown, whatever its quotes",
        arguments: [
            ("ALTER ROLE app PASSWORD 'hidden'", "ALTER ROLE app PASSWORD '…'"),
            ("SET x = 'it''s hidden', y = 2", "SET x = '…', y = 2"),
            (#"SELECT E'hid\'den', 'C:\', 'hidden'"#, "SELECT E'…', '…', '…'"),
            (#"SELECT e'hidden\\', 1, U&'hidden', name'hidden'"#, "SELECT e'…', 1, U&'…', name'…'"),
            ("DO $$ BEGIN PERFORM 'hidden'; END $$", "DO '…'"),
            ("DO $body$ hidden $$ hidden $body$ LANGUAGE sql", "DO '…' LANGUAGE sql"),
            ("SELECT $1, $2 FROM t WHERE a$b$c = $3", "SELECT $1, $2 FROM t WHERE a$b$c = $3"),
            (#"SELECT "O'Brien", 'hidden' FROM "a""b'c""#, #"SELECT "O'Brien", '…' FROM "a""b'c""#),
            ("SELECT 1 -- don't show hidden\n, 2", "SELECT 1 , 2"),
            ("/* it's hidden /* and 'this' */ too */ SELECT 1", "SELECT 1"),
            ("COPY t FROM 'hid", "COPY t FROM '…'"),
            ("DO $x$ hid", "DO '…'"),
            ("/* hid", ""),
            ("SELECT 'a' 'b'", "SELECT '…' '…'"),
        ])
    func redacted(text: String, wanted: String) {
        #expect(StatementsProbe.shortened(text) == wanted)
    }

    @Test("a long text is cut, with an ellipsis")
    func long() {
        let shown = StatementsProbe.shortened(String(repeating: "word ", count: 100))
        #expect(shown.count == 160 && shown.hasSuffix("…"))
    }

    /// As documented: 13 renamed `total_time`, 14 brought `pg_stat_statements_info`.
    @Test(
        "the columns are those of the server's version",
        arguments: [
            (120_009, "s.total_time)", 1), (130_004, "s.total_exec_time)", 1), (140_000, "s.total_exec_time)", 2),
        ])
    func versions(version: Int, column: String, count: Int) {
        let statements = StatementsProbe.statements(schema: "ext", version: version, filter: nil)
        #expect(statements.count == count)
        #expect(statements[0].sql.contains(column))
        #expect(statements[0].sql.contains("ext.pg_stat_statements(false)"))
        #expect(statements[0].parameters == [])
        #expect((count == 2) == (statements.last?.sql.contains("stats_reset") == true))
        for column in ["s.queryid", "s.calls", "s.rows", "s.userid", "s.dbid"] {
            #expect(statements[0].sql.contains(column))
        }
    }

    @Test("a filter is a parameter, and looks at texts only for the ids")
    func filter() {
        let statement = StatementsProbe.statements(schema: "ext", version: 150_000, filter: "parlant_")[0]
        #expect(statement.parameters == [.text("parlant_")])
        #expect(statement.sql.contains("ext.pg_stat_statements(true) WHERE position($1 IN query) > 0"))
    }
}
