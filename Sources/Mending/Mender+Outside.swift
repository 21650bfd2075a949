import Diagnoses
import Drivers
import Runbooks

extension Mender {
    /// Applies a fix whose statements can't run in a transaction. What went wrong can't be undone, except that an
    /// index that a failed build left behind is dropped.
    func applyOutside(
        _ remedy: Remedy, _ steps: RemedySteps, values: [String: String], planned: Int,
        on connection: PostgresConnection
    ) async throws -> MendingResult {
        _ = try await connection.query(SearchPath.strict(target.schema).statement(local: false))
        guard await !connection.setsPerBatch else {
            throw MendingFailure(
                .none, "`write_dsn` goes through a pooler, and this fix can't run in a pooler's transactions",
                remedy: "name the PostgreSQL server itself in `write_dsn`")
        }
        let found = try await connection.inTransaction(.readOnly, deadline: lookDeadline) { transaction in
            try await Self.refuseOwnSession(values, transaction)
            return try await steps.count(transaction)
        }
        try Self.compare(found: found, planned: planned)
        var notes: [String] = []
        var last: Int?
        for step in steps.fix {
            let builder = step.source.concurrentIndex.map { IndexBuilder(name: $0, schema: target.schema) }
            if let builder, try await builder.clearInvalid(on: connection) {
                notes.append("the invalid index `\(builder.name)` of an earlier build was dropped first")
            }
            let existed = try await builder?.exists(on: connection) ?? false
            do {
                last = try await connection.query(step.bound, deadline: target.limits.build).affected
            } catch {
                var message = "\(error)"
                // An index that was there before is somebody else's.
                if let builder, !existed { message += await builder.cleanUp(on: connection) }
                throw MendingFailure(.unknown, "the fix failed: \(message)", remedy: "plan again before the next try")
            }
        }
        try await settle(remedy, steps, planned: planned, last: last, on: connection)
        return MendingResult(changed: planned, notes: notes)
    }

    /// Waits until the count is right and nothing is wrong any more: a session that is told to end takes a moment.
    private func settle(
        _ remedy: Remedy, _ steps: RemedySteps, planned: Int, last: Int?, on connection: PostgresConnection
    ) async throws {
        let end = ContinuousClock.now + target.limits.settle
        while true {
            let problem = try await connection.inTransaction(.readOnly, deadline: lookDeadline) {
                transaction -> String? in
                let changed: Int
                if let last { changed = last } else { changed = planned - (try await steps.count(transaction)) }
                if changed != planned { return "it changed \(Self.rows(changed)), but \(planned) were planned" }
                return try await steps.verify(transaction, sensitive: remedy.verify.sensitive)
                    .map { "something is still wrong: \($0)" }
            }
            guard let problem else { return }
            guard ContinuousClock.now < end else {
                throw MendingFailure(
                    .unknown, "the fix ran, and can't be rolled back, but \(problem)",
                    remedy: "run the runbook's diagnosis")
            }
            try await Task.sleep(for: .milliseconds(250))
        }
    }
}
