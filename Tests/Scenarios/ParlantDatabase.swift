import Foundation
import Support

/// The repository that these tests belong to.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }
}

extension PostgresServer {
    /// Makes the database `parlant` with the demonstration's schema, and the shipped role.
    func makeParlant(encoding: String = "UTF8") throws {
        try psql("CREATE DATABASE parlant ENCODING '\(encoding)' TEMPLATE template0")
        try psql(Repository.text("Deploy/demo/schema.sql"), database: "parlant")
        try psql(Repository.text("Deploy/role.sql"), database: "parlant")
    }

    /// Replaces all integrations by these; the `unhealthy` ones are wrong from the start.
    func setIntegrations(_ targets: [String], unhealthy: Set<String> = []) throws {
        let values = targets.map { "('\($0)', '\(unhealthy.contains($0) ? "unhealthy" : "healthy")')" }
        try psql(
            """
            DELETE FROM parlant_tool_integration;
            INSERT INTO parlant_tool_integration
                (parlant_tool_id, integration_type, target_id, health_status, last_health_check)
            SELECT id, 'http', target, health, now() AT TIME ZONE 'UTC'
            FROM parlant_tool, (VALUES \(values.joined(separator: ", "))) AS wanted(target, health)
            WHERE name = 'tickets'
            """, database: "parlant")
    }

    func setHealth(of target: String, _ health: String) throws {
        try psql(
            "UPDATE parlant_tool_integration SET health_status = '\(health)' WHERE target_id = '\(target)'",
            database: "parlant")
    }
}

extension RunningProgram {
    /// The last line of the log that holds these words, without its time; empty for none.
    func lastLine(with words: String...) -> String {
        let line = logText.split(separator: "\n").last { line in words.contains { line.contains($0) } }
        return line.map { String($0.drop { $0 != " " }.dropFirst()) } ?? ""
    }
}
