import Diagnoses
package import Drivers
package import Runbooks

/// Runs a runbook's blocks on a database: looks, plans, and changes what was planned.
package struct Mender: Sendable {
    package let target: MendingTarget
    let poller: PostgresPoller

    package init(_ target: MendingTarget, poller: PostgresPoller) {
        self.target = target
        self.poller = poller
    }

    // MARK: Looking

    /// Runs the diagnosis of a runbook, each statement in a read-only transaction of its own, so that one that fails
    /// does not keep the others from being read.
    ///
    /// - Throws: a value that is missing or not known.
    package func diagnose(_ runbook: Runbook, values: [String: String]) async throws(MendingFailure) -> [Finding] {
        let blocks = runbook.diagnoses
        let declared = blocks.flatMap(\.parameters)
        try Self.check(values, against: declared, of: runbook.name)
        let connection = reading()
        let diagnoser = Diagnoser(connection, schema: target.schema, deadline: lookDeadline)
        var findings: [Finding] = []
        for block in blocks {
            for statement in block.statements {
                do {
                    let table = try await diagnoser.look(
                        statement, of: block, values: values, limit: target.limits.rows)
                    findings.append(Finding(name: block.name, line: statement.line, table: table, failure: nil))
                } catch {
                    findings.append(
                        Finding(name: block.name, line: statement.line, table: nil, failure: "\(error)"))
                }
            }
        }
        await connection.close()
        return findings
    }

    /// Counts the rows that a remedy would change, in a read-only transaction.
    ///
    /// It runs over the write connection where there is one, since that one will have to see the same rows.
    package func plan(
        _ remedy: Remedy, of runbook: Runbook, values: [String: String]
    ) async throws(MendingFailure) -> RemedyPlan {
        try Self.check(values, against: remedy.parameters, of: remedy.name)
        let connection = planning()
        let limit = target.limits.examples
        let steps = RemedySteps(remedy, values: values)
        let path = SearchPath.strict(target.schema).statement(local: true)
        do {
            let (count, examples) = try await connection.inTransaction(.readOnly, deadline: lookDeadline) {
                transaction in
                _ = try await transaction.query(path)
                let count = try await steps.count(transaction)
                let rows = try await transaction.query(steps.preview(limit: limit))
                return (count, try ResultTable(rows, limit: limit, sensitive: remedy.preview.sensitive))
            }
            await connection.close()
            return RemedyPlan(
                runbook: runbook.name, remedy: remedy.name, database: target.database, count: count,
                examples: examples, fix: remedy.fix.statements.map(\.sql),
                runsOutsideTransaction: remedy.runsOutsideTransaction)
        } catch {
            await connection.close()
            throw MendingFailure(.none, "the plan can't be made: \(error)")
        }
    }

    // MARK: Connections

    var lookDeadline: Duration { target.limits.connect + target.limits.look * 3 }

    private func reading() -> PostgresConnection {
        connection(target.dsn, readOnly: true, statement: target.limits.look)
    }

    private func planning() -> PostgresConnection {
        connection(target.writeDSN ?? target.dsn, readOnly: true, statement: target.limits.look)
    }

    func connection(_ dsn: String, readOnly: Bool, statement: Duration) -> PostgresConnection {
        let settings = PostgresSettings(
            dsn: dsn, name: target.database, applicationName: "tocsin runbook", connectTimeout: target.limits.connect,
            statementTimeout: statement, lockTimeout: target.limits.lock, readOnly: readOnly)
        return PostgresConnection(settings, poller: poller)
    }

    /// Checks that every value is known and none is missing.
    static func check(
        _ values: [String: String], against declared: [RunbookParameter], of name: String
    ) throws(MendingFailure) {
        do {
            try RunbookValues.check(values, against: declared, of: name)
        } catch {
            throw MendingFailure(.none, error.message, remedy: error.remedy)
        }
    }
}
