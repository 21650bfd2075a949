package import PromQL

/// What a probe samples. Its name is the first half of the probe's `id`.
package enum ProbeKind: String, Sendable, CaseIterable {
    case database
    case statements
    case integrations
    /// The Parlant schema's tables, keys and indexes.
    case schema
    /// Sessions and events of the Parlant schema.
    case activity
    /// Journeys, tools and knowledge bases of the Parlant schema.
    case objects
    /// Rows of the Parlant schema that refer to nothing.
    case references
    /// What regular maintenance of the Parlant schema should have done.
    case retention
    /// The guide's own queries, run for real.
    case canaries
    /// The tables and indexes of a database.
    case tables
    /// The jobs of pg_cron.
    case jobs
    case pool
    case process
    case endpoint
    /// The agent itself.
    case agent

    /// The label that names the target, besides `instance`.
    package var targetLabel: String {
        switch self {
        case .database, .statements, .integrations, .schema, .activity, .objects, .references, .retention, .canaries,
            .tables, .jobs:
            "database"
        case .pool: "pool"
        case .process: "process"
        case .endpoint: "endpoint"
        case .agent: "agent"
        }
    }

    /// The id of the probe of this kind on the target of that name.
    package func id(of target: String) -> String { "\(rawValue):\(target)" }

    /// The labels of the samples from the target of that name.
    package func targetLabels(of target: String) -> Labels {
        Labels([(targetLabel, target), ("instance", target)])
    }
}
