package import PromQL

/// What a probe samples. Its name is the first half of the probe's `id`.
package enum ProbeKind: String, Sendable, CaseIterable {
    case database
    case statements
    case integrations
    case pool
    case process
    case endpoint
    /// The agent itself.
    case agent

    /// The label that names the target, besides `instance`.
    package var targetLabel: String {
        switch self {
        case .database, .statements, .integrations: "database"
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
