import Runbooks
import Testing

@Suite struct RunbookReaderTests {
    private func read(_ text: String) -> (runbook: Runbook, problems: [RunbookProblem]) {
        RunbookReader.read(text, path: "own/pool-dry.md")
    }

    private static let whole = """
        # The pool runs dry

        ```sql diagnose name=who params=pool? sensitive=query,client
        SELECT 1 WHERE :'pool'::text IS NULL;
        SHOW all;
        ```

        ```sql
        DROP TABLE only_read;
        ```

        ~~~text
        ```sql nonsense
        ~~~

        ```sql preview params=pid
        SELECT 1 WHERE 1 = :'pid'::int
        ```
        ````sql fix no-transaction
        UPDATE a SET b = 1;
        ````
        ```sql verify
        WITH x AS (SELECT 1) SELECT * FROM x WHERE :'pid' = '2';
        ```
        ```sql preview name=other
        SELECT 1
        ```
        ```sql fix name=other
        DELETE FROM a; DELETE FROM b
        ```
        ```sql verify name=other
        SELECT 1
        ```
        """

    @Test func `A runbook is read with its blocks and remedies`() throws {
        let (runbook, problems) = read(Self.whole)
        #expect(problems == [])
        #expect(runbook.name == "pool-dry")
        #expect(runbook.title == "The pool runs dry")
        #expect(runbook.blocks.map(\.kind) == [.diagnose, .preview, .fix, .verify, .preview, .fix, .verify])
        let look = try #require(runbook.diagnoses.first)
        #expect(look.line == 3)
        #expect(look.name == "who")
        #expect(look.sensitive == ["query", "client"])
        #expect(look.parameters == [RunbookParameter(name: "pool", isOptional: true)])
        #expect(look.statements.map(\.line) == [4, 5])
        #expect(runbook.remedies.map(\.name) == ["pool-dry", "other"])
        #expect(runbook.remedies.map(\.runsOutsideTransaction) == [true, false])
        #expect(runbook.remedy("other")?.fix.statements.count == 2)
        #expect(runbook.remedy("pool-dry")?.parameters == [RunbookParameter(name: "pid")])
    }

    @Test(arguments: [
        ("```sql repair\nSELECT 1\n```", 1, "`repair` is no kind of SQL block"),
        ("\n```sql diagnose\nSELECT 1\n", 2, "the block has no end"),
        ("```sql diagnose\nSELECT :'a'\n```", 2, "the parameter `a` is not declared"),
        ("```sql fix\nDELETE FROM a\n```", 1, "the remedy `pool-dry` has no `preview` and `verify`"),
        ("```sql diagnose name=a.b\nSELECT 1\n```", 1, "`a.b` can't be a name"),
        ("```sql diagnose colour=red\nSELECT 1\n```", 1, "`colour=red` is no option of a block"),
        ("```sql diagnose no-transaction\nSELECT 1\n```", 1, "`no-transaction` stands at a `diagnose`"),
        ("```sql diagnose\nDELETE FROM a\n```", 2, "a `diagnose` only looks"),
        ("```sql diagnose\n-- nothing\n```", 1, "the `diagnose` has no statement"),
        ("```sql diagnose params=a,a\nSELECT :'a'\n```", 1, "the parameter `a` is declared twice"),
        ("```sql diagnose\nSELECT 'a\n```", 2, "a text has no end"),
        ("```sql preview\nSELECT 1;\nSELECT 2\n```", 3, "a `preview` has more than one statement"),
        ("```sql verify\nUPDATE a SET b = 1\n```", 2, "a `verify` is not a query"),
        ("```sql fix\nDELETE FROM a;\nCOMMIT\n```", 3, "`COMMIT` stands in a `fix`"),
        (
            "```sql preview\nSELECT 1\n```\n```sql preview\nSELECT 1\n```", 4,
            "the remedy `pool-dry` has two `preview`, the first in line 1"
        ),
    ])
    func `Each mistake is told with its line and remedy`(_ text: String, _ line: Int, _ message: String) throws {
        let problem = try #require(read(text).problems.first)
        #expect(problem.message == message)
        #expect(problem.line == line)
        #expect(!problem.remedy.isEmpty)
        #expect(problem.description.hasPrefix("own/pool-dry.md:\(line): error: \(message)\n  "))
    }

    @Test func `A later file takes the place of an earlier one of the same name`() {
        let shelf = RunbookShelf([
            ("/shipped/b.md", "# B"), ("/shipped/a.md", "# A\n```sql nonsense\n```"), ("/own/a.md", "# My A"),
        ])
        #expect(shelf.runbooks.map(\.title) == ["My A", "B"])
        #expect(shelf.problems.isEmpty)
        #expect(shelf.runbook("a")?.path == "/own/a.md")
        #expect(shelf.runbook("c") == nil)
    }
}
