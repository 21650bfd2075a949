import CPostgres

extension PostgresConnection {
    /// Runs statements in one transaction, all sent at once: one round trip however many they are.
    ///
    /// The first error ends it: the server passes over what follows, and nothing is committed.
    ///
    /// - Parameter mode: such as `READ ONLY`.
    func pipelined(
        _ statements: [PostgresStatement], mode: String, on handle: PostgresHandle, until end: ContinuousClock.Instant
    ) async throws(PostgresError) -> [PostgresRows] {
        let opening = opening(mode).map { PostgresStatement(name: "begin", sql: $0) }
        let all = opening + statements + [PostgresStatement(name: "commit", sql: "COMMIT")]
        for statement in all { try check(statement) }
        guard PQenterPipelineMode(handle.pointer) == 1 else { throw lost(handle, "begin") }
        do throws(PostgresError) {
            for statement in all { try send(statement, on: handle) }
            guard PQpipelineSync(handle.pointer) == 1 else { throw lost(handle, "begin") }
            try await flush(handle, name: all[0].name, until: end, isShielded: false)
            var results: [PostgresRows] = []
            let names = all.map(\.name)
            for (place, name) in names.enumerated() {
                results.append(
                    try await collect(
                        from: handle, name: name, following: names[(place + 1)...], until: end, isShielded: false))
            }
            try await leavePipeline(handle)
            return Array(results[opening.count..<(opening.count + statements.count)])
        } catch {
            // A connection that was given up meanwhile is at its end.
            if handle === self.handle { try await leavePipeline(handle) }
            throw error
        }
    }

    /// Reads what is left of the pipeline, and leaves it. A connection that does not come to rest within two seconds is
    /// given up.
    private func leavePipeline(_ handle: PostgresHandle) async throws(PostgresError) {
        // A cancel has read it to its end already.
        if PQpipelineStatus(handle.pointer) == PQ_PIPELINE_OFF { return }
        guard await drain(handle, until: ContinuousClock.now + .seconds(2)) != nil else {
            throw lost(handle, "commit")
        }
    }
}
