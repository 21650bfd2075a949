import CPostgres

/// One kept connection to a server. Statements go one after the other, in the order of the calls; a lost connection is
/// made anew by the next statement, with growing pauses while that fails.
package actor PostgresConnection {
    package nonisolated let settings: PostgresSettings
    let poller: PostgresPoller
    /// Nil before the first statement, after a loss and after `close`.
    var handle: PostgresHandle?
    private var isBusy = false
    private var turns: [PostgresWait] = []
    private(set) var isClosed = false
    /// Failed connections in a row.
    var failures = 0
    /// Until when no connection is tried; nil after one that was made.
    var nextTry: ContinuousClock.Instant?
    var lastConnectError: PostgresError?
    /// The server's version as a number such as 150018; nil before the first connection.
    package internal(set) var serverVersion: Int?
    /// How long the last connection took to make; nil before the first.
    package internal(set) var lastConnectDuration: Duration?
    /// Whether something in between (PgBouncer, mostly) keeps the session's settings from the server. Then every
    /// statement runs in a transaction that sets its own.
    package internal(set) var setsPerBatch = false

    /// The number of the transaction that `inTransaction` has open; nil where none is.
    var openTransaction: Int?
    var lastTransaction = 0

    /// Connects with the first statement, not before.
    package init(_ settings: PostgresSettings, poller: PostgresPoller) {
        self.settings = settings
        self.poller = poller
    }

    /// Whether a connection is held; the server may have gone since it was last used.
    package var isConnected: Bool { handle != nil }

    /// Runs one statement and gives its rows.
    ///
    /// While connections fail, it fails at once with the last connection's error until the pause is over.
    ///
    /// - Parameter deadline: how long it may take, the wait for earlier statements and the connection included; then
    ///   it is cancelled on the server. Nil for `statement_timeout`, `connectTimeout` and a second.
    package func query(
        _ statement: PostgresStatement, deadline: Duration? = nil
    ) async throws(PostgresError) -> PostgresRows {
        let end = ContinuousClock.now + (deadline ?? settings.statementTimeout + settings.connectTimeout + .seconds(1))
        do throws(PostgresError) {
            try await begin(until: end)
            defer { finish() }
            let handle = try await connected(until: end)
            guard setsPerBatch else { return try await run(statement, on: handle, until: end) }
            let results = try await transaction([statement], on: handle, until: end)
            return results.first ?? PostgresRows(columns: [], values: [], statement: statement.name)
        } catch {
            throw error.named(statement.name)
        }
    }

    /// Runs statements in one transaction, read-only unless the settings say otherwise, with the time limits set for
    /// it: what also works through a pooler that gives each transaction another session.
    ///
    /// The first error ends it; then there are no rows of any.
    ///
    /// - Parameter deadline: for all together, as for `query`. Nil for `statement_timeout` each, `connectTimeout` and
    ///   a second.
    package func batch(
        _ statements: [PostgresStatement], deadline: Duration? = nil
    ) async throws(PostgresError) -> [PostgresRows] {
        guard let first = statements.first else { return [] }
        let most = settings.statementTimeout * statements.count + settings.connectTimeout + .seconds(1)
        let end = ContinuousClock.now + (deadline ?? most)
        do throws(PostgresError) {
            try await begin(until: end)
            defer { finish() }
            let handle = try await connected(until: end)
            return try await transaction(statements, on: handle, until: end)
        } catch {
            throw error.named(first.name)
        }
    }

    /// One round trip, for the time it takes, that of a new connection included.
    package func ping(deadline: Duration? = nil) async throws(PostgresError) -> Duration {
        let began = ContinuousClock.now
        let sql = settings.mode == .normal ? "SELECT 1" : "SHOW VERSION"
        _ = try await query(PostgresStatement(name: "ping", sql: sql), deadline: deadline)
        return ContinuousClock.now - began
    }

    /// Lets the connection go, once a statement that runs has ended. Later statements fail.
    package func close() async {
        isClosed = true
        drop()
    }

    func drop() {
        handle = nil
    }

    // MARK: One at a time

    func begin(until end: ContinuousClock.Instant) async throws(PostgresError) {
        if isBusy {
            let turn = PostgresWait()
            turns.append(turn)
            // A turn that is ready was handed over by `finish`, with `isBusy` still true.
            switch await poller.wait(for: turn, until: end) {
            case .ready: break
            case .timeout:
                throw PostgresError(.timeout, "waited until its deadline for earlier statements of the same connection")
            case .cancelled: throw PostgresError(.cancelled, "was cancelled before it was sent")
            }
        } else {
            isBusy = true
        }
        if isClosed {
            finish()
            throw PostgresError(.closed, "the connection to \(settings.name) was closed")
        }
        if Task.isCancelled {
            finish()
            throw PostgresError(.cancelled, "was cancelled before it was sent")
        }
    }

    func finish() {
        while !turns.isEmpty {
            // One that no longer waits is passed over.
            if turns.removeFirst().end(.ready) { return }
        }
        isBusy = false
    }
}
