import Drivers
package import PromQL

/// Finds rows that refer to nothing (events without a session, sessions without an agent, …), over tables of any size:
/// each round takes a bounded stretch, and the passes go on from where the last round ended.
///
/// Such rows can't be while a foreign key is there and valid, so where one is missing the schema's alert names the cause.
/// Stretches are ranges of pages, which need no index; where a server before 14 knows no such ranges, tables larger than
/// `ParlantCatalog.smallPages` are left out, and `parlant_check_skipped` says so.
package actor ReferencesProbe: Probe {
    package nonisolated let id: String
    package nonisolated let kind = ProbeKind.references
    package nonisolated let targetLabels: Labels
    package nonisolated let interval: Duration
    package nonisolated let deadline: Duration
    private let source: ParlantSource
    private let passInterval: Duration
    private let budget: Duration
    private var sweep = ReferenceSweep()

    /// Looked at again in each round, of the stretches where something was found.
    private static let mostSuspects = 4

    /// - Parameters:
    ///   - passInterval: the least time between the beginnings of two passes.
    ///   - budget: how long the server may be kept busy in one round.
    package init(
        name: String, source: ParlantSource, passInterval: Duration = .seconds(300),
        budget: Duration = .milliseconds(25), interval: Duration = .seconds(15), deadline: Duration = .seconds(10)
    ) {
        id = kind.id(of: name)
        targetLabels = kind.targetLabels(of: name)
        self.source = source
        self.passInterval = passInterval
        self.budget = budget
        self.interval = interval
        self.deadline = deadline
    }

    package func sample(at: Timestamp) async -> ProbeResult {
        var list = SampleList(at: at)
        do throws(PostgresError) {
            let isDue = sweep.isDue(at: at, every: passInterval)
            // A pass begins with the tables as large as they are now.
            if isDue { await source.forget() }
            let catalog = try await source.catalog(at: at, deadline: deadline)
            guard catalog.isInstalled else { return ProbeResult() }
            let references = references(in: catalog)
            let canRange = await source.connection.serverVersion ?? 0 >= 140_000
            let skipped = references.keys.filter { !canRange && catalog.isLarge($0) }
            let unreadable = Set(references.flatMap { [$0.key] + $0.value.map(\.parent) })
                .filter { catalog.tables[$0]?.isReadable == false }
            let swept = references.filter { table, own in
                !skipped.contains(table) && !unreadable.contains(table)
                    && !own.contains { unreadable.contains($0.parent) }
            }
            sweep.take(sizes: swept.mapValues { catalog.tables[$0[0].table]?.pages ?? 0 })
            if isDue { sweep.begin(at: at) }
            for table in skipped {
                list.add(
                    "parlant_check_skipped", 1, [("check", "references"), ("table", table), ("column", "ctid")])
            }
            try await go(through: swept, canRange: canRange, at: at)
            add(swept, at: at, to: &list)
            guard !unreadable.isEmpty else { return ProbeResult(samples: list.samples) }
            return ProbeResult(
                samples: list.samples,
                failure: ProbeFailure(
                    .permissionDenied,
                    """
                    \(id): the role may not read \(unreadable.sorted().joined(separator: ", ")); mend it with: \
                    \(source.grant(Array(unreadable)))
                    """))
        } catch {
            if ["42P01", "42703"].contains(error.sqlState) { await source.forget() }
            return ProbeResult(
                failure: ProbeFailure(error, probe: id, user: source.connection.settings.keyword("user")))
        }
    }

    /// The expected references and those that the database declares, of tables and columns that are there, by table.
    private func references(in catalog: ParlantCatalog) -> [String: [ParlantModel.Reference]] {
        let all = catalog.declared.union(ParlantModel.references).filter { one in
            catalog.tables[one.table]?.columns.contains(one.column) == true
                && catalog.tables[one.parent]?.columns.contains("id") == true
        }
        return Dictionary(grouping: all, by: \.table).mapValues { $0.sorted { $0.column < $1.column } }
    }

    /// Looks where something was found, and then on, until the budget is used or the pass is through.
    private func go(
        through references: [String: [ParlantModel.Reference]], canRange: Bool, at: Timestamp
    ) async throws(PostgresError) {
        let began = ContinuousClock.now
        for chunk in sweep.suspects(most: Self.mostSuspects) where ContinuousClock.now - began < budget {
            try await look(at: chunk, references[chunk.table] ?? [], canRange: canRange, at: at)
        }
        while let chunk = sweep.next, ContinuousClock.now - began < budget {
            try await look(at: chunk, references[chunk.table] ?? [], canRange: canRange, at: at)
        }
    }

    private func look(
        at chunk: ReferenceSweep.Chunk, _ references: [ParlantModel.Reference], canRange: Bool, at: Timestamp
    ) async throws(PostgresError) {
        let began = ContinuousClock.now
        do throws(PostgresError) {
            let statement = Self.statement(chunk, references, canRange: canRange)
            let rows = try await source.connection.batch([statement], deadline: deadline)[0]
            guard let row = rows.first else { return }
            var counts: [Int] = []
            for index in references.indices { counts.append(Int(try row.int("r\(index)") ?? 0)) }
            sweep.found(counts, in: chunk, took: ContinuousClock.now - began, target: budget / 2, at: at)
        } catch {
            sweep.failed(chunk)
            throw error
        }
    }

    /// Counts a stretch's rows whose reference finds nothing, one number for each reference.
    static func statement(
        _ chunk: ReferenceSweep.Chunk, _ references: [ParlantModel.Reference], canRange: Bool
    ) -> PostgresStatement {
        var columns: [String] = []
        var joins: [String] = []
        for (index, one) in references.enumerated() {
            let column = "c.\(one.column.quotedAsIdentifier)"
            columns.append("count(*) FILTER (WHERE \(column) IS NOT NULL AND p\(index).id IS NULL) AS r\(index)")
            joins.append("LEFT JOIN \(one.parent.quotedAsIdentifier) p\(index) ON p\(index).id = \(column)")
        }
        let range =
            canRange
            ? "WHERE c.ctid >= '(\(chunk.pages.lowerBound),0)'::tid AND c.ctid < '(\(chunk.pages.upperBound),0)'::tid"
            : ""
        return PostgresStatement(
            name: "references of \(chunk.table)",
            sql: """
                SELECT \(columns.joined(separator: ", "))
                  FROM \(chunk.table.quotedAsIdentifier) c \(joins.joined(separator: " ")) \(range)
                """)
    }

    private func add(_ references: [String: [ParlantModel.Reference]], at: Timestamp, to list: inout SampleList) {
        for (table, own) in references.sorted(by: { $0.key < $1.key }) {
            for (one, count) in zip(own, sweep.counts(of: table, references: own.count)) {
                list.add(
                    "parlant_orphan_rows", Double(count),
                    [("table", one.table), ("column", one.column), ("references", one.parent)])
            }
        }
        list.add("parlant_reference_sweep_progress_ratio", sweep.progress)
        list.add("parlant_reference_sweep_seconds", sweep.lastDuration.map { $0 / .seconds(1) })
        list.add("parlant_reference_sweep_age_seconds", sweep.completedAt.map { (at - $0) / .seconds(1) })
    }
}

extension ParlantCatalog {
    func isLarge(_ table: String) -> Bool { tables[table]?.pages ?? 0 > Self.smallPages }
}
