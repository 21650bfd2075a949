import Drivers
import PromQL

extension ParlantProbe {
    /// Whether the tables, foreign keys and indexes are there that the guide expects, each by what it does and not by
    /// its name; constraints that were never validated, triggers that are disabled. Reads the catalogue alone.
    package static func schema(
        name: String, source: ParlantSource, interval: Duration = .seconds(300), deadline: Duration = .seconds(10)
    ) -> ParlantProbe {
        ParlantProbe(.schema, name: name, source: source, interval: interval, deadline: deadline) { settings, catalog in
            [
                tables(settings), foreignKeys(settings, catalog), indexes(settings, catalog), constraints(settings),
                triggers(settings),
            ]
        }
    }

    private static func tables(_ settings: ParlantSource.Settings) -> ParlantQuestion {
        ParlantQuestion(
            name: "expected tables", needs: [:],
            sql: """
                SELECT w.name AS "table", (c.oid IS NOT NULL)::int AS parlant_table_present
                  FROM unnest(string_to_array($2, ',')) AS w(name)
                  LEFT JOIN pg_catalog.pg_class c
                    ON c.relname = w.name AND c.relkind IN ('r', 'p', 'v', 'f')
                   AND c.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = $1)
                """,
            parameters: [.text(settings.schema), .text(settings.tables.joined(separator: ","))], labels: ["table"])
    }

    /// The expected ones whose tables are there, now and not when the catalogue was last read.
    private static func foreignKeys(
        _ settings: ParlantSource.Settings, _ catalog: ParlantCatalog
    ) -> ParlantQuestion {
        let expected = ParlantModel.references.filter {
            catalog.tables[$0.table]?.columns.contains($0.column) == true && catalog.tables[$0.parent] != nil
        }
        return ParlantQuestion(
            name: "foreign keys", needs: [:],
            sql: """
                SELECT w.child AS "table", w.col AS "column", w.parent AS "references",
                       (k.col IS NOT NULL)::int AS parlant_foreign_key_present
                  FROM unnest(string_to_array($2, ','), string_to_array($3, ','), string_to_array($4, ',')) AS w(child, col, parent)
                  LEFT JOIN (SELECT DISTINCT c.relname AS child, a.attname AS col, p.relname AS parent
                               FROM pg_catalog.pg_constraint k
                               JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
                               JOIN pg_catalog.pg_class p ON p.oid = k.confrelid
                               JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
                              WHERE k.contype = 'f' AND cardinality(k.conkey) = 1
                                AND c.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = $1)
                            ) k ON k.child = w.child AND k.col = w.col AND k.parent = w.parent
                 WHERE 2 = (SELECT count(*) FROM pg_catalog.pg_class c
                             WHERE c.relname IN (w.child, w.parent) AND c.relkind IN ('r', 'p')
                               AND c.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = $1))
                """,
            parameters: [
                .text(settings.schema), .text(expected.map(\.table).joined(separator: ",")),
                .text(expected.map(\.column).joined(separator: ",")),
                .text(expected.map(\.parent).joined(separator: ",")),
            ], labels: ["table", "column", "references"])
    }

    /// An index serves where its leading columns are these, it is valid, and it has no condition or the one that the
    /// guide's queries ask for too.
    private static func indexes(_ settings: ParlantSource.Settings, _ catalog: ParlantCatalog) -> ParlantQuestion {
        let expected = ParlantModel.indexes.filter { index in
            let known = catalog.tables[index.table]?.columns ?? []
            return index.columns.allSatisfy(known.contains)
        }
        func list(_ value: (ParlantModel.Index) -> String) -> PostgresValue {
            .text(expected.map(value).joined(separator: ";"))
        }
        return ParlantQuestion(
            name: "expected indexes", needs: [:],
            sql: """
                SELECT w.tab AS "table", w.cols AS columns,
                       (SELECT count(*) > 0
                          FROM pg_catalog.pg_index i
                          JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
                         WHERE t.relname = w.tab
                           AND t.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = $1)
                           AND i.indisvalid AND i.indisready AND (i.indisunique OR w.uniq = 'f')
                           AND (i.indpred IS NULL
                                OR (w.pred <> '' AND position(w.pred IN pg_get_expr(i.indpred, i.indrelid)) > 0))
                           AND w.cols = (SELECT string_agg(a.attname, ',' ORDER BY k.place)
                                           FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(att, place)
                                           JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.att
                                          WHERE k.place <= cardinality(string_to_array(w.cols, ',')))
                       )::int AS parlant_index_present
                  FROM unnest(string_to_array($2, ';'), string_to_array($3, ';'), string_to_array($4, ';'),
                              string_to_array($5, ';')) AS w(tab, cols, uniq, pred)
                 WHERE EXISTS (SELECT FROM pg_catalog.pg_class c
                                WHERE c.relname = w.tab AND c.relkind IN ('r', 'p')
                                  AND c.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = $1))
                """,
            parameters: [
                .text(settings.schema), list(\.table), list { $0.columns.joined(separator: ",") },
                list { $0.isUnique ? "t" : "f" }, list { $0.predicate ?? "" },
            ], labels: ["table", "columns"])
    }

    private static func constraints(_ settings: ParlantSource.Settings) -> ParlantQuestion {
        ParlantQuestion(
            name: "constraints", needs: [:],
            sql: """
                SELECT c.relname AS "table",
                       count(k.oid) FILTER (WHERE NOT k.convalidated) AS parlant_constraints_not_valid
                  FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_constraint k ON k.conrelid = c.oid
                 WHERE c.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = $1)
                   AND c.relname LIKE 'parlant\\_%' AND c.relkind IN ('r', 'p')
                 GROUP BY 1 ORDER BY 2 DESC, 1
                """, parameters: [.text(settings.schema)], labels: ["table"])
    }

    /// Disabled ones, those of foreign keys among them: they are what lets orphans in.
    private static func triggers(_ settings: ParlantSource.Settings) -> ParlantQuestion {
        ParlantQuestion(
            name: "triggers", needs: [:],
            sql: """
                SELECT c.relname AS "table", count(t.oid) FILTER (WHERE t.tgenabled = 'D') AS parlant_triggers_disabled
                  FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_trigger t ON t.tgrelid = c.oid
                 WHERE c.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = $1)
                   AND c.relname LIKE 'parlant\\_%' AND c.relkind IN ('r', 'p')
                 GROUP BY 1 ORDER BY 2 DESC, 1
                """, parameters: [.text(settings.schema)], labels: ["table"])
    }
}
