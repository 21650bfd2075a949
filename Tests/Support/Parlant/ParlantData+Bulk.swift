import Foundation

extension ParlantData {
    /// Loads the rows without the large tables' indexes, which are made afterwards; two sessions at once.
    ///
    /// Keeping the events' primary key, whose values come in no order, would double the time.
    func fillInBulk(
        _ database: ParlantDatabase, by scripts: ParlantDataScripts
    ) throws -> [(part: String, seconds: TimeInterval)] {
        let heavy = database.schema.tables.filter { ["parlant_session", "parlant_event"].contains($0.name) }
        let key = "parlant_event_pkey"
        let dropped = heavy.flatMap { table in table.indexes.map { "DROP INDEX \($0.name.quoted);" } }
        try database.sql("ALTER TABLE parlant_event DROP CONSTRAINT \(key);\n" + dropped.joined(separator: "\n"))
        // The rows are right by their making, so the keys' triggers, one call for each row, are left out.
        let begin = scripts.begin + "SET LOCAL session_replication_role = replica;\n"
        let hour: TimeInterval = 3_600
        let rows = [begin, scripts.people, scripts.agents, scripts.journeys, scripts.sessions, "COMMIT;"]
        let middle = "'80000000-0000-0000-0000-000000000000'"
        let halves = ["s.id < \(middle)", "s.id >= \(middle)"].map { begin + scripts.events(where: $0) + "\nCOMMIT;" }
        let made =
            ["CREATE UNIQUE INDEX \(key) ON parlant_event (id);"]
            + heavy.flatMap { table in table.indexes.map(table.definition(of:)) }
        let sides = [0, 1].map { side in
            let own = made.enumerated().filter { $0.offset % 2 == side }.map(\.element)
            return (["SET max_parallel_maintenance_workers = 0;"] + own).joined(separator: "\n")
        }
        return [
            try timed("rows") { try database.sql(rows.joined(separator: "\n"), limit: hour) },
            try timed("events") { try database.side(by: halves, limit: hour) },
            try timed("indexes") {
                try database.side(by: sides, limit: hour)
                try database.sql("ALTER TABLE parlant_event ADD CONSTRAINT \(key) PRIMARY KEY USING INDEX \(key);")
            },
            try timed("vacuum") { try database.sql("VACUUM ANALYZE", limit: hour) },
        ]
    }
}
