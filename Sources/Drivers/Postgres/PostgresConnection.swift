import CPostgres

#if canImport(Glibc)
    import Glibc
#endif

/// One kept connection to a server. Statements go one after the other; a lost connection is made anew by the next
/// statement, with growing pauses while that fails.
package actor PostgresConnection {
    package nonisolated let settings: PostgresSettings
    let poller: PostgresPoller
    private var handle: PostgresHandle?
    private var isBusy = false
    private var queue: [CheckedContinuation<Void, Never>] = []
    private var isClosed = false
    private var failures = 0
    private var nextTry: ContinuousClock.Instant?
    private var lastConnectError: PostgresError?
    /// The server's version as a number such as 150018; nil before the first connection.
    package private(set) var serverVersion: Int?
    /// How long the last connection took to make; nil before the first.
    package private(set) var lastConnectDuration: Duration?
    /// Whether a pooler in between refuses session settings, so that each batch sets its own.
    package private(set) var setsPerBatch = false

    package init(_ settings: PostgresSettings, poller: PostgresPoller) {
        self.settings = settings
        self.poller = poller
    }

    package var isConnected: Bool { handle != nil }

    /// Runs one statement and gives its rows.
    ///
    /// - Parameter deadline: how long it may take, the wait for earlier statements and the connection included; nil
    ///   for what the server's `statement_timeout` allows.
    package func query(_ statement: PostgresStatement, deadline: Duration? = nil) async throws(PostgresError) -> PostgresRows {
        let end = (deadline ?? settings.statementTimeout + settings.connectTimeout + .seconds(1)).asDeadline
        try await begin()
        defer { finish() }
        let handle = try await connected(until: end)
        return try await run(statement, on: handle, until: end)
    }

    /// Runs statements in one read-only transaction, with the time limits set for it: what also works through a
    /// pooler that gives each transaction another session.
    package func batch(_ statements: [PostgresStatement], deadline: Duration? = nil) async throws(PostgresError) -> [PostgresRows] {
        let end = (deadline ?? settings.statementTimeout * statements.count + settings.connectTimeout + .seconds(1)).asDeadline
        try await begin()
        defer { finish() }
        let handle = try await connected(until: end)
        var results: [PostgresRows] = []
        do {
            _ = try await runSimple(opening, name: "begin", on: handle, until: end)
            for statement in statements { results.append(try await run(statement, on: handle, until: end)) }
            _ = try await runSimple("COMMIT", name: "commit", on: handle, until: end)
        } catch {
            await rollBack()
            throw error
        }
        return results
    }

    private var opening: String {
        let mode = settings.readOnly ? "BEGIN READ ONLY" : "BEGIN"
        guard setsPerBatch else { return mode }
        return mode + "; SET LOCAL statement_timeout = \(settings.statementTimeout.wholeMilliseconds); "
            + "SET LOCAL lock_timeout = \(settings.lockTimeout.wholeMilliseconds); SET LOCAL TimeZone = 'UTC'; "
            + "SET LOCAL DateStyle = 'ISO'"
    }

    private func rollBack() async {
        guard let handle, PQtransactionStatus(handle.pointer) != PQTRANS_IDLE else { return }
        do {
            _ = try await runSimple("ROLLBACK", name: "rollback", on: handle, until: Duration.seconds(2).asDeadline, shielded: true)
        } catch {
            drop()
        }
    }

    /// One round trip, for the time it takes.
    package func ping(deadline: Duration? = nil) async throws(PostgresError) -> Duration {
        let began = ContinuousClock.now
        _ = try await query(PostgresStatement(name: "ping", sql: "SELECT 1"), deadline: deadline)
        return ContinuousClock.now - began
    }

    /// Lets the connection go. Later statements fail.
    package func close() async {
        isClosed = true
        await lock()
        drop()
        finish()
    }

    func drop() {
        handle = nil
    }

    // MARK: One at a time

    private func lock() async {
        guard isBusy else {
            isBusy = true
            return
        }
        await withCheckedContinuation { queue.append($0) }
    }

    private func begin() async throws(PostgresError) {
        await lock()
        if isClosed {
            finish()
            throw PostgresError(.closed, "the connection to \(settings.name) was closed")
        }
        if Task.isCancelled {
            finish()
            throw PostgresError(.cancelled, "cancelled before it was sent")
        }
    }

    private func finish() {
        if queue.isEmpty {
            isBusy = false
        } else {
            queue.removeFirst().resume()
        }
    }

    // MARK: Connecting

    private func connected(until end: ContinuousClock.Instant) async throws(PostgresError) -> PostgresHandle {
        if let handle {
            if PQstatus(handle.pointer) == CONNECTION_OK && PQtransactionStatus(handle.pointer) == PQTRANS_IDLE { return handle }
            drop()
        }
        if let nextTry, ContinuousClock.now < nextTry, let lastConnectError { throw lastConnectError }
        let began = ContinuousClock.now
        do {
            let new: PostgresHandle
            do {
                new = try await connect(withOptions: !setsPerBatch, until: end)
            } catch where !setsPerBatch && error.message.contains("unsupported startup parameter") {
                setsPerBatch = true
                new = try await connect(withOptions: false, until: end)
            }
            handle = new
            lastConnectDuration = ContinuousClock.now - began
            serverVersion = Int(PQserverVersion(new.pointer))
            failures = 0
            nextTry = nil
            lastConnectError = nil
            return new
        } catch {
            if error.kind != .cancelled {
                failures += 1
                let pause = min(settings.longestPause, settings.firstPause * (1 << min(failures - 1, 5)))
                nextTry = ContinuousClock.now + pause * Double.random(in: 0.5...1)
                lastConnectError = error
            }
            throw error
        }
    }

    private func connect(withOptions: Bool, until end: ContinuousClock.Instant) async throws(PostgresError) -> PostgresHandle {
        let parameters = connectionParameters(withOptions: withOptions)
        let timeout = settings.connectTimeout * settings.hostCount
        let deadline = min(end, timeout.asDeadline)
        let started = await poller.onBlockingThread { () -> PostgresHandle? in
            let keywords = parameters.map(\.0).map { strdup($0) }
            let values = parameters.map(\.1).map { strdup($0) }
            defer { for text in keywords + values { free(text) } }
            let keys = keywords.map { UnsafePointer($0) } + [nil]
            let texts = values.map { UnsafePointer($0) } + [nil]
            return PostgresHandle(PQconnectStartParams(keys, texts, 1))
        }
        guard let handle = started else { throw PostgresError(.connect, "out of memory") }
        guard PQstatus(handle.pointer) != CONNECTION_BAD else { throw failure(of: handle) }
        var direction = PostgresPoller.Direction.write
        while true {
            switch await poller.wait(handle.socket, direction, until: deadline) {
            case .ready: break
            case .timeout:
                throw PostgresError(
                    .connectTimeout, "\(settings) did not answer within \(settings.connectTimeout.wholeMilliseconds) ms")
            case .cancelled: throw PostgresError(.cancelled, "cancelled while connecting")
            }
            let progress = await poller.onBlockingThread { PQconnectPoll(handle.pointer) }
            switch progress {
            case PGRES_POLLING_READING: direction = .read
            case PGRES_POLLING_WRITING: direction = .write
            case PGRES_POLLING_OK:
                PQsetnonblocking(handle.pointer, 1)
                CPostgresSilenceNotices(handle.pointer)
                return handle
            default: throw failure(of: handle)
            }
        }
    }

    private func connectionParameters(withOptions: Bool) -> [(String, String)] {
        let own = PostgresSettings.parse(settings.dsn).values
        var parameters = [("dbname", settings.dsn), ("fallback_application_name", settings.applicationName)]
        if own["tcp_user_timeout"] == nil {
            // Bounds each host's connect, so that one that drops packets does not use up the time of the next.
            parameters.append(("tcp_user_timeout", "\(settings.connectTimeout.wholeMilliseconds)"))
        }
        guard settings.mode == .normal else { return parameters }
        parameters.append(("client_encoding", "UTF8"))
        if withOptions {
            var options = own["options"].map { $0 + " " } ?? ""
            options += "-c TimeZone=UTC -c DateStyle=ISO -c statement_timeout=\(settings.statementTimeout.wholeMilliseconds) "
                + "-c lock_timeout=\(settings.lockTimeout.wholeMilliseconds) -c idle_in_transaction_session_timeout=60000"
            if settings.readOnly { options += " -c default_transaction_read_only=on" }
            parameters.append(("options", options))
        }
        return parameters
    }

    /// Sorts what libpq says of a failed connection; it gives no codes there, only texts.
    private func failure(of handle: PostgresHandle) -> PostgresError {
        let message = handle.message
        let lower = message.lowercased()
        func has(_ texts: String...) -> Bool { texts.contains { lower.contains($0) } }
        let kind: PostgresError.Kind
        var sqlState: String?
        var hint: String?
        if has("could not translate host name", "name or service not known") {
            kind = .dns
        } else if has("too many clients", "too many connections", "remaining connection slots", "no more connections allowed") {
            kind = .server
            sqlState = "53300"
        } else if has("the database system is starting up", "the database system is shutting down", "in recovery mode") {
            kind = .server
            sqlState = "57P03"
        } else if has("password authentication failed", "no password supplied", "no pg_hba.conf entry", "authentication failed", "role \"") {
            kind = .authentication
            hint = "check user, password and pg_hba.conf"
        } else if has("does not exist") {
            kind = .authentication
        } else if has("ssl", "certificate", "tls") {
            kind = .tls
        } else if has("connection refused", "no such file or directory") {
            kind = .refused
            hint = "is the server running there?"
        } else if has("timed out", "timeout expired") {
            kind = .connectTimeout
        } else {
            kind = .connect
        }
        return PostgresError(kind, message, sqlState: sqlState, hint: hint)
    }
}

extension Duration {
    var asDeadline: ContinuousClock.Instant { ContinuousClock.now + self }

    var wholeMilliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
}
