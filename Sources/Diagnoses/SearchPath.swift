package import Drivers

/// In which schemas a runbook's tables are looked for.
package struct SearchPath: Hashable, Sendable {
    private let text: String

    /// Of a preview, a fix and a verify: the one schema, so that a table of the same name elsewhere is never taken for
    /// the one that is meant. `pg_catalog` comes first by itself.
    package static func strict(_ schema: String) -> SearchPath { SearchPath(text: "\(quoted(schema)), pg_temp") }

    /// Of a diagnosis, which also reads extensions and the host's tables in `public`.
    package static func looking(_ schema: String) -> SearchPath {
        SearchPath(text: "\(quoted(schema)), public, pg_temp")
    }

    /// What sets it.
    ///
    /// - Parameter local: for the transaction, not for the session.
    package func statement(local: Bool) -> PostgresStatement {
        PostgresStatement(
            name: "search_path", sql: "SELECT set_config('search_path', $1, $2)",
            parameters: [.text(text), .bool(local)])
    }

    private static func quoted(_ name: String) -> String {
        "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
