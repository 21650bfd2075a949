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
            try await begin(settings.readOnly ? "READ ONLY" : "READ WRITE", on: handle, until: end)
            var results: [PostgresRows] = []
            for statement in statements { results.append(try await run(statement, on: handle, until: end)) }
            try await commit(handle, until: end)
            return results
        } catch {
            await rollBack(handle)
            throw error
        }
    }

    /// A setting's value in SET: the path is a list of names already, where a quoted text would be one name.
    private static func literal(_ value: String, of name: String) -> String {
        name == "search_path" ? value : "'\(value)'"
    }

    /// Begins a transaction of a mode such as `READ ONLY`, with its time limits.
    func begin(
        _ mode: String, on handle: PostgresHandle, until end: ContinuousClock.Instant
    ) async throws(PostgresError) {
        // Where the session has them from its start, they need not be said again.
        let limits = setsPerBatch ? sessionSettings.filter { $0.name != "default_transaction_read_only" } : []
        let sets = limits.map { "SET LOCAL \($0.name) = \(Self.literal($0.value, of: $0.name))" }
        let text = (["BEGIN \(mode)"] + sets).joined(separator: "; ")
        _ = try await runSimple(text, name: "begin", on: handle, until: end)
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
        let values = statement.parameters.map(\.text)
        if statement.sql.utf8.contains(0) || values.contains(where: { $0?.utf8.contains(0) == true }) {
            throw PostgresError(
                .decoding, "its text or a parameter holds a zero byte, which PostgreSQL can't take",
                statement: statement.name)
        }
        guard settings.mode == .normal else {
            guard values.isEmpty else {
                throw PostgresError(
                    .decoding, "PgBouncer's console takes no parameters", statement: statement.name)
            }
            return try await runSimple(statement.sql, name: statement.name, on: handle, until: end)
        }
        let sent = values.withCStrings { values in
            PQsendQueryParams(handle.pointer, statement.sql, Int32(values.count), nil, values, nil, nil, 0)
        }
        guard sent == 1 else { throw lost(handle, statement.name) }
        return try await collect(from: handle, name: statement.name, until: end, isShielded: false)
    }

    /// Runs a text by the simple protocol.
    ///
    /// - Parameter isShielded: whether it goes on to the end although the task is cancelled.
    private func runSimple(
        _ sql: String, name: String, on handle: PostgresHandle, until end: ContinuousClock.Instant,
        isShielded: Bool = false
    ) async throws(PostgresError) -> PostgresRows {
        guard PQsendQuery(handle.pointer, sql) == 1 else { throw lost(handle, name) }
        return try await collect(from: handle, name: name, until: end, isShielded: isShielded)
    }

    private func lost(_ handle: PostgresHandle, _ name: String) -> PostgresError {
        drop()
        let message = handle.message
        return PostgresError(.connectionLost, message.isEmpty ? "the connection was lost" : message, statement: name)
    }

    // MARK: Reading results

    /// Reads results until there are no more: within the limits, and until the deadline or a cancellation.
    private func collect(
        from handle: PostgresHandle, name: String, until end: ContinuousClock.Instant, isShielded: Bool
    ) async throws(PostgresError) -> PostgresRows {
        // Row by row, so that a result beyond the limits is never wholly in memory.
        _ = PQsetSingleRowMode(handle.pointer)
        var answer = PostgresAnswer()
        try await flush(handle, name: name, until: end, isShielded: isShielded)
        while true {
            while PQisBusy(handle.pointer) == 1 {
                let outcome = await poller.wait(handle.socket, .read, until: end, isShielded: isShielded)
                if let error = Self.interruption(outcome, name) {
                    await stop(handle)
                    throw error
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

    /// The error for a wait that ended before its time; nil for one that is ready.
    private static func interruption(_ outcome: PostgresWait.Outcome, _ name: String) -> PostgresError? {
        switch outcome {
        case .ready: nil
        case .timeout:
            PostgresError(.timeout, "did not end within its deadline, and was cancelled on the server", statement: name)
        case .cancelled: PostgresError(.cancelled, "was cancelled", statement: name)
        }
    }

    private func flush(
        _ handle: PostgresHandle, name: String, until end: ContinuousClock.Instant, isShielded: Bool
    ) async throws(PostgresError) {
        while true {
            switch PQflush(handle.pointer) {
            case 0: return
            case 1:
                let outcome = await poller.wait(handle.socket, .both, until: end, isShielded: isShielded)
                if let error = Self.interruption(outcome, name) {
                    // Half a statement is on its way; such a connection is of no more use.
                    drop()
                    throw error
                }
                guard PQconsumeInput(handle.pointer) == 1 else { throw lost(handle, name) }
            default: throw lost(handle, name)
            }
        }
    }

    // MARK: Stopping

    /// Cancels the running statement on the server and reads what is left. A connection that does not come to rest
    /// within two seconds is given up.
    private func stop(_ handle: PostgresHandle) async {
        guard let cancel = PostgresCancel(handle) else { return drop() }
        let end = ContinuousClock.now + .seconds(2)
        let sent = poller.send(cancel)
        let isAtRest = await drain(handle, until: end)
        // A cancel that is still under way could hit the next statement.
        guard isAtRest, await poller.wait(for: sent, until: end, isShielded: true) == .ready else { return drop() }
    }

    private func drain(_ handle: PostgresHandle, until end: ContinuousClock.Instant) async -> Bool {
        while ContinuousClock.now < end {
            while PQisBusy(handle.pointer) == 1 {
                guard await poller.wait(handle.socket, .read, until: end, isShielded: true) == .ready,
                    PQconsumeInput(handle.pointer) == 1
                else { return false }
            }
            guard let result = PQgetResult(handle.pointer) else { return PQstatus(handle.pointer) == CONNECTION_OK }
            PQclear(result)
        }
        return false
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
