import Drivers

/// The index that a statement builds concurrently, and what an interrupted build leaves of it.
struct IndexBuilder: Sendable {
    let name: String
    let schema: String

    private var values: [PostgresValue] { [.text(name), .text(schema)] }

    func exists(on connection: PostgresConnection) async throws(PostgresError) -> Bool {
        let sql = "SELECT 1 FROM pg_class WHERE relname = $1 AND relnamespace = to_regnamespace(quote_ident($2))"
        return try await !connection.query(PostgresStatement(name: "index", sql: sql, parameters: values)).isEmpty
    }

    /// Whether it is there, invalid, and nobody is building it now.
    private func isLeftOver(on connection: PostgresConnection) async throws(PostgresError) -> Bool {
        let sql = """
            SELECT 1 FROM pg_class c JOIN pg_index x ON x.indexrelid = c.oid
             WHERE c.relname = $1 AND c.relnamespace = to_regnamespace(quote_ident($2)) AND NOT x.indisvalid
               AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = c.oid)
            """
        return try await !connection.query(PostgresStatement(name: "invalid index", sql: sql, parameters: values))
            .isEmpty
    }

    private func drop(on connection: PostgresConnection) async throws(PostgresError) {
        let place = "\(MendingTarget.quoted(schema)).\(MendingTarget.quoted(name))"
        _ = try await connection.query(
            PostgresStatement(name: "drop invalid index", sql: "DROP INDEX CONCURRENTLY IF EXISTS \(place)"))
    }

    /// Drops what an earlier build left.
    ///
    /// - Returns: whether there was anything.
    func clearInvalid(on connection: PostgresConnection) async throws(PostgresError) -> Bool {
        guard try await isLeftOver(on: connection) else { return false }
        try await drop(on: connection)
        return true
    }

    /// Drops what this build left when it failed.
    ///
    /// - Returns: what to add to the message.
    func cleanUp(on connection: PostgresConnection) async -> String {
        do throws(PostgresError) {
            guard try await clearInvalid(on: connection) else { return "; it left no index behind" }
            return "; the invalid index `\(name)` that it left was dropped"
        } catch {
            return "; an invalid index `\(name)` may be left and could not be dropped (\(error)): "
                + "DROP INDEX CONCURRENTLY IF EXISTS \(MendingTarget.quoted(name));"
        }
    }
}
