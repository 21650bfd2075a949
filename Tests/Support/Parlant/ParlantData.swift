package import Foundation

/// Healthy data of a believable shape: nothing in it is a trouble. The same sizes and seed give the same rows, placed
/// in time by the moment of filling.
package struct ParlantData: Sendable {
    package var seed = 1
    package var workspaces = 5
    package var users = 20
    package var agents = 50
    /// Tools, each with one integration; at least two for each workspace make all agents have two.
    package var tools = 20
    package var knowledgeBases = 10
    package var journeysPerAgent = 1
    package var sessions = 300
    /// At least three for each session.
    package var events = 5_000
    /// Over how many days up to now the ended sessions are spread.
    package var days = 30
    /// Whether to load in bulk: without indexes and checks, which are made afterwards, in two sessions at once.
    package var isBulk = false

    package init() {}

    /// Quick to make: well within a second.
    package static let small = ParlantData()

    /// A hundred thousand sessions with ten million events; takes minutes and gigabytes.
    package static let large = {
        var data = ParlantData()
        data.workspaces = 100
        data.users = 2_000
        data.agents = 2_000
        data.tools = 400
        data.knowledgeBases = 300
        data.sessions = 100_000
        data.events = 10_000_000
        data.days = 80
        data.isBulk = true
        return data
    }()

    /// Settings that a server wants for a bulk load.
    package static let bulkSettings = [
        "wal_level": "minimal", "max_wal_senders": "0", "max_wal_size": "16GB", "checkpoint_timeout": "1h",
        "shared_buffers": "1GB", "maintenance_work_mem": "1GB", "work_mem": "64MB", "jit": "off",
    ]

    /// Fills an empty database.
    ///
    /// - Returns: seconds that each part of it took.
    @discardableResult
    package func fill(_ database: ParlantDatabase) throws -> [(part: String, seconds: TimeInterval)] {
        let now = try database.sql("SELECT now() AT TIME ZONE 'UTC'")
        var parts: [(String, TimeInterval)] = []
        func part(_ name: String, _ body: () throws -> Void) rethrows {
            let began = Date()
            try body()
            parts.append((name, Date().timeIntervalSince(began)))
        }
        let helpers = ParlantDataScripts(data: self, now: "timestamp '\(now)'")
        guard isBulk else {
            let script = [
                helpers.people, helpers.agents, helpers.journeys, helpers.sessions, helpers.events(), "COMMIT;",
                ParlantFault.flush,
            ]
            try part("rows") { try database.sql(helpers.begin + script.joined(separator: "\n")) }
            try part("vacuum") { try database.sql("VACUUM ANALYZE") }
            return parts
        }
        let heavy = database.schema.tables.filter { ["parlant_session", "parlant_event"].contains($0.name) }
        let dropped = heavy.flatMap { table in table.indexes.map { "DROP INDEX \($0.name.quoted);" } }
        try database.sql(dropped.joined(separator: "\n"))
        // The rows are right by their making, so the keys' triggers, one call for each row, are left out.
        let bulk = helpers.begin + "SET LOCAL session_replication_role = replica;\n"
        let hour: TimeInterval = 3_600
        try part("rows") {
            let scripts = [helpers.people, helpers.agents, helpers.journeys, helpers.sessions, "COMMIT;"]
            try database.sql(bulk + scripts.joined(separator: "\n"), limit: hour)
        }
        try part("events") {
            let halves = [
                "s.id < '80000000-0000-0000-0000-000000000000'", "s.id >= '80000000-0000-0000-0000-000000000000'",
            ]
            try database.side(by: halves.map { bulk + helpers.events(where: $0) + "\nCOMMIT;" }, limit: hour)
        }
        try part("indexes") {
            let made = heavy.flatMap { table in table.indexes.map(table.definition(of:)) }
            let sides = [0, 1].map { side in
                made.enumerated().filter { $0.offset % 2 == side }.map(\.element).joined(separator: "\n")
            }
            try database.side(by: sides.map { "SET max_parallel_maintenance_workers = 0;\n" + $0 }, limit: hour)
        }
        try part("vacuum") { try database.sql("VACUUM ANALYZE", limit: hour) }
        return parts
    }
}
