import Drivers
package import PromQL

/// Samples one family of facts about the Parlant tables: asks what can be asked, in one read-only transaction.
///
/// What a missing grant or column keeps from being asked is a failure that names it; the rest is given all the same.
package struct ParlantProbe: Probe {
    package let id: String
    package let kind: ProbeKind
    package let targetLabels: Labels
    package let interval: Duration
    package let deadline: Duration
    private let source: ParlantSource
    private let questions: @Sendable (ParlantSource.Settings, ParlantCatalog) -> [ParlantQuestion]

    init(
        _ kind: ProbeKind, name: String, source: ParlantSource, interval: Duration, deadline: Duration,
        questions: @escaping @Sendable (ParlantSource.Settings, ParlantCatalog) -> [ParlantQuestion]
    ) {
        self.kind = kind
        id = kind.id(of: name)
        targetLabels = kind.targetLabels(of: name)
        self.source = source
        self.interval = interval
        self.deadline = deadline
        self.questions = questions
    }

    package func sample(at: Timestamp) async -> ProbeResult { await sample(at: at, isSecondTry: false) }

    private func sample(at: Timestamp, isSecondTry: Bool) async -> ProbeResult {
        do throws(PostgresError) {
            let catalog = try await source.catalog(at: at, deadline: deadline)
            if !catalog.isInstalled {
                // One of the probes says it for all.
                guard kind == .schema else { return ProbeResult() }
                guard await source.hasBeenThere else { return ProbeResult(failure: missingExtension) }
            }
            var list = SampleList(at: at)
            var obstacles: [ParlantQuestion.Obstacle] = []
            var asked: [ParlantQuestion] = []
            for question in questions(source.settings, catalog) {
                guard let obstacle = question.obstacle(in: catalog) else {
                    asked.append(question)
                    continue
                }
                obstacles.append(obstacle)
                if case .missingIndex(let table, let column) = obstacle {
                    list.add(
                        "parlant_check_skipped", 1,
                        [("check", question.name), ("table", table), ("column", column)])
                }
            }
            let kept = await source.keptAnswers
            let results = try await source.connection.batch(
                asked.map { $0.statement(after: kept, at: at) }, deadline: deadline)
            for (question, rows) in zip(asked, results) {
                let holding = question.isKept ? try await source.keep(rows, of: question.name, at: at) : rows
                try question.add(holding, to: &list)
            }
            return ProbeResult(samples: list.samples, failure: failure(of: obstacles))
        } catch {
            // Undefined table or column: the catalogue is read anew, so that the message names what is missing.
            if !isSecondTry, ["42P01", "42703"].contains(error.sqlState) {
                await source.forget()
                return await sample(at: at, isSecondTry: true)
            }
            return ProbeResult(
                failure: ProbeFailure(error, probe: id, user: source.connection.settings.keyword("user")))
        }
    }

    private var missingExtension: ProbeFailure? {
        guard !source.settings.isOptional else { return nil }
        return ProbeFailure(
            .missingTable,
            """
            \(id): the Parlant tables are not in the schema \(source.settings.schema); set `parlant.schema`, or \
            `parlant: { enabled: false }` where the extension is not installed
            """)
    }

    private func failure(of obstacles: [ParlantQuestion.Obstacle]) -> ProbeFailure? {
        let columns = obstacles.compactMap { obstacle -> String? in
            guard case .missingColumn(let table, let column) = obstacle else { return nil }
            return "\(table).\(column)"
        }
        let unreadable = obstacles.flatMap { obstacle -> [String] in
            guard case .unreadable(let tables) = obstacle else { return [] }
            return tables
        }
        if !unreadable.isEmpty {
            return ProbeFailure(
                .permissionDenied,
                """
                \(id): the role may not read \(Set(unreadable).sorted().joined(separator: ", ")); mend it with: \
                \(source.grant(Array(Set(unreadable))))
                """)
        }
        guard !columns.isEmpty else { return nil }
        return ProbeFailure(
            .missingColumn,
            """
            \(id): there is no column \(Set(columns).sorted().joined(separator: ", ")), so what needs it is not \
            watched; is the extension's migration complete?
            """)
    }
}
