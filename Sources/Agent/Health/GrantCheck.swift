import Drivers

/// What a role may and may not read of what the agent samples and what diagnoses ask.
package struct GrantCheck: Sendable, Hashable {
    /// One thing that is missing.
    package struct Missing: Sendable, Hashable {
        package let what: String
        /// The statement that mends it.
        package let remedy: String
    }

    package let role: String
    package let missing: [Missing]
    /// Whether the role may do anything at all, which a watching role should not.
    package let isSuperuser: Bool
    /// How many of the Parlant extension's tables are there.
    package let tables: Int

    /// Asks the catalogue; the tables themselves are not read.
    ///
    /// - Throws: `PostgresError` where the database can't be asked.
    package static func run(dsn: String, schema: String, assembly: Assembly) async throws -> GrantCheck {
        let connection = PostgresConnection(
            PostgresSettings(dsn: dsn, name: "main"), poller: assembly.poller)
        do {
            let results = try await connection.batch([
                PostgresStatement(name: "role", sql: role, parameters: [.text(schema)]),
                PostgresStatement(name: "grants", sql: grants, parameters: [.text(schema)]),
            ])
            await connection.close()
            var missing: [Missing] = []
            for row in results[1] {
                missing.append(Missing(what: try row.text("what") ?? "", remedy: try row.text("remedy") ?? ""))
            }
            let about = results[0].first
            return GrantCheck(
                role: try about?.text("role") ?? "", missing: missing,
                isSuperuser: try about?.text("is_superuser") == "t", tables: Int(try about?.int("tables") ?? 0))
        } catch {
            await connection.close()
            throw error
        }
    }

    private static let role = """
        SELECT current_user AS role, r.rolsuper AS is_superuser,
               (SELECT count(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                 WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND c.relname LIKE 'parlant\\_%') AS tables
          FROM pg_catalog.pg_roles r WHERE r.rolname = current_user
        """

    /// The same as Deploy/role.sql gives.
    private static let grants = """
        SELECT 'statistics of all sessions and statements' AS what,
               format('GRANT pg_monitor TO %I;', current_user) AS remedy, 1 AS place
         WHERE NOT pg_has_role(current_user, 'pg_monitor', 'USAGE')
        UNION ALL
        SELECT 'the statistics of statements (it must also stand in shared_preload_libraries)',
               'CREATE EXTENSION pg_stat_statements;', 2
         WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = 'pg_stat_statements')
        UNION ALL
        SELECT format('the schema %I', n.nspname), format('GRANT USAGE ON SCHEMA %I TO %I;', n.nspname, current_user), 3
          FROM pg_catalog.pg_namespace n
         WHERE n.nspname = $1 AND NOT has_schema_privilege(n.oid, 'USAGE')
        UNION ALL
        SELECT format('%I', c.relname), format('GRANT SELECT ON %I.%I TO %I;', n.nspname, c.relname, current_user), 4
          FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm') AND c.relname LIKE 'parlant\\_%'
           AND NOT has_table_privilege(c.oid, 'SELECT')
        UNION ALL
        SELECT format('%I (%s)', c.relname, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)),
               format('GRANT SELECT (%s) ON %I.%I TO %I;', string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum),
                      n.nspname, c.relname, current_user), 5
          FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
          JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
         WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND c.relname IN ('knowledge_base', 'user', 'workspace')
           AND a.attname IN ('id', 'name', 'workspace_id', 'deleted_at') AND NOT a.attisdropped
           AND NOT has_column_privilege(c.oid, a.attnum, 'SELECT')
           AND EXISTS (SELECT FROM pg_catalog.pg_class p WHERE p.relnamespace = n.oid AND p.relname LIKE 'parlant\\_%')
         GROUP BY n.nspname, c.relname
         ORDER BY place, what
        """
}
