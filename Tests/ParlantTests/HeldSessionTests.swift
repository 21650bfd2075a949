import Support
import Testing

/// The troubles that sessions make as long as they are there.
@Suite("Parlant sessions")
struct HeldSessionTests {
    @Test("one is idle in a transaction, and gone when ended")
    func idle() async throws {
        let database = try Bench.copy()
        defer { try? database.drop() }
        let session = try await database.idleInTransaction()
        #expect(try session.activity("state") == "idle in transaction")
        #expect(try session.activity("xact_start < now()") == "t")
        session.end()
        #expect(try session.activity("pid") == "")
        #expect(try database.sql("SELECT count(*) FROM parlant_session WHERE title = 'held'") == "0")
    }

    @Test("three wait in a row")
    func chain() async throws {
        let database = try Bench.copy()
        defer { try? database.drop() }
        let sessions = try await database.blockingChain()
        let waiting = try sessions.map { try $0.activity("array_to_string(pg_blocking_pids(pid), ' ')") }
        #expect(waiting == ["", "\(sessions[0].pid)", "\(sessions[1].pid)"])
        sessions.forEach { $0.end() }
    }

    @Test("a statement does not end")
    func long() async throws {
        let database = try Bench.copy()
        defer { try? database.drop() }
        let session = try await database.longQuery()
        #expect(try session.activity("state") == "active")
        session.end()
        #expect(try session.activity("pid") == "")
    }

    @Test("an interrupted build leaves an index of the right definition, and invalid")
    func interrupted() async throws {
        let database = try Bench.copy()
        defer { try? database.drop() }
        try await database.interruptIndexBuild()
        #expect(try database.rows(of: .invalidIndex()) == ["parlant_session_status_idx|parlant_session"])
        #expect(try database.rows(of: .missingIndex()) == [] && database.rows(of: .otherIndex()) == [])
    }
}
