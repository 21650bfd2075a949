import CPostgres

#if canImport(Glibc)
    import Glibc
#endif

extension PostgresConnection {
    /// Runs one statement with parameters, or by the simple protocol on PgBouncer's console.
    func run(
        _ statement: PostgresStatement, on handle: PostgresHandle, until end: ContinuousClock.Instant
    ) async throws(PostgresError) -> PostgresRows {
        guard settings.mode == .normal else {
            return try await runSimple(statement.sql, name: statement.name, on: handle, until: end)
        }
        let sent = statement.parameters.map(\.text).withCStrings { values in
            PQsendQueryParams(handle.pointer, statement.sql, Int32(values.count), nil, values, nil, nil, 0)
        }
        guard sent == 1 else { throw lost(handle, statement.name) }
        return try await collect(from: handle, name: statement.name, until: end, shielded: false)
    }

    /// Runs a text by the simple protocol; the rows of its last statement are given.
    ///
    /// - Parameter shielded: goes on to the end although the task is cancelled.
    func runSimple(
        _ sql: String, name: String, on handle: PostgresHandle, until end: ContinuousClock.Instant, shielded: Bool = false
    ) async throws(PostgresError) -> PostgresRows {
        guard PQsendQuery(handle.pointer, sql) == 1 else { throw lost(handle, name) }
        return try await collect(from: handle, name: name, until: end, shielded: shielded)
    }

    private func lost(_ handle: PostgresHandle, _ name: String) -> PostgresError {
        let message = handle.message
        drop()
        return PostgresError(.connectionLost, message.isEmpty ? "the connection was lost" : message, statement: name)
    }

    private struct Collected {
        var columns: [String] = []
        var rows: [[String?]] = []
        var bytes = 0
        var error: PostgresError?
    }

    /// Reads results until there are no more: within the limits, and until the deadline or a cancellation.
    private func collect(
        from handle: PostgresHandle, name: String, until end: ContinuousClock.Instant, shielded: Bool
    ) async throws(PostgresError) -> PostgresRows {
        _ = PQsetSingleRowMode(handle.pointer)
        var collected = Collected()
        while true {
            try await flush(handle, name: name, until: end)
            while PQisBusy(handle.pointer) == 1 {
                let readiness = await wait(handle, .read, until: end, shielded: shielded)
                guard readiness == .ready else {
                    let isLate = readiness == .timeout
                    try await stop(handle, name: name)
                    throw PostgresError(
                        isLate ? .timeout : .cancelled,
                        isLate ? "did not end within its deadline, and was cancelled" : "was cancelled", statement: name)
                }
                guard PQconsumeInput(handle.pointer) == 1 else { throw lost(handle, name) }
            }
            guard let result = PQgetResult(handle.pointer) else { break }
            defer { PQclear(result) }
            take(result, into: &collected, name: name)
            if collected.rows.count > settings.rowLimit || collected.bytes > settings.byteLimit {
                try await stop(handle, name: name)
                throw PostgresError(
                    .resultTooLarge,
                    "the result is larger than \(settings.rowLimit) rows or \(settings.byteLimit >> 20) MiB", statement: name)
            }
        }
        if PQstatus(handle.pointer) != CONNECTION_OK {
            let message = collected.error?.message ?? handle.message
            drop()
            throw PostgresError(.connectionLost, message, sqlState: collected.error?.sqlState, statement: name)
        }
        if let error = collected.error { throw error }
        return PostgresRows(columns: collected.columns, values: collected.rows, statement: name)
    }

    private func wait(
        _ handle: PostgresHandle, _ direction: PostgresPoller.Direction, until end: ContinuousClock.Instant, shielded: Bool
    ) async -> PostgresPoller.Readiness {
        guard shielded else { return await poller.wait(handle.socket, direction, until: end) }
        let poller = poller
        let socket = handle.socket
        // A task of its own does not see the cancellation of this one; it ends with the deadline at the latest.
        return await Task.detached { await poller.wait(socket, direction, until: end) }.value
    }

    private func flush(_ handle: PostgresHandle, name: String, until end: ContinuousClock.Instant) async throws(PostgresError) {
        while true {
            switch PQflush(handle.pointer) {
            case 0: return
            case 1:
                guard await poller.wait(handle.socket, .write, until: end) == .ready else {
                    drop()
                    throw PostgresError(.timeout, "could not be sent before its deadline", statement: name)
                }
            default: throw lost(handle, name)
            }
        }
    }

    private func take(_ result: OpaquePointer, into collected: inout Collected, name: String) {
        switch PQresultStatus(result) {
        case PGRES_SINGLE_TUPLE, PGRES_TUPLES_OK:
            let columns = PQnfields(result)
            if collected.columns.isEmpty || PQresultStatus(result) == PGRES_TUPLES_OK && collected.rows.isEmpty {
                collected.columns = (0..<columns).map { String(cString: PQfname(result, $0)) }
            }
            for row in 0..<PQntuples(result) {
                var values: [String?] = []
                for column in 0..<columns {
                    guard PQgetisnull(result, row, column) == 0, let bytes = PQgetvalue(result, row, column) else {
                        values.append(nil)
                        continue
                    }
                    let length = Int(PQgetlength(result, row, column))
                    collected.bytes += length
                    let raw = UnsafeRawBufferPointer(start: bytes, count: length)
                    values.append(String(decoding: raw, as: UTF8.self))
                }
                collected.rows.append(values)
            }
        case PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: break
        default:
            if collected.error == nil { collected.error = Self.error(result, name) }
        }
    }

    private static func error(_ result: OpaquePointer, _ name: String) -> PostgresError {
        func field(_ code: Character) -> String? {
            guard let ascii = code.asciiValue, let text = PQresultErrorField(result, Int32(ascii)) else { return nil }
            return String(cString: text)
        }
        let primary = field("M") ?? String(cString: PQresultErrorMessage(result))
        return PostgresError(
            .server, primary.split(separator: "\n").joined(separator: " "), sqlState: field("C"), detail: field("D"),
            hint: field("H"), statement: name, position: field("P").flatMap(Int.init))
    }

    /// Cancels the running statement on the server and reads what is left. A connection that does not come to rest
    /// within two seconds is given up.
    private func stop(_ handle: PostgresHandle, name: String) async throws(PostgresError) {
        if let cancel = PostgresCancel(handle) {
            await poller.onBlockingThread { cancel.send() }
        }
        let end = Duration.seconds(2).asDeadline
        while true {
            while PQisBusy(handle.pointer) == 1 {
                guard await wait(handle, .read, until: end, shielded: true) == .ready,
                    PQconsumeInput(handle.pointer) == 1
                else {
                    drop()
                    return
                }
            }
            guard let result = PQgetResult(handle.pointer) else { return }
            PQclear(result)
            if ContinuousClock.now > end {
                drop()
                return
            }
        }
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
