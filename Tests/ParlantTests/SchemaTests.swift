import Foundation
import Support
import Testing

/// The schema, made on real servers, against the facts of the one that was read.
@Suite("Parlant schema")
struct SchemaTests {
    /// Columns, foreign keys and indexes without the primary key's, counted in the catalogue that was read.
    static let facts: [String: [Int]] = [
        "user": [5, 0, 0], "workspace": [5, 0, 0], "knowledge_base": [7, 0, 0], "parlant_agent": [32, 2, 14],
        "parlant_agent_knowledge_base": [11, 2, 6], "parlant_agent_tool": [10, 2, 6],
        "parlant_canned_response": [13, 1, 7], "parlant_event": [10, 3, 10], "parlant_guideline": [11, 1, 6],
        "parlant_journey": [13, 1, 5], "parlant_journey_guideline": [10, 2, 5], "parlant_journey_state": [14, 1, 5],
        "parlant_journey_transition": [9, 3, 6], "parlant_session": [30, 5, 17], "parlant_term": [10, 1, 5],
        "parlant_tool": [26, 1, 12], "parlant_tool_integration": [14, 1, 6], "parlant_variable": [11, 2, 8],
    ]

    /// What a database holds, by table: columns, foreign keys, indexes without the primary key's.
    private func counted(_ database: ParlantDatabase) throws -> [String: [Int]] {
        let lines = try database.lines(
            """
            SELECT relname, (SELECT count(*) FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0),
                (SELECT count(*) FROM pg_constraint WHERE conrelid = c.oid AND contype = 'f'),
                (SELECT count(*) FROM pg_index WHERE indrelid = c.oid AND NOT indisprimary)
            FROM pg_class c WHERE relkind = 'r' AND relnamespace = \(database.schema.name.literal.regnamespace)
            """)
        return Dictionary(
            lines.map { line in
                let parts = line.split(separator: "|")
                return (String(parts[0]), parts.dropFirst().compactMap { Int($0) })
            }, uniquingKeysWith: { first, _ in first })
    }

    @Test("has the tables, columns, keys and indexes, on every version", arguments: PostgresServer.Version.wanted)
    func facts(number: Int) throws {
        let server = try PostgresServer(version: .find(number))
        defer { server.stop() }
        let database = try ParlantDatabase(on: server, data: .small)
        #expect(try counted(database) == Self.facts)
        #expect(database.schema.tables.filter(\.isParlant).count == 15)
        #expect(database.schema.tables.count == 18)
        #expect(try database.sql("SELECT count(*) FROM parlant_event") == "5000")
    }

    @Test("its data says of every index what the server says")
    func indexes() throws {
        let database = try Bench.healthy.get()
        let told = try database.lines(
            """
            SELECT t.relname, i.relname, indisunique, pg_get_expr(indpred, indrelid),
                (SELECT string_agg(pg_get_indexdef(indexrelid, k, true), ',' ORDER BY k)
                    FROM generate_series(1, indnkeyatts) k)
            FROM pg_index JOIN pg_class t ON t.oid = indrelid JOIN pg_class i ON i.oid = indexrelid
            WHERE NOT indisprimary AND t.relnamespace = 'public'::regnamespace
            """)
        let known = database.schema.tables.flatMap { table in
            table.indexes.map { index in
                let columns = index.columns.map { $0 == "offset" ? $0.quoted : $0 }.joined(separator: ",")
                return "\(table.name)|\(index.name)|\(index.isUnique ? "t" : "f")|\(index.predicate ?? "")|\(columns)"
            }
        }
        #expect(Set(told) == Set(known))
        #expect(known.count == 118)
    }

    @Test("another schema's name, a far time zone")
    func named() throws {
        let schema = ParlantSchema(name: "Par\"lant", timeZone: "Pacific/Kiritimati")
        let database = try ParlantDatabase(on: Bench.server.get(), name: "na\"med", schema: schema, data: .small)
        #expect(try counted(database) == Self.facts)
        #expect(try database.sql("SHOW timezone") == "Pacific/Kiritimati")
        // The rows hold UTC all the same.
        #expect(
            try database.sql(
                "SELECT max(created_at) BETWEEN (now() AT TIME ZONE 'UTC') - interval '1 minute' AND (now() AT TIME ZONE 'UTC')"
                    + " FROM parlant_event") == "t")
        #expect(try database.copy(as: "named-too").sql("SHOW timezone") == "Pacific/Kiritimati")
    }

    @Test("fewer indexes, more columns, no foreign keys")
    func variants() throws {
        let server = try Bench.server.get()
        let fewer = ParlantSchema(fewerIndexes: true)
        let few = try counted(ParlantDatabase(on: server, name: "fewer", schema: fewer, data: .small))
        #expect(few["parlant_event"] == [10, 3, 1] && few["parlant_session"] == [30, 5, 0])
        #expect(few.values.map { $0[2] }.reduce(0, +) == 8)

        let more = ParlantSchema(moreColumns: true)
        let many = try counted(ParlantDatabase(on: server, name: "more", schema: more, data: .small))
        #expect(many.keys.filter { $0.hasPrefix("parlant_") }.count == 18)
        #expect(many["parlant_event"] == [12, 3, 10] && many["user"] == [7, 0, 0])

        let loose = ParlantSchema(withoutForeignKeys: true)
        let without = try counted(ParlantDatabase(on: server, name: "loose", schema: loose, data: .small))
        #expect(without.values.allSatisfy { $0[1] == 0 })
        #expect(without.mapValues { $0[2] } == Self.facts.mapValues { $0[2] })
    }
}

extension String {
    /// A schema's name, given as an SQL string, as the server's identifier of it.
    fileprivate var regnamespace: String { "(SELECT oid FROM pg_namespace WHERE nspname = \(self))" }
}
