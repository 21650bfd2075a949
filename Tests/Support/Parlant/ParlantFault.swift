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

    /// Which of these troubles there are, by name, each with what is in it.
    ///
    /// - Parameter setting: a script to run first, in the same session, such as `BEGIN` and an injection: all is rolled
    ///   back at the end then.
    package func troubles(_ faults: [ParlantFault], after setting: String = "") throws -> [String: [String]] {
        // All in one session: starting psql takes longer than the questions do.
        let questions = faults.map { "SELECT 'trouble ' || \($0.name.literal);\n\($0.rows);" }
        var found: [String: [String]] = [:]
        var name: String?
        for line in try lines(setting + "\n" + questions.joined(separator: "\n")) {
            if line.hasPrefix("trouble ") {
                name = String(line.dropFirst(8))
            } else if let name {
                found[name, default: []].append(line)
            }
        }
        return found
    }

    /// What is in that trouble: a line for each, its identifier first.
    package func rows(of fault: ParlantFault) throws -> [String] { try lines(fault.rows) }
}
