import Diagnoses
import Drivers
package import Runbooks

extension Mender {
    /// Applies a remedy: only if it would change just as many rows as were planned, and only if all is well after it.
    ///
    /// A fix runs in one REPEATABLE READ transaction. Preview, fix and verify then see one state of the database, so
    /// the rows that are changed are those that were counted; a row that somebody else changes meanwhile ends it
    /// with an error instead of being overwritten. SERIALIZABLE would add nothing, since the application's own
    /// transactions are not serializable.
    ///
    /// - Parameter planned: how many rows the plan named, and the user confirmed; with 0 nothing is done.
    /// - Throws: what differed or failed, and what has become of the database.
    package func apply(
        _ remedy: Remedy, values: [String: String], planned: Int
    ) async throws(MendingFailure) -> MendingResult {
        guard let dsn = target.writeDSN else { throw Self.noWriteConnection(target) }
        try Self.check(values, against: remedy.parameters, of: remedy.name)
        // Nothing to mend.
        if planned == 0 { return MendingResult(changed: 0, notes: []) }
        let steps = RemedySteps(remedy, values: values)
        let longest = remedy.runsOutsideTransaction ? target.limits.build : target.limits.change
        let connection = connection(dsn, readOnly: false, statement: longest)
        do {
            let result =
                remedy.runsOutsideTransaction
                ? try await applyOutside(remedy, steps, values: values, planned: planned, on: connection)
                : try await applyInside(remedy, steps, values: values, planned: planned, on: connection)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw remedy.runsOutsideTransaction ? Self.failureOutside(error) : Self.failure(error)
        }
    }

    private func applyInside(
        _ remedy: Remedy, _ steps: RemedySteps, values: [String: String], planned: Int,
        on connection: PostgresConnection
    ) async throws -> MendingResult {
        let path = SearchPath.strict(target.schema).statement(local: true)
        let statements = steps.fix.count + 4
        let deadline = target.limits.connect + target.limits.change * statements
        return try await connection.inTransaction(.repeatableRead, deadline: deadline) { transaction in
            _ = try await transaction.query(path)
            try await Self.refuseOwnSession(values, transaction)
            try Self.compare(found: try await steps.count(transaction), planned: planned)
            var last: Int?
            for step in steps.fix { last = try await transaction.query(step.bound).affected }
            let changed: Int
            // Statements such as VALIDATE CONSTRAINT count no rows: then what the preview no longer finds counts.
            if let last { changed = last } else { changed = planned - (try await steps.count(transaction)) }
            guard changed == planned else {
                throw MendingFailure(
                    .rolledBack,
                    "the fix changed \(Self.rows(changed)), but \(planned) were planned; everything was rolled back",
                    remedy: "plan again; if it stays so, the runbook's preview and fix don't mean the same rows")
            }
            if let wrong = try await steps.verify(transaction, sensitive: remedy.verify.sensitive) {
                throw MendingFailure(
                    .rolledBack, "after the fix something is still wrong, so everything was rolled back: \(wrong)",
                    remedy: "run the runbook's diagnosis")
            }
            return MendingResult(changed: changed, notes: [])
        }
    }

    // MARK: Refusing

    static func rows(_ count: Int) -> String { count == 1 ? "1 row" : "\(count) rows" }

    static func compare(found: Int, planned: Int) throws(MendingFailure) {
        guard found != planned else { return }
        throw MendingFailure(
            .rolledBack, "since the plan something has changed: \(rows(planned)) planned, now it would be \(found)",
            remedy: "plan again, and confirm the new number")
    }

    /// A value `pid` never means the session that applies the remedy.
    static func refuseOwnSession(_ values: [String: String], _ transaction: PostgresTransaction) async throws {
        guard let pid = values["pid"] else { return }
        let own = try await transaction.query(PostgresStatement(name: "own pid", sql: "SELECT pg_backend_pid() AS pid"))
        guard try own.first?.text("pid") != pid else {
            throw MendingFailure(.rolledBack, "the session \(pid) is the one that this command runs in")
        }
    }

    /// What to say where the settings name no write connection.
    package static func noWriteConnection(_ target: MendingTarget) -> MendingFailure {
        MendingFailure(
            .none, "the database `\(target.database)` has no write connection, so nothing is changed",
            remedy: """
                add `write_dsn` (or `write_dsn_file`) to the entry `\(target.database)` under `databases`, for a role \
                of its own:
                    CREATE ROLE tocsin_mend LOGIN PASSWORD '…' CONNECTION LIMIT 5;
                    GRANT USAGE ON SCHEMA \(MendingTarget.quoted(target.schema)) TO tocsin_mend;
                  and the grants of Deploy/mend-role.sql, which has the least that each runbook needs. The agent never \
                opens this connection; only `tocsin runbook plan` and `apply` do.
                """)
    }

    /// An error of a fix outside of a transaction.
    private static func failureOutside(_ error: any Error) -> MendingFailure {
        if let failure = error as? MendingFailure { return failure }
        if let error = error as? PostgresError, error.isOfConnecting { return notBegun(error) }
        return MendingFailure(.unknown, "what was begun can't be rolled back: \(error)", remedy: "plan again")
    }

    private static func notBegun(_ error: PostgresError) -> MendingFailure {
        MendingFailure(.none, "nothing was begun: the write connection can't be made: \(error)")
    }

    /// An error as what it means for the database.
    private static func failure(_ error: any Error) -> MendingFailure {
        switch error {
        case let failure as MendingFailure: return failure
        case let error as PostgresError where error.isOfConnecting: return notBegun(error)
        case let error as PostgresError where error.statement == "commit" && error.kind != .server:
            return MendingFailure(
                .unknown, "it is not known whether the changes were committed: \(error)",
                remedy: "plan again: with no rows left, they were")
        case let error as PostgresError where error.sqlState == "40001":
            return MendingFailure(
                .rolledBack, "somebody else changed the same rows meanwhile, so everything was rolled back: \(error)",
                remedy: "plan again")
        case let error as PostgresError where error.sqlState == "55P03":
            return MendingFailure(
                .rolledBack, "a lock was not to be had in time, so everything was rolled back: \(error)",
                remedy: "see who holds it: tocsin runbook diagnose blocking")
        default: return MendingFailure(.rolledBack, "everything was rolled back: \(error)")
        }
    }
}

extension PostgresError {
    /// Whether the connection was never made.
    fileprivate var isOfConnecting: Bool {
        switch kind {
        case .refused, .connectTimeout, .dns, .authentication, .tls, .connect: true
        case .server, .timeout, .cancelled, .connectionLost, .decoding, .resultTooLarge, .closed: false
        }
    }
}
