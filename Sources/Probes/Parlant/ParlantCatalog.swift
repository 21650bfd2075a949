import Drivers

/// What the server's catalogue says of the Parlant tables: which there are, their columns and size, whether the role may
/// read them, and what an index can serve.
struct ParlantCatalog: Sendable {
    struct Table: Sendable {
        var columns: Set<String> = []
        /// The size when it was last vacuumed or analyzed, or now where that is known better.
        var pages: Int64 = 0
        var isReadable = false
        /// The columns that lead a valid index without a condition.
        var leading: Set<String> = []
    }

    var tables: [String: Table] = [:]
    /// Foreign keys of one column that the database declares between these tables.
    var declared: Set<ParlantModel.Reference> = []

    /// A table of so many pages (8 MiB) may be read whole, without an index.
    static let smallPages: Int64 = 1_024

    /// Whether the extension is there at all: one of the tables that nothing goes without.
    var isInstalled: Bool {
        ["parlant_agent", "parlant_session", "parlant_event"].contains { tables[$0] != nil }
    }

    /// Whether rows of a table can be found by a column without reading all of it.
    func finds(_ table: String, by column: String) -> Bool {
        guard let known = tables[table] else { return false }
        return known.pages <= Self.smallPages || known.leading.contains(column)
    }

    /// Reads the catalogue, which needs no grant on the tables themselves.
    static func statements(schema: String) -> [PostgresStatement] {
        [
            PostgresStatement(
                name: "tables",
                sql: """
                    SELECT c.relname AS "table", has_any_column_privilege(c.oid, 'SELECT') AS readable,
                           pg_relation_size(c.oid) / current_setting('block_size')::int8 AS pages,
                           (SELECT string_agg(a.attname, ',') FROM pg_catalog.pg_attribute a
                             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
                           (SELECT string_agg(a.attname, ',')
                              FROM pg_catalog.pg_index i
                              JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
                             WHERE i.indrelid = c.oid AND i.indisvalid AND i.indpred IS NULL) AS leading
                      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                     WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm')
                       AND (c.relname LIKE 'parlant\\_%' OR c.relname IN ('knowledge_base', 'user', 'workspace'))
                     LIMIT 500
                    """, parameters: [.text(schema)]),
            PostgresStatement(
                name: "references",
                sql: """
                    SELECT "table", "column", parent
                      FROM (SELECT c.relname AS "table",
                                   -- Looked up and not joined: to plan such a join takes longer than to run it.
                                   (SELECT a.attname FROM pg_catalog.pg_attribute a
                                     WHERE a.attrelid = k.conrelid AND a.attnum = k.conkey[1]) AS "column",
                                   (SELECT p.relname FROM pg_catalog.pg_class p
                                     WHERE p.oid = k.confrelid AND p.relnamespace = k.connamespace) AS parent,
                                   (SELECT a.attname FROM pg_catalog.pg_attribute a
                                     WHERE a.attrelid = k.confrelid AND a.attnum = k.confkey[1]) AS key
                              FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
                             WHERE k.contype = 'f' AND cardinality(k.conkey) = 1 AND c.relname LIKE 'parlant\\_%'
                               AND k.connamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = $1)) declared
                     WHERE parent IS NOT NULL AND key = 'id'
                     LIMIT 500
                    """, parameters: [.text(schema)]),
        ]
    }

    init(_ results: [PostgresRows]) throws(PostgresError) {
        guard results.count == 2 else { return }
        for row in results[0] {
            guard let name = try row.text("table") else { continue }
            tables[name] = Table(
                columns: Self.set(try row.text("columns")), pages: try row.int("pages") ?? 0,
                isReadable: try row.bool("readable") ?? false, leading: Self.set(try row.text("leading")))
        }
        for row in results[1] {
            guard let table = try row.text("table"), let column = try row.text("column"),
                let parent = try row.text("parent")
            else { continue }
            declared.insert(ParlantModel.Reference(table, column, parent))
        }
    }

    private static func set(_ list: String?) -> Set<String> {
        Set((list ?? "").split(separator: ",").map(String.init))
    }
}
