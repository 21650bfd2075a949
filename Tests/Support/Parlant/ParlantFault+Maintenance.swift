extension ParlantFault {
    /// Every row changed, and autovacuum off for the table: as many dead tuples as live ones. The planner knows.
    package static func deadTuples(in table: String = "parlant_event") -> ParlantFault {
        ParlantFault(
            "dead tuples", count: 1, brings: ["bloat"],
            inject: """
                ALTER TABLE \(table.quoted) SET (autovacuum_enabled = false);
                UPDATE \(table.quoted) SET created_at = created_at;
                \(flush)
                ANALYZE \(table.quoted);
                """,
            rows: """
                SELECT relname, n_dead_tup, n_live_tup FROM pg_stat_user_tables WHERE schemaname = current_schema()
                    AND n_dead_tup >= 1000 AND n_dead_tup > n_live_tup * 0.2 ORDER BY 1
                """)
    }

    /// A table of mostly empty pages: the vacuum came late.
    package static func bloat(in table: String = "parlant_event") -> ParlantFault {
        let update = "UPDATE \(table.quoted) SET created_at = created_at;"
        return ParlantFault(
            "bloat", count: 1,
            inject: """
                ALTER TABLE \(table.quoted) SET (autovacuum_enabled = false);
                \(Array(repeating: update, count: 4).joined(separator: "\n"))
                \(flush)
                VACUUM ANALYZE \(table.quoted);
                """,
            rows: """
                SELECT relname, pg_relation_size(c.oid) FROM pg_class c
                    JOIN pg_stat_user_tables USING (relname)
                WHERE relkind = 'r' AND relnamespace = quote_ident(current_schema())::regnamespace
                    AND relid = c.oid AND pg_relation_size(c.oid) > 131072 + 3 * greatest(reltuples, n_live_tup) * (28 + (SELECT sum(avg_width) FROM pg_stats
                        WHERE schemaname = current_schema() AND tablename = relname)) ORDER BY 1
                """)
    }

    /// Many more rows than the planner knows of, and autovacuum off for the table.
    package static func staleStatistics(rows: Int = 5_000) -> ParlantFault {
        ParlantFault(
            "stale statistics", count: 1,
            inject: """
                ALTER TABLE parlant_canned_response SET (autovacuum_enabled = false);
                INSERT INTO parlant_canned_response (agent_id, template, created_at, updated_at)
                    SELECT a.id, 'Hello again ' || n, \(utc), \(utc)
                    FROM (SELECT id FROM parlant_agent ORDER BY id LIMIT 1) a, generate_series(1, \(rows)) n;
                \(flush)
                """,
            rows: """
                SELECT relname, n_mod_since_analyze, n_live_tup FROM pg_stat_user_tables
                WHERE schemaname = current_schema() AND n_mod_since_analyze >= 1000
                    AND n_mod_since_analyze > n_live_tup * 0.5 ORDER BY 1
                """)
    }

    /// A large table read from end to end, again and again.
    package static func sequentialScans(times: Int = 200) -> ParlantFault {
        ParlantFault(
            "sequential scans", count: 1,
            inject: """
                SET enable_indexscan = off;
                SET enable_indexonlyscan = off;
                SET enable_bitmapscan = off;
                DO $$ BEGIN FOR n IN 1..\(times) LOOP
                    PERFORM count(*) FROM parlant_event WHERE session_id = gen_random_uuid();
                END LOOP; END $$;
                \(flush)
                """,
            rows: """
                SELECT s.relname, seq_scan, idx_scan FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = relid
                WHERE schemaname = current_schema() AND seq_scan >= 100 AND reltuples > 1000 ORDER BY 1
                """)
    }

    /// A statement that takes longer than half a second on average; wants a server with pg_stat_statements.
    package static func slowStatement() -> ParlantFault {
        ParlantFault(
            "slow statement", count: 1,
            inject: """
                SELECT title, pg_sleep(0.6) FROM parlant_session LIMIT 1;
                SELECT title, pg_sleep(0.6) FROM parlant_session LIMIT 1;
                """,
            rows: """
                SELECT query, calls, mean_exec_time FROM public.pg_stat_statements s JOIN pg_database d ON d.oid = dbid
                WHERE datname = current_database() AND mean_exec_time > 500 AND query ILIKE '%parlant\\_%'
                """)
    }

    /// Sends this session's counters off: the next session sees them, and a vacuum that follows is not undone by them.
    static let flush = "SELECT pg_stat_force_next_flush();\nSELECT 1;"
}
