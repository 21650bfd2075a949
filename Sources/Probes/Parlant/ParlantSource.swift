package import Drivers
import PromQL

/// The Parlant tables of one database, for all the probes that read them: how to reach them, and what the catalogue
/// said of them last.
package actor ParlantSource {
    /// How the tables are read.
    package struct Settings: Sendable {
        /// Where the tables are.
        package var schema: String
        /// The zone in which their times, which have none, are meant.
        package var timeZone: String
        /// Whether a database without the extension is well, and simply gives nothing.
        package var isOptional: Bool
        /// The tables that must be there.
        package var tables: [String]

        package init(
            schema: String = "public", timeZone: String = "UTC", isOptional: Bool = true,
            tables: [String] = ParlantModel.tables
        ) {
            self.schema = schema
            self.timeZone = timeZone
            self.isOptional = isOptional
            self.tables = tables
        }
    }

    package nonisolated let connection: PostgresConnection
    nonisolated let settings: Settings
    private var known: (catalog: ParlantCatalog, readAt: Timestamp)?
    /// Whether the extension has been there since the start. Then its tables are missed, and not simply not there.
    private(set) var hasBeenThere = false

    /// Answers that hold until their tables change.
    private(set) var keptAnswers = KeptAnswers()

    /// How long the catalogue is believed. A statement that finds it wrong has it read anew at once.
    private static let validity = Duration.seconds(30)

    /// - Parameter connection: one whose `search_path` is the tables' schema.
    package init(connection: PostgresConnection, settings: Settings = Settings()) {
        self.connection = connection
        self.settings = settings
    }

    /// - Parameter now: the time of the round that asks.
    func catalog(at now: Timestamp, deadline: Duration) async throws(PostgresError) -> ParlantCatalog {
        if let known, now >= known.readAt, now - known.readAt < Self.validity { return known.catalog }
        let results = try await connection.batch(
            ParlantCatalog.statements(schema: settings.schema), deadline: deadline)
        let catalog = try ParlantCatalog(results)
        known = (catalog, now)
        if catalog.isInstalled { hasBeenThere = true }
        return catalog
    }

    /// Has the catalogue read anew: the tables are not as it said.
    func forget() {
        known = nil
        keptAnswers = KeptAnswers()
    }

    /// Takes over a round's rows of a question whose answer is kept, and gives those that hold now.
    func keep(_ rows: PostgresRows, of question: String, at now: Timestamp) throws(PostgresError) -> PostgresRows {
        try keptAnswers.take(rows, of: question, at: now)
    }

    /// The command that lets a role read these tables.
    nonisolated func grant(_ tables: [String]) -> String {
        let schema = settings.schema.quotedAsIdentifier
        let names = tables.sorted().map { "\(schema).\($0.quotedAsIdentifier)" }.joined(separator: ", ")
        let role = (connection.settings.keyword("user") ?? "tocsin").quotedAsIdentifier
        return "GRANT USAGE ON SCHEMA \(schema) TO \(role); GRANT SELECT ON \(names) TO \(role);"
    }
}

extension String {
    /// As PostgreSQL takes a name: quoted where it is not a plain one.
    var quotedAsIdentifier: String {
        let isPlain =
            self != "user" && self != "offset" && first.map { $0.isLowercase || $0 == "_" } == true
            && unicodeScalars.allSatisfy { ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "_" }
        guard !isPlain else { return self }
        return "\"" + split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
