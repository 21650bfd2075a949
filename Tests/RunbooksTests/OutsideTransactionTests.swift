import Diagnoses
import Drivers
import Foundation
import Mending
import Runbooks
import Support
import Testing

extension OnPostgres {
    @Suite struct OutsideTransactionTests {
        private static let unique = "parlant_event_session_offset_idx"
        private static let invalid = "SELECT count(*) FROM pg_index WHERE NOT indisvalid"

        /// Makes two events with one offset, so that the unique index can't be built.
        private func duplicate(_ fixture: MendingFixture) throws {
            try fixture.psql(
                """
                DROP INDEX \(Self.unique);
                INSERT INTO parlant_event (session_id, "offset", event_type, content)
                    SELECT session_id, "offset", event_type, content FROM parlant_event WHERE "offset" = 0
                """)
        }

        @Test func `An index that a failed build leaves is dropped`() async throws {
            let fixture = try MendingFixture()
            try duplicate(fixture)
            let failure = await #expect(throws: MendingFailure.self) {
                try await fixture.apply("missing-indexes", Self.unique, planned: 1)
            }
            #expect(failure?.effect == .unknown)
            #expect(failure?.message.contains("could not create unique index") == true)
            #expect(failure?.message.hasSuffix("the invalid index `\(Self.unique)` that it left was dropped") == true)
            #expect(try fixture.psql(Self.invalid) == "0")
        }

        @Test func `An invalid index of an earlier build is dropped first`() async throws {
            let fixture = try MendingFixture()
            try duplicate(fixture)
            _ = try? fixture.psql(
                "CREATE UNIQUE INDEX CONCURRENTLY \(Self.unique) ON parlant_event (session_id, \"offset\")")
            #expect(try fixture.psql(Self.invalid) == "1")
            try fixture.psql(
                "DELETE FROM parlant_event a USING parlant_event b WHERE a.\"offset\" = b.\"offset\" AND a.id > b.id")
            let result = try await fixture.apply("missing-indexes", Self.unique, planned: 1)
            #expect(result.notes == ["the invalid index `\(Self.unique)` of an earlier build was dropped first"])
            #expect(try fixture.psql(Self.invalid) == "0")
            #expect(try await fixture.count("missing-indexes", Self.unique) == 0)
        }

        @Test func `A valid index of the name with other columns is never touched`() async throws {
            let fixture = try MendingFixture()
            let name = "parlant_session_agent_status_idx"
            try fixture.psql(
                "DROP INDEX \(name); CREATE INDEX \(name) ON parlant_session (agent_id) WHERE status = 'active'")
            let failure = await #expect(throws: MendingFailure.self) {
                try await fixture.apply("missing-indexes", name, planned: 1)
            }
            #expect(failure?.message.contains("already exists") == true)
            #expect(try fixture.psql("SELECT indisvalid FROM pg_index WHERE indexrelid = '\(name)'::regclass") == "t")
        }

        @Test func `Through a pooler a transaction is applied, and what can't run in one is refused`() async throws {
            let fixture = try MendingFixture()
            let (mender, bouncer) = try await fixture.pooled()
            defer { bouncer.stop() }
            try fixture.psql("UPDATE parlant_journey_state SET is_initial = true")
            let several = try fixture.remedy("journey-states", "several").remedy
            #expect(try await mender.apply(several, values: [:], planned: 1).changed == 1)
            try fixture.psql("DROP INDEX \(Self.unique)")
            let index = try fixture.remedy("missing-indexes", Self.unique).remedy
            let failure = await #expect(throws: MendingFailure.self) {
                try await mender.apply(index, values: [:], planned: 1)
            }
            #expect(failure?.effect == MendingFailure.Effect.none)
            #expect(failure?.message.contains("goes through a pooler") == true)
        }

        /// Runs work while a session holds a lock and another waits for it.
        private func withBlockedSession(
            _ fixture: MendingFixture, idle: Bool, _ work: @Sendable (_ pid: String) async throws -> Void
        ) async throws {
            let holder = fixture.connection()
            let pidStatement = PostgresStatement(name: "pid", sql: "SELECT pg_backend_pid() AS pid")
            await withTaskGroup { group in
                let (pids, told) = AsyncStream.makeStream(of: String.self)
                group.addTask {
                    _ = try? await holder.inTransaction(.repeatableRead, deadline: .seconds(30)) { transaction in
                        _ = try await transaction.query(
                            PostgresStatement(name: "lock", sql: "LOCK TABLE workspace IN ACCESS EXCLUSIVE MODE"))
                        let pid = try await transaction.query(pidStatement).first?.text("pid") ?? ""
                        told.yield(pid)
                        if idle {
                            try await Task.sleep(for: .seconds(20))
                        } else {
                            _ = try await transaction.query(
                                PostgresStatement(name: "sleep", sql: "SELECT pg_sleep(4)"))
                        }
                    }
                    told.finish()
                }
                for await pid in pids {
                    // Until it sleeps.
                    try? await Task.sleep(for: .milliseconds(300))
                    do { try await work(pid) } catch { Issue.record(error) }
                    break
                }
                group.cancelAll()
            }
            await holder.close()
        }

        @Test func `A statement is cancelled`() async throws {
            let fixture = try MendingFixture()
            try await withBlockedSession(fixture, idle: false) { pid in
                let before = try await fixture.count("blocking", "cancel", ["pid": pid])
                let result = try await fixture.apply("blocking", "cancel", ["pid": pid], planned: 1)
                let after = try await fixture.count("blocking", "cancel", ["pid": pid])
                #expect((before, result.changed, after) == (1, 1, 0))
            }
        }

        @Test func `A session that is idle in a transaction is ended`() async throws {
            let fixture = try MendingFixture()
            try await withBlockedSession(fixture, idle: true) { pid in
                let cancellable = try await fixture.count("blocking", "cancel", ["pid": pid])
                let result = try await fixture.apply("blocking", "terminate", ["pid": pid], planned: 1)
                let left = try fixture.psql("SELECT count(*) FROM pg_stat_activity WHERE pid = \(pid)")
                #expect((cancellable, result.changed, left) == (0, 1, "0"))
            }
        }

        @Test func `Who waits for whom is shown as a tree`() async throws {
            let fixture = try MendingFixture()
            let runbook = try #require(try ShippedRunbooks.shelf().runbook("blocking"))
            try await withBlockedSession(fixture, idle: true) { pid in
                let waiter = fixture.connection()
                async let waiting = try? waiter.query(
                    PostgresStatement(name: "wait", sql: "SELECT count(*) FROM workspace"), deadline: .seconds(2))
                try await Task.sleep(for: .milliseconds(300))
                let findings = try await fixture.mender.diagnose(runbook, values: [:])
                let tree = try #require(findings.first { $0.name == "tree" }?.table)
                #expect(tree.rows.first?.first == pid)
                #expect(tree.rows.contains { $0[0]?.hasPrefix("· ") == true })
                _ = await waiting
                await waiter.close()
            }
        }
    }
}
