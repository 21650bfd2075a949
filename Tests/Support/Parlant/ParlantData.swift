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
        let scripts = ParlantDataScripts(data: self, now: "timestamp '\(now)'")
        if isBulk { return try fillInBulk(database, by: scripts) }
        let script = [
            scripts.begin, scripts.people, scripts.agents, scripts.journeys, scripts.sessions, scripts.events(),
            "COMMIT;", ParlantFault.flush,
        ]
        return [
            try timed("rows") { try database.sql(script.joined(separator: "\n")) },
            try timed("vacuum") { try database.sql("VACUUM ANALYZE") },
        ]
    }

    func timed(_ part: String, _ body: () throws -> Void) rethrows -> (part: String, seconds: TimeInterval) {
        let began = Date()
        try body()
        return (part, Date().timeIntervalSince(began))
    }
}
