extension ParlantFault {
    package static func missingIndex(
        _ index: String = "parlant_event_timeline_idx", in schema: ParlantSchema = ParlantSchema()
    ) -> ParlantFault {
        ParlantFault(
            "missing index", count: 1, inject: "DROP INDEX \(index.quoted);",
            rows: """
                SELECT name FROM \(known(in: schema))
                JOIN pg_class t ON t.relname = source AND t.relnamespace = quote_ident(current_schema())::regnamespace
                WHERE NOT EXISTS (SELECT FROM \(found) WHERE found.name = known.name) ORDER BY name
                """)
    }

    /// The guide's own mistake: its `CREATE INDEX IF NOT EXISTS` with a predicate meets an index of that name without.
    package static func otherIndex(in schema: ParlantSchema = ParlantSchema()) -> ParlantFault {
        ParlantFault(
            "index with another definition", count: 1,
            inject: """
                DROP INDEX parlant_session_agent_status_idx;
                CREATE INDEX parlant_session_agent_status_idx ON parlant_session (agent_id, status)
                    WHERE status = 'active';
                """,
            rows: """
                SELECT known.name, found.* FROM \(known(in: schema)) JOIN \(found) USING (name)
                WHERE (known.source, known.is_unique, known.fields, known.predicate)
                    IS DISTINCT FROM (found.source, found.is_unique, found.fields, found.predicate) ORDER BY 1
                """)
    }

    /// What a `CREATE UNIQUE INDEX CONCURRENTLY` leaves behind where it meets duplicates.
    package static func invalidIndex() -> ParlantFault {
        ParlantFault(
            "invalid index", count: 1,
            inject: """
                \\set ON_ERROR_STOP off
                CREATE UNIQUE INDEX CONCURRENTLY parlant_session_user_once_idx ON parlant_session (user_id);
                """,
            rows: invalid)
    }

    /// An index that belongs there, made again by a build that failed: its name is there, the index is not.
    package static func invalidKnownIndex(in schema: ParlantSchema = ParlantSchema()) -> ParlantFault {
        ParlantFault(
            "invalid index of a known name", count: 1,
            brings: ["invalid index", "index with another definition"],
            inject: """
                DROP INDEX parlant_session_status_idx;
                \\set ON_ERROR_STOP off
                CREATE UNIQUE INDEX CONCURRENTLY parlant_session_status_idx ON parlant_session (status);
                """,
            rows: "SELECT * FROM (\(invalid)) invalid WHERE relname IN (SELECT name FROM \(known(in: schema)))")
    }

    package static func duplicateIndex() -> ParlantFault {
        ParlantFault(
            "duplicate index", count: 1, brings: ["unused index"],
            inject: "CREATE INDEX parlant_event_again_idx ON parlant_event (session_id, created_at, event_type);",
            rows: """
                SELECT string_agg(name, ' ' ORDER BY name), source FROM \(found) WHERE is_valid
                GROUP BY source, fields, predicate HAVING count(*) > 1
                """)
    }

    /// An index that nothing ever reads. All are, on a server whose counters are new; this one is not even known.
    package static func unusedIndex(in schema: ParlantSchema = ParlantSchema()) -> ParlantFault {
        ParlantFault(
            "unused index", count: 1,
            inject: "CREATE INDEX parlant_event_nobody_idx ON parlant_event (tool_call_id, session_id);",
            rows: """
                SELECT name, source FROM \(found) JOIN pg_stat_user_indexes s ON s.indexrelid = found.index
                WHERE is_valid AND NOT is_unique AND idx_scan = 0
                    AND NOT EXISTS (SELECT FROM \(known(in: schema)) WHERE known.name = found.name)
                """)
    }

    private static let invalid = """
        SELECT relname, indrelid::regclass FROM pg_index JOIN pg_class c ON c.oid = indexrelid
        WHERE NOT indisvalid AND relnamespace = quote_ident(current_schema())::regnamespace
        """

    /// The indexes that should be there, as a table expression.
    private static func known(in schema: ParlantSchema) -> String {
        let rows = schema.tables.flatMap { table in
            table.indexes.map { index in
                // As the server writes columns: quoted only where they must be.
                let columns = index.columns.map { $0 == "offset" ? $0.quoted : $0 }.joined(separator: ", ")
                let predicate = index.predicate?.literal ?? "NULL"
                return
                    "(\(table.name.literal), \(index.name.literal), \(index.isUnique), \(columns.literal), \(predicate))"
            }
        }
        return "(VALUES \(rows.joined(separator: ", "))) known(source, name, is_unique, fields, predicate)"
    }

    /// The indexes that are there, likewise.
    private static let found = """
        (SELECT t.relname::text AS source, i.relname::text AS name, indisunique AS is_unique,
            (SELECT string_agg(pg_get_indexdef(indexrelid, k, true), ', ' ORDER BY k)
                FROM generate_series(1, indnatts) k) AS fields,
            pg_get_expr(indpred, indrelid) AS predicate, indisvalid AS is_valid, indexrelid AS index
        FROM pg_index JOIN pg_class i ON i.oid = indexrelid JOIN pg_class t ON t.oid = indrelid
        WHERE t.relnamespace = quote_ident(current_schema())::regnamespace) found
        """
}
