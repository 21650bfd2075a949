import CPostgres

#if canImport(Glibc)
    import Glibc
#endif

extension PostgresConnection {
    /// Runs statements between BEGIN and COMMIT, with the time limits of the session or, where that is shared, of this
    /// transaction alone.
    func transaction(
        _ statements: [PostgresStatement], on handle: PostgresHandle, until end: ContinuousClock.Instant
    ) async throws(PostgresError) -> [PostgresRows] {
        guard settings.mode == .normal else {
            var results: [PostgresRows] = []
            for statement in statements { results.append(try await run(statement, on: handle, until: end)) }
            return results
        }
        do throws(PostgresError) {
            return try await pipelined(
                statements, mode: settings.readOnly ? "READ ONLY" : "READ WRITE", on: handle, until: end)
        } catch {
            await rollBack(handle)
            throw error
        }
    }

    /// A setting's value in SET: the path is a list of names already, where a quoted text would be one name.
    private static func literal(_ value: String, of name: String) -> String {
        name == "search_path" ? value : "'\(value)'"
    }

    /// What begins a transaction of a mode such as `READ ONLY`, with its time limits.
    func opening(_ mode: String) -> [String] {
        // Where the session has them from its start, they need not be said again.
        let limits = setsPerBatch ? sessionSettings.filter { $0.name != "default_transaction_read_only" } : []
        return ["BEGIN \(mode)"]
            + limits.map { "SET LOCAL \($0.name) = \(Self.literal($0.value, of: $0.name))" }
    }

    /// Begins a transaction of a mode such as `READ ONLY`, with its time limits.
    func begin(
        _ mode: String, on handle: PostgresHandle, until end: ContinuousClock.Instant
    ) async throws(PostgresError) {
        _ = try await runSimple(opening(mode).joined(separator: "; "), name: "begin", on: handle, until: end)
    }

    /// - Parameter isShielded: whether it goes on to the end although the task is cancelled.
    func commit(
        _ handle: PostgresHandle, until end: ContinuousClock.Instant, isShielded: Bool = false
    ) async throws(PostgresError) {
        _ = try await runSimple("COMMIT", name: "commit", on: handle, until: end, isShielded: isShielded)
    }

    func rollBack(_ handle: PostgresHandle) async {
        // One that was given up meanwhile is rolled back by its end.
        guard handle === self.handle, PQtransactionStatus(handle.pointer) != PQTRANS_IDLE else { return }
        let end = ContinuousClock.now + .seconds(2)
        do throws(PostgresError) {
            _ = try await runSimple("ROLLBACK", name: "rollback", on: handle, until: end, isShielded: true)
        } catch {
            drop()
        }
    }

    /// Runs one statement with parameters, or by the simple protocol on PgBouncer's console.
    func run(
        _ statement: PostgresStatement, on handle: PostgresHandle, until end: ContinuousClock.Instant
    ) async throws(PostgresError) -> PostgresRows {
        try check(statement)
        guard settings.mode == .normal else {
            guard statement.parameters.isEmpty else {
                throw PostgresError(
                    .decoding, "PgBouncer's console takes no parameters", statement: statement.name)
            }
            return try await runSimple(statement.sql, name: statement.name, on: handle, until: end)
        }
        try send(statement, on: handle)
        try await flush(handle, name: statement.name, until: end, isShielded: false)
        return try await collect(from: handle, name: statement.name, until: end, isShielded: false)
    }

    /// Refuses what would end the text early on its way to the server.
    func check(_ statement: PostgresStatement) throws(PostgresError) {
        let values = statement.parameters.map(\.text)
        guard statement.sql.utf8.contains(0) || values.contains(where: { $0?.utf8.contains(0) == true }) else { return }
        throw PostgresError(
            .decoding, "its text or a parameter holds a zero byte, which PostgreSQL can't take",
            statement: statement.name)
    }

    /// Hands a statement with its parameters to libpq.
    func send(_ statement: PostgresStatement, on handle: PostgresHandle) throws(PostgresError) {
        let values = statement.parameters.map(\.text)
        let sent = values.withCStrings { values in
            PQsendQueryParams(handle.pointer, statement.sql, Int32(values.count), nil, values, nil, nil, 0)
        }
        guard sent == 1 else { throw lost(handle, statement.name) }
    }

    /// Runs a text by the simple protocol.
    ///
    /// - Parameter isShielded: whether it goes on to the end although the task is cancelled.
    private func runSimple(
        _ sql: String, name: String, on handle: PostgresHandle, until end: ContinuousClock.Instant,
        isShielded: Bool = false
    ) async throws(PostgresError) -> PostgresRows {
        guard PQsendQuery(handle.pointer, sql) == 1 else { throw lost(handle, name) }
        try await flush(handle, name: name, until: end, isShielded: isShielded)
        return try await collect(from: handle, name: name, until: end, isShielded: isShielded)
    }

    func lost(_ handle: PostgresHandle, _ name: String) -> PostgresError {
        drop()
        let message = handle.message
        return PostgresError(.connectionLost, message.isEmpty ? "the connection was lost" : message, statement: name)
    }

    // MARK: Reading results

    /// Reads a statement's results until there are no more: within the limits, and until the deadline or a
    /// cancellation.
    ///
    /// - Parameter following: the names of what was sent behind it. The server tells nothing before it has done all, so
    ///   one of those may be what takes so long.
    func collect(
        from handle: PostgresHandle, name: String, following: ArraySlice<String> = [],
        until end: ContinuousClock.Instant, isShielded: Bool
    ) async throws(PostgresError) -> PostgresRows {
        // Row by row, so that a result beyond the limits is never wholly in memory.
        _ = PQsetSingleRowMode(handle.pointer)
        var answer = PostgresAnswer()
        while true {
            while PQisBusy(handle.pointer) == 1 {
                let outcome = await poller.wait(handle.socket, .read, until: end, isShielded: isShielded)
                if outcome != .ready {
                    let passed = await stop(handle)
                    throw Self.interruption(outcome, ([name] + following)[min(passed, following.count)])
                }
                // What the server said before it went is still to be read.
                guard PQconsumeInput(handle.pointer) == 1 else { break }
            }
            guard let result = PQgetResult(handle.pointer) else { break }
            defer { PQclear(result) }
            guard answer.take(result, statement: name, user: handle.user) else {
                drop()
                throw PostgresError(
                    .decoding, "it answers in a way that is not read here, as COPY does", statement: name)
            }
            if answer.rows.count > settings.rowLimit || answer.bytes > settings.byteLimit {
                await stop(handle)
                throw PostgresError(
                    .resultTooLarge,
                    "the result is larger than \(settings.rowLimit) rows or \(settings.byteLimit) bytes",
                    hint: "let the statement sum up, or end it with a LIMIT", statement: name)
            }
        }
        if PQstatus(handle.pointer) != CONNECTION_OK {
            drop()
            throw PostgresError(
                .connectionLost, answer.error?.message ?? handle.message, sqlState: answer.error?.sqlState,
                statement: name)
        }
        if let error = answer.error { throw error }
        return PostgresRows(
            columns: answer.columns, values: answer.rows, statement: name, affected: answer.affected)
    }

    /// The error for a wait that ended before what it waited for.
    private static func interruption(_ outcome: PostgresWait.Outcome, _ name: String) -> PostgresError {
        guard outcome == .timeout else { return PostgresError(.cancelled, "was cancelled", statement: name) }
        return PostgresError(
            .timeout, "did not end within its deadline, and was cancelled on the server", statement: name)
    }

    func flush(
        _ handle: PostgresHandle, name: String, until end: ContinuousClock.Instant, isShielded: Bool
    ) async throws(PostgresError) {
        while true {
            switch PQflush(handle.pointer) {
            case 0: return
            case 1:
                let outcome = await poller.wait(handle.socket, .both, until: end, isShielded: isShielded)
                guard outcome == .ready else {
                    // Half a statement is on its way; such a connection is of no more use.
                    drop()
                    throw Self.interruption(outcome, name)
                }
                guard PQconsumeInput(handle.pointer) == 1 else { throw lost(handle, name) }
            default: throw lost(handle, name)
            }
        }
    }

    // MARK: Stopping

    /// Cancels the running statement on the server and reads what is left. A connection that does not come to rest
    /// within two seconds is given up.
    ///
    /// - Returns: how many statements of a pipeline had ended before the one that the cancel hit.
    @discardableResult
    private func stop(_ handle: PostgresHandle) async -> Int {
        guard let cancel = PostgresCancel(handle) else {
            drop()
            return 0
        }
        let end = ContinuousClock.now + .seconds(2)
        let sent = poller.send(cancel)
        let passed = await drain(handle, until: end)
        // A cancel that is still under way could hit the next statement.
        guard let passed, await poller.wait(for: sent, until: end, isShielded: true) == .ready else {
            drop()
            return 0
        }
        return passed
    }

    /// Reads what is left, to the end of the pipeline where there is one, which it leaves.
    ///
    /// - Returns: how many statements ended before the first that failed, or where none did 0; nil where the connection
    ///   is lost or does not come to rest in time.
    func drain(_ handle: PostgresHandle, until end: ContinuousClock.Instant) async -> Int? {
        var passed = 0
        var hasFailed = false
        while ContinuousClock.now < end {
            while PQisBusy(handle.pointer) == 1 {
                guard await poller.wait(handle.socket, .read, until: end, isShielded: true) == .ready,
                    PQconsumeInput(handle.pointer) == 1
                else { return nil }
            }
            guard let result = PQgetResult(handle.pointer) else {
                guard PQstatus(handle.pointer) == CONNECTION_OK else { return nil }
                if PQpipelineStatus(handle.pointer) == PQ_PIPELINE_OFF { return 0 }
                // The end of one statement of several.
                if !hasFailed { passed += 1 }
                continue
            }
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_PIPELINE_SYNC: return PQexitPipelineMode(handle.pointer) == 1 ? (hasFailed ? passed : 0) : nil
            case PGRES_FATAL_ERROR: hasFailed = true
            default: break
            }
        }
        return nil
    }
}

extension [String?] {
    /// Calls the closure with the texts as C strings, nil for nil.
    fileprivate func withCStrings<Result>(_ body: ([UnsafePointer<CChar>?]) -> Result) -> Result {
        let copies = map { $0.flatMap { strdup($0) } }
        defer { for copy in copies { free(copy) } }
        return body(copies.map { $0.map { UnsafePointer($0) } })
    }
}
