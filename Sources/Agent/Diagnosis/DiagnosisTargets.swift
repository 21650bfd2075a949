import Alerting
import Drivers
package import PromQL
package import Settings

/// The databases that can be asked for evidence, and which of them an alert is about.
package struct DiagnosisTargets: Sendable, Hashable {
    /// One database.
    package struct Target: Sendable, Hashable {
        package let name: String
        let dsn: String
        /// The schema of the tables that runbooks name.
        let schema: String

        /// What reaches it, for diagnoses alone: it only reads, and gives up soon.
        var connection: PostgresSettings {
            PostgresSettings(
                dsn: dsn, name: name, applicationName: "tocsin diagnosis", connectTimeout: DiagnosisLimits.statement,
                statementTimeout: DiagnosisLimits.statement, lockTimeout: DiagnosisLimits.lock)
        }
    }

    private let targets: [Target]
    /// The database of each pool that is seen through one.
    private let databaseOfPool: [String: String]

    package init(_ settings: AgentSettings) {
        targets = settings.databases.map {
            Target(name: $0.name, dsn: $0.dsn.exposed, schema: $0.parlant.schema)
        }
        var pools: [String: String] = [:]
        for pool in settings.pools {
            if case .activity(let database, _, _) = pool.kind { pools[pool.name] = database }
        }
        databaseOfPool = pools
    }

    /// The database that an alert is about: the one that it names, that of its pool, or the only one there is. Nil where
    /// there are several and it says nothing.
    package func target(for labels: Labels) -> Target? {
        if let name = labels["database"] ?? labels["pool"].flatMap({ databaseOfPool[$0] }) {
            return targets.first { $0.name == name }
        }
        // A process's own troubles are no database's.
        return targets.count == 1 && labels["pool"] != nil ? targets.first : nil
    }
}

/// How far a diagnosis for an alert may go: it must not add to the trouble.
package enum DiagnosisLimits {
    /// How long the query may run on the server.
    static let statement = Duration.seconds(2)
    /// How long it may take in all, the connection included: less than the usual `group_wait`, so that the first message
    /// also tells that it failed.
    static let total = Duration.milliseconds(2_500)
    /// How long it waits for a lock.
    static let lock = Duration.milliseconds(500)
    /// The most rows that are shown.
    static let rows = 10
    /// How long the connection is kept for the next one.
    static let idle = Duration.seconds(30)
    /// The most that wait for one database.
    package static let waiting = 100
}
