package import Foundation

/// A database with the Parlant extension's tables on a test's server.
package struct ParlantDatabase: Sendable {
    package let server: PostgresServer
    package let name: String
    package let schema: ParlantSchema

    /// Creates it, with pg_stat_statements where the server has that.
    ///
    /// - Parameter data: what to fill it with; nil leaves it empty.
    package init(
        on server: PostgresServer, name: String = "parlant", schema: ParlantSchema = ParlantSchema(),
        data: ParlantData? = nil
    ) throws {
        self.server = server
        self.name = name
        self.schema = schema
        try server.psql("CREATE DATABASE \(name.quoted) TEMPLATE template0")
        if let zone = schema.timeZone {
            try server.psql("ALTER DATABASE \(name.quoted) SET timezone = \(zone.literal)")
        }
        if server.version.hasStatements { try server.psql("CREATE EXTENSION pg_stat_statements", database: name) }
        try server.psql(schema.definition, database: name)
        try data?.fill(self)
        // Nothing slow has happened: the filling does not count.
        let isLoaded = "current_setting('shared_preload_libraries') LIKE '%pg_stat_statements%'"
        if server.version.hasStatements {
            try sql(
                "SELECT public.pg_stat_statements_reset(0, oid, 0) FROM pg_database WHERE datname = current_database() "
                    + "AND \(isLoaded)")
        }
    }

    private init(_ original: ParlantDatabase, name: String) {
        server = original.server
        self.name = name
        schema = original.schema
    }

    /// A copy on the same server, which is quicker than filling another. Nobody may be connected to this one.
    ///
    /// The server's counters for the copy start at nothing; the planner's statistics come along.
    package func copy(as name: String) throws -> ParlantDatabase {
        try server.psql("CREATE DATABASE \(name.quoted) TEMPLATE \(self.name.quoted)")
        if let zone = schema.timeZone {
            try server.psql("ALTER DATABASE \(name.quoted) SET timezone = \(zone.literal)")
        }
        return ParlantDatabase(self, name: name)
    }

    /// Removes it, whoever is connected.
    package func drop() throws {
        try server.psql("DROP DATABASE \(name.quoted) WITH (FORCE)")
    }

    package func dsn(user: String = "postgres") -> String { server.dsn(user: user, database: name) }

    /// Runs a script as the superuser; names in it are of this schema.
    ///
    /// - Parameter limit: seconds that it may take.
    /// - Returns: what it printed, unaligned and without headings.
    @discardableResult
    package func sql(_ script: String, limit: TimeInterval = 60) throws -> String {
        try server.psql(schema.prelude + script, database: name, limit: limit)
    }

    /// The lines that a query prints.
    package func lines(_ query: String, limit: TimeInterval = 60) throws -> [String] {
        try sql(query, limit: limit).split(separator: "\n").map(String.init)
    }

    /// Runs scripts side by side, each in a session of its own; the first error is thrown once all have ended.
    package func side(by scripts: [String], limit: TimeInterval = 60) throws {
        let failures = FailureList()
        DispatchQueue.concurrentPerform(iterations: scripts.count) { index in
            do { try sql(scripts[index], limit: limit) } catch { failures.add(error) }
        }
        if let first = failures.first { throw first }
    }
}
