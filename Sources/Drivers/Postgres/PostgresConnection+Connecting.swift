import CPostgres

extension PostgresConnection {
    /// What came of one attempt to connect.
    private enum Attempt {
        case made(PostgresHandle)
        /// A host took too long; its place in the DSN's list.
        case hung(at: Int)
    }

    /// The kept connection, or a new one; during the pause after a failure its error.
    func connected(until end: ContinuousClock.Instant) async throws(PostgresError) -> PostgresHandle {
        if let handle {
            if handle.isFit() { return handle }
            drop()
        }
        if let nextTry, let lastConnectError, ContinuousClock.now < nextTry {
            let left = (nextTry - ContinuousClock.now).wholeMilliseconds
            throw lastConnectError.adding(hint: "the next connection is tried in \((left + 999) / 1_000) s")
        }
        let began = ContinuousClock.now
        do throws(PostgresError) {
            let new = try await connect(until: end)
            if isClosed { throw PostgresError(.closed, "the connection to \(settings.name) was closed") }
            handle = new
            lastConnectDuration = ContinuousClock.now - began
            serverVersion = Int(PQserverVersion(new.pointer))
            failures = 0
            nextTry = nil
            lastConnectError = nil
            return new
        } catch {
            // A task that was cancelled says nothing about the server.
            guard error.kind != .cancelled, error.kind != .closed else { throw error }
            failures += 1
            let pause = min(settings.longestPause, settings.firstPause * (1 << min(failures - 1, 10)))
            nextTry = ContinuousClock.now + pause * Double.random(in: 0.5...1)
            lastConnectError = error
            throw error
        }
    }

    /// Connects with the session's settings, or without where something in between refuses them.
    private func connect(until end: ContinuousClock.Instant) async throws(PostgresError) -> PostgresHandle {
        if let problem = settings.dsn.problem {
            throw PostgresError(.connect, "libpq can't read the DSN of \(settings.name): \(problem)")
        }
        guard settings.mode == .normal, !setsPerBatch else { return try await connect(withOptions: false, until: end) }
        do throws(PostgresError) {
            let handle = try await connect(withOptions: true, until: end)
            // PgBouncer may be told to ignore the settings (`ignore_startup_parameters = options`), and says nothing.
            let mark = PostgresStatement(name: "connect", sql: "SELECT current_setting('tocsin.session', true) AS mark")
            setsPerBatch = try await run(mark, on: handle, until: end).first?.text("mark") != "on"
            return handle
        } catch  where Self.refusesOptions(error) {
            let handle = try await connect(withOptions: false, until: end)
            setsPerBatch = true
            return handle
        }
    }

    /// PgBouncer and Neon name the startup parameter, RDS Proxy the command-line options.
    private static func refusesOptions(_ error: PostgresError) -> Bool {
        error.message.contains("unsupported startup parameter") || error.message.contains("command-line options")
    }

    private func connect(
        withOptions: Bool, until end: ContinuousClock.Instant
    ) async throws(PostgresError) -> PostgresHandle {
        let count = settings.dsn.hostCount
        var skipped = 0
        while true {
            // As libpq's own `connect_timeout`, which it does not heed here: each host has its time. Where the
            // deadline is nearer, the hosts share what is left.
            let share = (end - ContinuousClock.now) / (count - skipped)
            let patience = max(.milliseconds(1), min(settings.connectTimeout, share))
            switch try await attempt(skipping: skipped, withOptions: withOptions, patience: patience, until: end) {
            case .made(let handle): return handle
            case .hung(let place):
                skipped = place + 1
                guard skipped < count, ContinuousClock.now < end else {
                    throw PostgresError(
                        .connectTimeout, "\(settings) did not answer within \(patience.wholeMilliseconds) ms")
                }
            }
        }
    }

    private func attempt(
        skipping skipped: Int, withOptions: Bool, patience: Duration, until end: ContinuousClock.Instant
    ) async throws(PostgresError) -> Attempt {
        let parameters = parameters(skipping: skipped, withOptions: withOptions)
        var hostEnd = min(end, ContinuousClock.now + patience)
        let handle: PostgresHandle
        switch await poller.connectStep(until: hostEnd, { PostgresHandle(connectingWith: parameters) }) {
        case .done(let started?): handle = started
        case .done(nil): throw PostgresError(.connect, "libpq has no memory to connect with")
        case .left(let outcome): return try Self.hung(outcome, at: skipped)
        }
        let user = handle.user
        var target = handle.target
        var direction = PostgresPollLoop.Direction.write
        if PQstatus(handle.pointer) == CONNECTION_BAD { throw PostgresError(connecting: handle.message, user: user) }
        while true {
            let place = settings.dsn.place(host: handle.host, port: handle.port, from: skipped) ?? skipped
            let outcome = await poller.wait(handle.socket, direction, until: hostEnd)
            guard outcome == .ready else { return try Self.hung(outcome, at: place) }
            // Not on the poll thread: for the next host in the list it looks up a name, which blocks.
            switch await poller.connectStep(until: hostEnd, { PQconnectPoll(handle.pointer) }) {
            case .done(PGRES_POLLING_READING): direction = .read
            case .done(PGRES_POLLING_WRITING): direction = .write
            case .done(PGRES_POLLING_OK):
                handle.becomeReady()
                return .made(handle)
            case .done: throw PostgresError(connecting: handle.message, user: user)
            case .left(let outcome): return try Self.hung(outcome, at: place)
            }
            if handle.target != target {
                target = handle.target
                hostEnd = min(end, ContinuousClock.now + patience)
            }
        }
    }

    private static func hung(_ outcome: PostgresWait.Outcome, at place: Int) throws(PostgresError) -> Attempt {
        if outcome == .cancelled { throw PostgresError(.cancelled, "was cancelled while connecting") }
        return .hung(at: place)
    }

    private func parameters(skipping skipped: Int, withOptions: Bool) -> [(keyword: String, value: String)] {
        let own = settings.dsn.values
        var parameters: [(keyword: String, value: String)] = [
            ("dbname", settings.dsn.text), ("fallback_application_name", settings.applicationName),
        ]
        parameters += settings.dsn.skipping(skipped)
        if own["tcp_user_timeout"] == nil {
            // Bounds a cancel, and an address that drops packets, so that the host's next address gets its turn.
            let bound = max(1_000, settings.connectTimeout.wholeMilliseconds * 4 / 5)
            parameters.append(("tcp_user_timeout", "\(bound)"))
        }
        guard settings.mode == .normal else { return parameters }
        parameters.append(("client_encoding", "UTF8"))
        if withOptions {
            let options = sessionSettings.map { "-c \($0.name)=\(Self.escaped($0.value))" } + ["-c tocsin.session=on"]
            parameters.append(("options", ((own["options"].map { [$0] } ?? []) + options).joined(separator: " ")))
        }
        return parameters
    }

    /// As the startup packet takes it: blanks and backslashes end or change a word there.
    private static func escaped(_ value: String) -> String {
        value.reduce(into: "") { text, character in
            if character == "\\" || character.isWhitespace { text.append("\\") }
            text.append(character)
        }
    }

    /// What holds for the session, or for each transaction where sessions are shared.
    var sessionSettings: [(name: String, value: String)] {
        let path = settings.schema.map { schema in
            "\"" + schema.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
        }
        return [
            ("statement_timeout", "\(settings.statementTimeout.wholeMilliseconds)"),
            ("lock_timeout", "\(settings.lockTimeout.wholeMilliseconds)"),
            ("idle_in_transaction_session_timeout", "60000"), ("TimeZone", "UTC"), ("DateStyle", "ISO"),
            // These statements take milliseconds; to compile one takes longer.
            ("jit", "off"),
            ("default_transaction_read_only", settings.readOnly ? "on" : "off"),
        ] + (path.map { [(name: "search_path", value: $0)] } ?? [])
    }
}

extension Duration {
    /// Rounded down.
    var wholeMilliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
}
