/// The Parlant extension's schema with the host's tables that it leans on, and the ways in which deployments differ.
package struct ParlantSchema: Sendable, CustomStringConvertible {
    /// The schema of all tables and types.
    package let name: String
    /// The time zone of the database's sessions; nil for the server's.
    package let timeZone: String?
    package let tables: [ParlantTable]
    /// Its name and in what it differs.
    package let description: String

    /// - Parameters:
    ///   - fewerIndexes: only primary keys and unique indexes.
    ///   - moreColumns: two more columns in each table, and three more tables named `parlant_…`.
    package init(
        name: String = "public", fewerIndexes: Bool = false, moreColumns: Bool = false,
        withoutForeignKeys: Bool = false, timeZone: String? = nil
    ) {
        self.name = name
        self.timeZone = timeZone
        description = [
            name, fewerIndexes ? "fewer indexes" : nil, moreColumns ? "more columns" : nil,
            withoutForeignKeys ? "without foreign keys" : nil, timeZone,
        ].compactMap(\.self).joined(separator: ", ")
        let all = Self.known + (moreColumns ? ParlantTable.additions : [])
        tables = all.map { known in
            var table = known
            if fewerIndexes { table.indexes.removeAll { !$0.isUnique } }
            if moreColumns { table.columns += ParlantTable.additionalColumns }
            if withoutForeignKeys { table.references = [] }
            return table
        }
    }

    /// The tables that the guide speaks of, the host's first.
    package static let known =
        ParlantTable.hosts + ParlantTable.agents + ParlantTable.tools + ParlantTable.journeys
        + ParlantTable.conversations

    package static let enums: [(name: String, values: [String])] = [
        ("agent_status", ["active", "inactive", "archived"]),
        ("composition_mode", ["fluid", "strict"]),
        (
            "event_type",
            [
                "customer_message", "agent_message", "tool_call", "tool_result", "status_update",
                "journey_transition", "variable_update",
            ]
        ),
        ("journey_state_type", ["chat", "tool", "decision", "final"]),
        ("session_mode", ["auto", "manual", "paused"]),
        ("session_status", ["active", "completed", "abandoned"]),
    ]

    package func table(_ name: String) -> ParlantTable? { tables.first { $0.name == name } }

    // MARK: As SQL

    /// What every script begins with: all names in it are then of this schema.
    package var prelude: String {
        "SET client_min_messages = error;\nSET search_path = \(name.quoted), pg_catalog;\n"
    }

    /// Enums and tables, without indexes and foreign keys.
    package var tableDefinitions: String {
        let types = Self.enums.map { type in
            "CREATE TYPE \(type.name) AS ENUM (\(type.values.map(\.literal).joined(separator: ", ")));"
        }
        let schema = "CREATE SCHEMA IF NOT EXISTS \(name.quoted);"
        return ([prelude + schema] + types + tables.map(\.definition)).joined(separator: "\n")
    }

    /// One statement for each index but those of the primary keys.
    package var indexDefinitions: [String] {
        tables.flatMap { table in table.indexes.map(table.definition(of:)) }
    }

    package var foreignKeyDefinitions: [String] {
        tables.flatMap { table in table.references.map(table.definition(of:)) }
    }

    /// The whole script.
    package var definition: String {
        ([tableDefinitions] + indexDefinitions + foreignKeyDefinitions).joined(separator: "\n")
    }
}
