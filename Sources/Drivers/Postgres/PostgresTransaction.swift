import CPostgres

/// A transaction that is open, for statements that depend on what those before them gave.
package struct PostgresTransaction: Sendable {
    private let connection: PostgresConnection
    private let number: Int
    private let end: ContinuousClock.Instant

    init(_ connection: PostgresConnection, number: Int, until end: ContinuousClock.Instant) {
        self.connection = connection
        self.number = number
        self.end = end
    }

    /// Runs one statement in it. Throws once the transaction is over.
    package func query(_ statement: PostgresStatement) async throws(PostgresError) -> PostgresRows {
        try await connection.step(statement, in: number, until: end)
    }
}

extension PostgresConnection {
    /// What a transaction may do, and what it sees.
    package enum TransactionMode: String, Hashable, Sendable {
        /// Reads only, and sees one state of the database throughout.
        case readOnly = "ISOLATION LEVEL REPEATABLE READ READ ONLY"
        /// Writes, and sees one state throughout; a row that somebody else changed meanwhile is an error (40001).
        case repeatableRead = "ISOLATION LEVEL REPEATABLE READ READ WRITE"
    }

    /// Runs steps in one transaction, which is committed when they return and rolled back when they throw.
    ///
    /// An error of the statement `commit` with the kind `timeout` or `connectionLost` leaves open whether the server
    /// has committed.
    ///
    /// - Parameter deadline: for all together, the connection included.
    package func inTransaction<Value: Sendable>(
        _ mode: TransactionMode, deadline: Duration,
        _ steps: @Sendable (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        let end = ContinuousClock.now + deadline
        try await begin(until: end)
        defer { finish() }
        let handle = try await connected(until: end)
        lastTransaction += 1
        let number = lastTransaction
        openTransaction = number
        defer { openTransaction = nil }
        do {
            try await begin(mode.rawValue, on: handle, until: end)
            let value = try await steps(PostgresTransaction(self, number: number, until: end))
            // COMMIT of a transaction that failed would roll back without an error.
            guard PQtransactionStatus(handle.pointer) == PQTRANS_INTRANS else {
                throw PostgresError(.server, "a statement failed, so nothing is committed", statement: "commit")
            }
            openTransaction = nil
            try await commit(handle, until: end, isShielded: true)
            return value
        } catch {
            openTransaction = nil
            await rollBack(handle)
            throw error
        }
    }

    func step(
        _ statement: PostgresStatement, in number: Int, until end: ContinuousClock.Instant
    ) async throws(PostgresError) -> PostgresRows {
        guard number == openTransaction else {
            throw PostgresError(.closed, "its transaction is over", statement: statement.name)
        }
        guard let handle else {
            throw PostgresError(
                .connectionLost, "the connection was lost, and with it the transaction", statement: statement.name)
        }
        return try await run(statement, on: handle, until: end)
    }
}
