import Drivers
import Foundation
import Mending
import Runbooks
import Testing

extension OnPostgres {
    @Suite struct MendingTests {
        @Test(arguments: Trouble.all)
        func `A trouble is planned exactly, mended, and then there is nothing to mend`(_ trouble: Trouble) async throws
        {
            // What the shipped role may not do takes the tables' owner.
            let fixture = try MendingFixture(writer: trouble.needsOwner ? "postgres" : "tocsin_mend")
            try fixture.psql(trouble.injection)
            let planned = try await fixture.count(trouble.runbook, trouble.remedy, trouble.values)
            #expect(planned == trouble.rows)
            let result = try await fixture.apply(trouble.runbook, trouble.remedy, trouble.values, planned: planned)
            #expect(result.changed == trouble.rows)
            #expect(try fixture.psql(trouble.expectation) == "t")
            #expect(try await fixture.count(trouble.runbook, trouble.remedy, trouble.values) == 0)
            #expect(
                try await fixture.apply(trouble.runbook, trouble.remedy, trouble.values, planned: 0).changed == 0)
        }

        @Test func `Each remedy of a shipped runbook that mends rows is tried`() throws {
            let tried = Set(Trouble.all.map { "\($0.runbook) \($0.remedy ?? $0.runbook)" })
            for runbook in try ShippedRunbooks.shelf().runbooks where runbook.name != "blocking" {
                // The remedies for indexes are all made alike.
                for remedy in runbook.remedies where runbook.name != "missing-indexes" {
                    #expect(tried.contains("\(runbook.name) \(remedy.name)"))
                }
            }
        }

        private func refused(_ work: () async throws -> MendingResult) async throws -> MendingFailure {
            do {
                let result = try await work()
                Issue.record("it was applied: \(result)")
                throw MendingFailure(.none, "applied")
            } catch let failure as MendingFailure {
                return failure
            }
        }

        @Test func `What has changed since the plan is not touched`() async throws {
            let fixture = try MendingFixture()
            try fixture.psql("UPDATE parlant_journey_state SET is_initial = true")
            let failure = try await refused { try await fixture.apply("journey-states", "several", planned: 2) }
            #expect(failure.message == "since the plan something has changed: 2 rows planned, now it would be 1")
            #expect(try fixture.psql("SELECT count(*) FROM parlant_journey_state WHERE is_initial") == "2")
        }

        /// A remedy of one's own.
        private func remedy(preview: String, fix: String, verify: String, options: String = "") throws -> Remedy {
            let (runbook, problems) = RunbookReader.read(
                """
                # Own
                ```sql preview
                \(preview)
                ```
                ```sql fix\(options)
                \(fix)
                ```
                ```sql verify
                \(verify)
                ```
                """, path: "own.md")
            #expect(problems == [])
            return try #require(runbook.remedies.first)
        }

        @Test func `A fix that changes other than planned is rolled back`() async throws {
            let fixture = try MendingFixture()
            let own = try remedy(
                preview: "SELECT id FROM workspace WHERE id = 'acme'", fix: "UPDATE workspace SET name = 'x'",
                verify: "SELECT 1 WHERE false")
            let failure = try await refused { try await fixture.mender.apply(own, values: [:], planned: 1) }
            #expect(failure.effect == .rolledBack)
            #expect(failure.message == "the fix changed 2 rows, but 1 were planned; everything was rolled back")
            #expect(try fixture.psql("SELECT count(*) FROM workspace WHERE name = 'x'") == "0")
        }

        @Test func `A fix after which something is wrong is rolled back`() async throws {
            let fixture = try MendingFixture()
            let own = try remedy(
                preview: "SELECT id FROM workspace WHERE id = 'acme'",
                fix: "UPDATE workspace SET name = 'x' WHERE id = 'acme'", verify: "SELECT id, name FROM workspace")
            let failure = try await refused { try await fixture.mender.apply(own, values: [:], planned: 1) }
            #expect(failure.effect == .rolledBack)
            #expect(failure.message.contains("so everything was rolled back: id="))
            #expect(failure.message.contains("name=x"))
            #expect(try fixture.psql("SELECT count(*) FROM workspace WHERE name = 'x'") == "0")
        }

        @Test func `An error of the server rolls everything back`() async throws {
            let fixture = try MendingFixture()
            let own = try remedy(
                preview: "SELECT id FROM workspace WHERE id = 'acme'",
                fix: "UPDATE workspace SET name = 'x' WHERE id = 'acme'; SELECT 1 / 0", verify: "SELECT 1 WHERE false")
            let failure = try await refused { try await fixture.mender.apply(own, values: [:], planned: 1) }
            #expect(failure.message.contains("division by zero"))
            #expect(try fixture.psql("SELECT count(*) FROM workspace WHERE name = 'x'") == "0")
        }

        @Test func `A plan changes nothing, whatever its preview says`() async throws {
            let fixture = try MendingFixture()
            let (runbook, _) = RunbookReader.read("# Own", path: "own.md")
            let own = try remedy(
                preview: "SELECT nextval('s')", fix: "SELECT 1", verify: "SELECT 1 WHERE false")
            try fixture.psql("CREATE SEQUENCE s")
            let failure = await #expect(throws: MendingFailure.self) {
                try await fixture.mender.plan(own, of: runbook, values: [:])
            }
            #expect(failure?.message.contains("read-only transaction") == true)
        }

        @Test func `Rows that somebody else changes meanwhile are not overwritten`() async throws {
            let fixture = try MendingFixture()
            let own = try remedy(
                preview: "SELECT id, pg_sleep(1) FROM workspace WHERE id = 'acme'",
                fix: "UPDATE workspace SET name = 'x' WHERE id = 'acme'", verify: "SELECT 1 WHERE false")
            async let outcome = refused { try await fixture.mender.apply(own, values: [:], planned: 1) }
            try await Task.sleep(for: .milliseconds(600))
            try fixture.psql("UPDATE workspace SET name = 'theirs' WHERE id = 'acme'")
            #expect(try await outcome.message.hasPrefix("somebody else changed the same rows meanwhile"))
            #expect(try fixture.psql("SELECT name FROM workspace WHERE id = 'acme'") == "theirs")
        }

        @Test func `A lock that is not to be had ends it`() async throws {
            let fixture = try MendingFixture(limits: MendingLimits(lock: .milliseconds(200)))
            try fixture.psql("UPDATE parlant_journey_state SET is_initial = true")
            let other = fixture.connection()
            let failure = try await other.inTransaction(.repeatableRead, deadline: .seconds(20)) { transaction in
                _ = try await transaction.query(
                    PostgresStatement(name: "lock", sql: "LOCK TABLE parlant_journey_state IN SHARE MODE"))
                return try await refused { try await fixture.apply("journey-states", "several", planned: 1) }
            }
            #expect(failure.message.hasPrefix("a lock was not to be had in time, so everything was rolled back"))
            await other.close()
        }

        @Test func `Without a write connection it is refused, with the setting and the role`() async throws {
            let fixture = try MendingFixture(writer: nil)
            try fixture.psql("UPDATE parlant_journey_state SET is_initial = true")
            #expect(try await fixture.count("journey-states", "several") == 1)
            let failure = try await refused { try await fixture.apply("journey-states", "several", planned: 1) }
            #expect(failure.effect == .none)
            #expect(failure.remedy?.contains("`write_dsn`") == true)
            #expect(failure.remedy?.contains("CREATE ROLE") == true)
        }

        @Test func `Values that are missing or not known are told`() async throws {
            let fixture = try MendingFixture()
            let missing = await #expect(throws: MendingFailure.self) { try await fixture.count("event-order") }
            #expect(missing?.message == "`event-order` needs `session`")
            let stray = await #expect(throws: MendingFailure.self) {
                try await fixture.count("event-order", nil, ["session": "1", "sesion": "2"])
            }
            #expect(stray?.message == "`event-order` takes no value `sesion`")
        }

        @Test func `A value is a value, never SQL`() async throws {
            let fixture = try MendingFixture()
            let count = try await fixture.count(
                "missing-workspace", nil, ["workspace": "x'; DROP TABLE parlant_event; --", "owner": "' OR true --"])
            #expect(count == 0)
            #expect(try fixture.psql("SELECT count(*) FROM parlant_event") == "5")
        }

        @Test func `An owner who does not exist gets no workspace`() async throws {
            let fixture = try MendingFixture()
            try fixture.psql("SET session_replication_role = replica; DELETE FROM workspace WHERE id = 'other'")
            let values = ["workspace": "other", "owner": "nobody"]
            let failure = try await refused { try await fixture.apply("missing-workspace", nil, values, planned: 1) }
            #expect(failure.message.hasPrefix("the fix changed 0 rows, but 1 were planned"))
            #expect(try fixture.psql("SELECT count(*) FROM workspace") == "1")
        }
    }
}
