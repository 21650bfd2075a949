/// Troubles that last as long as somebody is connected.
extension ParlantDatabase {
    /// A session that changed a row and went away in the middle of its transaction.
    package func idleInTransaction() async throws -> HeldSession {
        let session = try await HeldSession(in: self)
        try session.send("BEGIN;\n\(Self.change(0))")
        try await wait(for: session, "state = 'idle in transaction'")
        return session
    }

    /// Three sessions: the second waits for the first, which is idle in a transaction; the third waits for the second.
    package func blockingChain() async throws -> [HeldSession] {
        let first = try await idleInTransaction()
        let second = try await HeldSession(in: self)
        try second.send("BEGIN;\n\(Self.change(1))\n\(Self.change(0))")
        try await wait(for: second, "\(first.pid) = ANY (pg_blocking_pids(pid))")
        let third = try await HeldSession(in: self)
        try third.send("BEGIN;\n\(Self.change(1))")
        try await wait(for: third, "\(second.pid) = ANY (pg_blocking_pids(pid))")
        return [first, second, third]
    }

    /// A session whose statement does not end within ten minutes.
    package func longQuery() async throws -> HeldSession {
        let session = try await HeldSession(in: self)
        try session.send("SELECT pg_sleep(600), count(*) FROM parlant_session;")
        try await wait(for: session, "state = 'active' AND wait_event = 'PgSleep'")
        return session
    }

    /// An index that belongs there, whose build was interrupted: its definition is right, and it is invalid.
    package func interruptIndexBuild(_ name: String = "parlant_session_status_idx") async throws {
        guard let table = schema.tables.first(where: { $0.indexes.contains { $0.name == name } }),
            let index = table.indexes.first(where: { $0.name == name })
        else { throw Subprocess.Failure(description: "no index \(name)") }
        // A build waits for whoever changes the table, here in vain.
        let writer = try await HeldSession(in: self)
        defer { writer.end() }
        try sql("DROP INDEX \(name.quoted)")
        try writer.send("BEGIN;\nLOCK TABLE \(table.name.quoted) IN ROW EXCLUSIVE MODE;")
        try await wait(for: writer, "state = 'idle in transaction'")
        let build = table.definition(of: index).replacing("INDEX ", with: "INDEX CONCURRENTLY ", maxReplacements: 1)
        try sql("\\set ON_ERROR_STOP off\nSET lock_timeout = '100ms';\n\(build)")
    }

    private static func change(_ place: Int) -> String {
        """
        UPDATE parlant_session SET title = 'held' WHERE id = (SELECT id FROM parlant_session ORDER BY id
            LIMIT 1 OFFSET \(place));
        """
    }

    private func wait(for session: HeldSession, _ condition: String) async throws {
        let holds = try await eventually(within: 15) { try session.activity(condition) == "t" }
        guard holds else { throw Subprocess.Failure(description: "never \(condition): \(session.output)") }
    }
}
