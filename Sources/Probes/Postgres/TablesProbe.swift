package import Drivers
package import PromQL

/// Samples a database's tables and indexes from the server's statistics: how they are read, what is dead in them, when
/// they were vacuumed and analyzed, which indexes nobody uses, and how builds and vacuums get on.
///
/// Only tables above 1 MiB or of 10,000 rows have series of their own, the 50 largest of them.
package struct TablesProbe: Probe {
    package let id: String
    package let kind = ProbeKind.tables
    package let targetLabels: Labels
    package let interval: Duration
    package let deadline: Duration
    private let connection: PostgresConnection

    package init(
        name: String, connection: PostgresConnection, interval: Duration = .seconds(60),
        deadline: Duration = .seconds(10)
    ) {
        id = kind.id(of: name)
        targetLabels = kind.targetLabels(of: name)
        self.connection = connection
        self.interval = interval
        self.deadline = deadline
    }

    package func sample(at: Timestamp) async -> ProbeResult {
        do throws(PostgresError) {
            let results = try await connection.batch(
                [Self.tables, Self.indexes, Self.age, Self.progress], deadline: deadline)
            var list = SampleList(at: at)
            for row in results[0] { try add(row, labels: ["schemaname", "relname"], to: &list) }
            for row in results[1] { try add(row, labels: ["datname"], to: &list) }
            for row in results[2] { try add(row, labels: ["datname"], to: &list) }
            for row in results[3] { try add(row, labels: ["command", "relname"], to: &list) }
            return ProbeResult(samples: list.samples)
        } catch {
            return ProbeResult(failure: ProbeFailure(error, probe: id, user: connection.settings.keyword("user")))
        }
    }

    private func add(_ row: PostgresRow, labels: [String], to list: inout SampleList) throws(PostgresError) {
        var own: [(String, String)] = []
        for label in labels { own.append((label, try row.text(label) ?? "")) }
        for column in row.columns where !labels.contains(column) { list.add(column, try row.double(column), own) }
    }

    private static let tables = PostgresStatement(
        name: "tables",
        sql: """
            SELECT s.schemaname, s.relname, c.relpages::int8 * current_setting('block_size')::int8 AS tocsin_table_bytes,
                   s.seq_scan AS pg_stat_user_tables_seq_scan, s.seq_tup_read AS pg_stat_user_tables_seq_tup_read,
                   -- NULL where there is no index at all, and then every scan reads the table whole.
                   coalesce(s.idx_scan, 0) AS pg_stat_user_tables_idx_scan, s.n_tup_ins AS pg_stat_user_tables_n_tup_ins,
                   s.n_tup_upd AS pg_stat_user_tables_n_tup_upd, s.n_tup_del AS pg_stat_user_tables_n_tup_del,
                   s.n_live_tup AS pg_stat_user_tables_n_live_tup, s.n_dead_tup AS pg_stat_user_tables_n_dead_tup,
                   s.n_mod_since_analyze AS pg_stat_user_tables_n_mod_since_analyze,
                   extract(epoch FROM now() - greatest(s.last_vacuum, s.last_autovacuum))::float8 AS tocsin_table_vacuum_age_seconds,
                   extract(epoch FROM now() - greatest(s.last_analyze, s.last_autoanalyze))::float8 AS tocsin_table_analyze_age_seconds
              FROM pg_catalog.pg_stat_user_tables s JOIN pg_catalog.pg_class c ON c.oid = s.relid
             WHERE (c.relpages >= 128 OR s.n_live_tup + s.n_dead_tup >= 10000) AND c.relkind = 'r'
             ORDER BY greatest(c.relpages, (s.n_live_tup + s.n_dead_tup) / 100) DESC LIMIT 50
            """)

    /// Unused are those above 8 MiB that were never read, and that no constraint needs. Duplicates are those that do what
    /// an older one does.
    private static let indexes = PostgresStatement(
        name: "indexes",
        sql: """
            WITH own AS (
                SELECT i.indexrelid, i.indisvalid, i.indisunique OR i.indisprimary OR i.indisexclusion AS is_needed,
                       c.relpages::int8 * current_setting('block_size')::int8 AS bytes,
                       coalesce(pg_stat_get_numscans(i.indexrelid), 0) AS scans,
                       row_number() OVER (PARTITION BY i.indrelid, i.indkey::text, i.indclass::text, i.indcollation::text,
                                                       i.indoption::text, pg_get_expr(i.indexprs, i.indrelid),
                                                       pg_get_expr(i.indpred, i.indrelid), c.relam
                                              ORDER BY i.indisunique DESC, i.indexrelid) > 1 AND NOT i.indisunique AS is_duplicate,
                       EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid) AS is_built
                  FROM pg_catalog.pg_index i
                  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
                 -- Those of a partitioned table hold nothing: each partition has its own.
                 WHERE c.relkind = 'i'
                   AND c.relnamespace NOT IN (SELECT oid FROM pg_catalog.pg_namespace
                                               WHERE nspname IN ('pg_catalog', 'information_schema') OR nspname ~ '^pg_toast'))
            SELECT current_database() AS datname,
                   count(*) FILTER (WHERE NOT indisvalid AND NOT is_built) AS tocsin_invalid_indexes,
                   count(*) FILTER (WHERE indisvalid AND scans = 0 AND NOT is_needed AND bytes >= 8388608) AS tocsin_unused_indexes,
                   coalesce(sum(bytes) FILTER (WHERE indisvalid AND scans = 0 AND NOT is_needed AND bytes >= 8388608), 0)
                       AS tocsin_unused_index_bytes,
                   count(*) FILTER (WHERE is_duplicate) AS tocsin_duplicate_indexes,
                   coalesce(sum(bytes) FILTER (WHERE is_duplicate), 0) AS tocsin_duplicate_index_bytes
              FROM own
            """)

    /// How many transactions old the oldest unfrozen row may be; at two thousand million the server stops writing.
    private static let age = PostgresStatement(
        name: "age",
        sql: """
            SELECT datname, age(datfrozenxid) AS tocsin_freeze_age_transactions
              FROM pg_catalog.pg_database WHERE datname = current_database()
            """)

    private static let progress = PostgresStatement(
        name: "progress",
        sql: """
            SELECT p.command AS command, c.relname,
                   p.blocks_done::float8 / nullif(p.blocks_total, 0) AS tocsin_progress_ratio
              FROM pg_catalog.pg_stat_progress_create_index p JOIN pg_catalog.pg_class c ON c.oid = p.relid
             WHERE p.datname = current_database()
            UNION ALL
            SELECT 'VACUUM', c.relname, p.heap_blks_scanned::float8 / nullif(p.heap_blks_total, 0)
              FROM pg_catalog.pg_stat_progress_vacuum p JOIN pg_catalog.pg_class c ON c.oid = p.relid
             WHERE p.datname = current_database()
             LIMIT 50
            """)
}
