import Diagnoses
import Drivers
import Runbooks
import Testing

extension OnPostgres {
    /// What evidence is made with.
    @Suite struct DiagnoserTests {
        private func block(_ sql: String, _ fence: String = "name=b") throws -> RunbookBlock {
            let read = RunbookReader.read("# T\n\n```sql diagnose \(fence)\n\(sql)\n```\n", path: "t.md")
            #expect(read.problems == [])
            return try #require(read.runbook.diagnoses.first)
        }

        private func look(
            _ fixture: MendingFixture, _ block: RunbookBlock, user: String = "tocsin", values: [String: String] = [:],
            limit: Int = 10, deadline: Duration = .seconds(10)
        ) async throws -> ResultTable {
            let (diagnoser, connection) = fixture.diagnoser(user, deadline: deadline)
            do {
                let table = try await diagnoser.look(
                    try #require(block.statements.first), of: block, values: values, limit: limit, isCounting: true)
                await connection.close()
                return table
            } catch {
                await connection.close()
                throw error
            }
        }

        @Test func `Rows beyond the limit are counted, and the order stays`() async throws {
            let fixture = try MendingFixture()
            let table = try await look(
                fixture, try block("SELECT n, -n AS m FROM generate_series(1, 37) n ORDER BY n DESC;"), limit: 3)
            #expect(table.columns == ["n", "m"])
            #expect(table.rows == [["37", "-37"], ["36", "-36"], ["35", "-35"]])
            #expect(table.omitted == 34 && table.isCutOff)
            let none = try await look(fixture, try block("SELECT 1 AS a WHERE false;"))
            #expect(none.rows == [] && none.omitted == 0 && none.columns == ["a"])
        }

        @Test func `Sensitive columns are hidden, and values are never text in the statement`() async throws {
            let fixture = try MendingFixture()
            let table = try await look(
                fixture,
                try block("SELECT :'v'::text AS shown, 'secret' AS token;", "name=b params=v? sensitive=token"),
                values: ["v": "'; DROP TABLE parlant_event; --"])
            #expect(table.rows == [["'; DROP TABLE parlant_event; --", ResultTable.hidden]])
        }

        @Test func `It changes nothing, even where the role could`() async throws {
            let fixture = try MendingFixture()
            let sly = try block("WITH gone AS (DELETE FROM parlant_event RETURNING 1) SELECT count(*) FROM gone;")
            await #expect(throws: PostgresError.self) { try await look(fixture, sly, user: "postgres") }
            #expect(try fixture.psql("SELECT count(*) > 0 FROM parlant_event") == "t")
        }

        @Test func `What does not end is cancelled on the server`() async throws {
            let fixture = try MendingFixture()
            let began = ContinuousClock.now
            let error = await #expect(throws: PostgresError.self) {
                try await look(fixture, try block("SELECT pg_sleep(60);"), deadline: .milliseconds(400))
            }
            #expect(error?.kind == .timeout || error?.sqlState == "57014")
            #expect(ContinuousClock.now - began < .seconds(5))
        }

        @Test func `A missing grant is named: of the whole table, or of the columns that lack`() async throws {
            let fixture = try MendingFixture()
            try fixture.psql(
                "REVOKE ALL ON parlant_tool FROM tocsin; REVOKE SELECT (name) ON knowledge_base FROM tocsin")
            let (diagnoser, connection) = fixture.diagnoser()
            let both = try block("SELECT t.name, k.id, k.name FROM parlant_tool t, knowledge_base k;")
            let statement = try #require(both.statements.first)
            let error = await #expect(throws: PostgresError.self) {
                try await diagnoser.look(statement, of: both, values: [:], limit: 1)
            }
            #expect(error?.sqlState == "42501")
            #expect(
                await diagnoser.missingGrants(for: statement) == [
                    "GRANT SELECT (name) ON public.knowledge_base TO tocsin",
                    "GRANT SELECT ON public.parlant_tool TO tocsin",
                ])
            await connection.close()
        }
    }
}
