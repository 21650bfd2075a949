package import Drivers
package import Runbooks

/// Runs the statements of runbooks that only look, over a connection that may only read.
package struct Diagnoser: Sendable {
    private let connection: PostgresConnection
    /// The schema of the tables that runbooks name.
    private let schema: String
    /// How long one statement may take, the connection included.
    private let deadline: Duration

    package init(_ connection: PostgresConnection, schema: String, deadline: Duration) {
        self.connection = connection
        self.schema = schema
        self.deadline = deadline
    }

    /// Runs one statement of a `diagnose` block in a read-only transaction of its own.
    ///
    /// - Parameters:
    ///   - limit: the most rows.
    ///   - isCounting: whether the rows beyond the limit are counted; then the server has to find them all.
    package func look(
        _ statement: SQLStatement, of block: RunbookBlock, values: [String: String], limit: Int,
        isCounting: Bool = false
    ) async throws -> ResultTable {
        // A result that is too large would be refused, and a query can be cut off before.
        let counts = isCounting && statement.isQuery
        var sql = statement.sql
        if statement.isQuery {
            let all = counts ? "found.*, count(*) OVER () AS \(Self.count)" : "*"
            sql = "SELECT \(all) FROM (\n\(statement.sql)\n) AS found LIMIT \(counts ? limit : limit + 1)"
        }
        let bound = RunbookValues.bind(statement, sql: sql, values: values, name: "diagnose, line \(statement.line)")
        let path = SearchPath.looking(schema).statement(local: true)
        let rows = try await connection.inTransaction(.readOnly, deadline: deadline) { transaction in
            _ = try await transaction.query(path)
            return try await transaction.query(bound)
        }
        return try ResultTable(rows, limit: limit, sensitive: block.sensitive, count: counts ? Self.count : nil)
    }

    private static let count = "tocsin_rows_in_all"

    // MARK: Grants

    /// The grants that the role lacks for a statement that was refused; empty where it lacks none that is known.
    package func missingGrants(for statement: SQLStatement) async -> [String] {
        let words = Self.words(of: statement.sql)
        let question = PostgresStatement(
            name: "grants", sql: Self.grants,
            parameters: [.text(words.sorted().joined(separator: ",")), .text(schema)])
        guard let rows = try? await connection.query(question, deadline: deadline) else { return [] }
        return rows.compactMap { try? $0.text("missing") }
    }

    /// Every word of a statement: among them the names of tables and columns.
    static func words(of sql: String) -> Set<String> {
        Set(
            sql.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "$") }
                .flatMap { [String($0), $0.lowercased()] })
    }

    /// Of a table of which some columns may be read, only the named columns that may not are asked for.
    private static let grants = """
        WITH words AS (SELECT string_to_array($1, ',') AS list)
        SELECT DISTINCT
               CASE WHEN NOT has_schema_privilege(n.oid, 'USAGE')
                    THEN format('GRANT USAGE ON SCHEMA %I TO %I', n.nspname, current_user)
                    WHEN has_any_column_privilege(c.oid, 'SELECT')
                    THEN format('GRANT SELECT (%s) ON %I.%I TO %I', lacking.columns, n.nspname, c.relname, current_user)
                    ELSE format('GRANT SELECT ON %I.%I TO %I', n.nspname, c.relname, current_user) END AS missing
          FROM words
          JOIN pg_catalog.pg_class c ON c.relname = ANY (words.list)
          JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         CROSS JOIN LATERAL (
                SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) AS columns
                  FROM pg_catalog.pg_attribute a
                 WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attname = ANY (words.list)
                   AND NOT has_column_privilege(c.oid, a.attnum, 'SELECT')) lacking
         WHERE n.nspname IN ($2, 'public') AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
           AND NOT (has_schema_privilege(n.oid, 'USAGE')
                    AND (has_table_privilege(c.oid, 'SELECT')
                         OR (has_any_column_privilege(c.oid, 'SELECT') AND lacking.columns IS NULL)))
         ORDER BY 1
        """
}
