/// One trouble: how to bring it into a healthy database, and how to see it there.
package struct ParlantFault: Sendable, CustomStringConvertible {
    package let name: String
    /// The script that brings it in; names are of the database's schema.
    package let injection: String
    /// A query that gives one line for each thing in trouble, its identifier first; none on a healthy database.
    package let rows: String
    /// How many lines `rows` gives after one injection; nil where it depends on the data's sizes.
    package let count: Int?
    /// Names of other troubles that can't be avoided with it.
    package let brings: Set<String>

    init(_ name: String, count: Int? = nil, brings: Set<String> = [], inject injection: String, rows: String) {
        self.name = name
        self.injection = injection
        self.rows = rows
        self.count = count
        self.brings = brings
    }

    /// Whether it can be brought in within a transaction, and so be taken back.
    package var isTransactional: Bool {
        !["CONCURRENTLY", "VACUUM", Self.flush].contains { injection.contains($0) }
    }

    package var description: String { name }

    /// The present moment as the tables' timestamps have it.
    static let utc = "(now() AT TIME ZONE 'UTC')"

    /// The identifiers of the first rows of a table that a condition holds for.
    static func first(_ count: Int, of table: String, where condition: String = "true") -> String {
        "(SELECT id FROM \(table.quoted) WHERE \(condition) ORDER BY id LIMIT \(count))"
    }

    /// One of each, as it is injected without parameters.
    package static func all(in schema: ParlantSchema = ParlantSchema()) -> [ParlantFault] {
        orphans(in: schema) + catalogue(in: schema) + [
            .eventGap(), .missingFirstEvents(), .duplicateEvents(), .timeRunningBackwards(),
            .noInitialState(), .severalInitialStates(), .transitionToAnotherJourney(), .unreachableState(),
            .noFinalState(), .unreachableFinalState(),
            .unhealthyIntegrations(), .staleIntegrations(), .unknownIntegrations(), .growingErrors(),
            .toolsWithoutIntegration(), .toolsWithDisabledIntegrations(), .unmappedParameters(), .oddParameters(),
            .crossWorkspaceKnowledge(), .knowledgeWithoutWorkspace(), .deletedKnowledge(), .neverSearchedKnowledge(),
            .longUnsearchedKnowledge(), .thresholdsOutOfRange(),
            .silence(), .idleSessions(), .oldEvents(),
            .deadTuples(), .bloat(), .staleStatistics(), .sequentialScans(),
        ]
    }
}

extension ParlantDatabase {
    /// Brings a trouble in.
    ///
    /// - Returns: what is in trouble now.
    @discardableResult
    package func inject(_ fault: ParlantFault) throws -> [String] {
        try sql(fault.injection)
        return try rows(of: fault)
    }

    /// What is in that trouble: a line for each, its identifier first.
    package func rows(of fault: ParlantFault) throws -> [String] { try lines(fault.rows) }
}
