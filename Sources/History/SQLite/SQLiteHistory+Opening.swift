import Alerting
import GRDB
package import PromQL

extension SQLiteHistory {
    /// Opens the history, or begins one, and keeps others out of it.
    ///
    /// A damaged file is kept aside under another name; what can still be read of its states and messages goes into
    /// the new one. Damaged rows are set aside in the table `damaged_row`. Both are told in `notices`.
    ///
    /// - Parameters:
    ///   - path: the file; its folder must be there.
    ///   - now: for the name of a damaged file.
    ///   - limit: a larger file, in bytes, is checked only in the tables that the start needs, so that no start takes
    ///     long.
    ///   - journalling: when a transaction goes into the journal first.
    /// - Throws: where it is locked, from a newer version, of another application, or can't be written.
    package static func open(
        path: String, now: Timestamp, checkingWholeUpTo limit: Int64 = largestFileCheckedWhole,
        journalling: Journal.Policy = Journal.Policy()
    ) async throws(HistoryError) -> (store: SQLiteHistory, notices: [String]) {
        let file = try HistoryFile(path)
        let lock = try FileLock(guarding: file.path)
        do throws(HistoryError) {
            let (pool, reading) = try open(file, checkingWholeUpTo: limit)
            return (
                SQLiteHistory(
                    file: file, lock: lock, pool: pool, loaded: reading.state, journalling: journalling),
                reading.notices
            )
        } catch {
            guard case .damaged(_, let detail, _) = error else { throw error }
            let aside = try file.keepAside(at: now)
            let (pool, _) = try open(file, checkingWholeUpTo: limit)
            let (saved, account) = rescue(from: aside)
            let store = SQLiteHistory(
                file: file, lock: lock, pool: pool, loaded: saved, journalling: journalling)
            try await store.writer.commit(saved.records)
            let damage = HistoryError.damaged(path: file.path, detail: detail, keptAside: aside)
            return (store, ["\(damage)", account])
        }
    }

    /// Opens the history; where it can be read and not be written, what it holds is given back all the same, and it is
    /// opened as soon as it can be.
    ///
    /// - Parameter report: is told the notices of `open`, now or later, and that it was put off.
    /// - Throws: as `open`, but not for a full or read-only disk.
    package static func openOrDefer(
        path: String, now: @escaping @Sendable () -> Timestamp, report: @escaping @Sendable (String) -> Void
    ) async throws(HistoryError) -> any HistoryStore {
        do throws(HistoryError) {
            let (store, notices) = try await open(path: path, now: now())
            for notice in notices { report(notice) }
            return store
        } catch {
            switch error {
            case .full, .readOnly, .io: break
            case .locked, .newer, .foreign, .damaged, .corruptRow, .badCursor, .closed, .cancelled: throw error
            }
            guard let (state, marks) = readOnly(path) else { throw error }
            report("the history can't be written, so the agent goes on from memory until it can: \(error)")
            return DeferredHistory(path: path, state: state, marks: marks, fault: error, now: now, report: report)
        }
    }

    /// Reads states and marks without changing anything; nil where that is not possible.
    private static func readOnly(_ path: String) -> (StoredState, HistoryMarks)? {
        do {
            let file = try HistoryFile(path)
            let queue = try DatabaseQueue(path: file.pathToReadOnly, configuration: configuration(readOnly: true))
            defer { try? queue.close() }
            return try queue.read { db in (StateReader(db).readWhatIsLeft(), try HistoryMarks(db)) }
        } catch {
            return nil
        }
    }

    /// Looks for damage in a whole file, also while an agent uses it.
    ///
    /// - Returns: what SQLite found, one sentence each; empty where all is well.
    /// - Throws: where the file can't be read at all.
    package static func check(path: String) async throws(HistoryError) -> [String] {
        let file = try HistoryFile(path)
        do {
            try rollBackIfCutOff(file)
            let queue = try DatabaseQueue(path: file.path, configuration: configuration(readOnly: true))
            return try await queue.read { db in
                try String.fetchAll(db, sql: "PRAGMA integrity_check").filter { $0 != "ok" }
            }
        } catch {
            let error = HistoryError(error, path: file.path)
            // Some damage is such that SQLite can't even look for more.
            if case .damaged(_, let detail, _) = error { return [detail] }
            throw error
        }
    }

    /// 64 MiB, which take less than a second: a file up to this size is checked as a whole at the start.
    package static let largestFileCheckedWhole: Int64 = 64 << 20

    private static func open(
        _ file: HistoryFile, checkingWholeUpTo limit: Int64
    ) throws(HistoryError) -> (pool: DatabasePool, reading: StateReader.Reading) {
        try file.prepare()
        do {
            try rollBackIfCutOff(file)
            try inspect(file, checkingWholeUpTo: limit)
            let pool = try DatabasePool(path: file.path, configuration: configuration(readOnly: false))
            do {
                try HistorySchema.migrator.migrate(pool)
                let reading = try pool.writeWithoutTransaction { db in
                    // The pool sets NORMAL, which may lose the last commits when the power fails.
                    try db.execute(sql: "PRAGMA synchronous = FULL")
                    try db.execute(sql: "PRAGMA journal_size_limit = 16777216")
                    var reading: StateReader.Reading?
                    let notices = try fileJournal(in: db)
                    try db.inTransaction(.immediate) {
                        var read = try StateReader(db).readSettingAside(path: file.path)
                        read.notices = notices.map { "\(file.path): \($0)" } + read.notices
                        reading = read
                        return .commit
                    }
                    return reading ?? StateReader.Reading()
                }
                return (pool, reading)
            } catch {
                try? pool.close()
                throw error
            }
        } catch {
            throw HistoryError(error, path: file.path)
        }
    }

    /// Files what the last agent could not, step by step: a nearly full disk has no room for all of it at once.
    ///
    /// - Returns: what a person should know about it.
    private static func fileJournal(in db: Database) throws -> [String] {
        var notices: [String] = []
        var isDone = false
        while !isDone {
            try db.inTransaction(.immediate) {
                let filed = try Journal.file(in: db, atMost: GroupCommit.filingStep)
                notices += filed.notices
                isDone = filed.isDone
                return .commit
            }
        }
        return notices
    }

    /// Undoes the transaction that a first start left behind when it was killed before the file had a log.
    ///
    /// Its journal lies beside the file, and SQLite refuses to read without leave to write it back
    /// (`SQLITE_READONLY_ROLLBACK`, https://www.sqlite.org/rescode.html#readonly_rollback). That is no change: what the
    /// journal holds is the file as it was committed last.
    private static func rollBackIfCutOff(_ file: HistoryFile) throws {
        func read(readOnly: Bool) throws {
            let queue = try DatabaseQueue(path: file.path, configuration: configuration(readOnly: readOnly))
            try queue.read { db in _ = try Int.fetchOne(db, sql: "PRAGMA user_version") }
            try queue.close()
        }
        do {
            try read(readOnly: true)
        } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_READONLY_ROLLBACK {
            try read(readOnly: false)
        }
    }

    /// Looks before anything is changed: a file of another application or of a newer version, or a damaged one, stays
    /// as it is.
    private static func inspect(_ file: HistoryFile, checkingWholeUpTo limit: Int64) throws {
        let queue = try DatabaseQueue(path: file.path, configuration: configuration(readOnly: true))
        try queue.read { db in
            let tables = Set(try String.fetchAll(db, sql: "SELECT name FROM sqlite_master WHERE type = 'table'"))
            let application = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
            let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
            // A first start that was cut off may have left the migrator's table alone.
            let isBegun = !tables.subtracting(["grdb_migrations"]).isEmpty
            if isBegun && application != HistorySchema.applicationID {
                throw HistoryError.foreign(path: file.path)
            }
            if version > HistorySchema.version {
                throw HistoryError.newer(path: file.path, found: version, known: HistorySchema.version)
            }
            if isBegun { try inspectColumns(db, path: file.path) }
            if isBegun && version == HistorySchema.version {
                // Finds damage in the text of a trigger, which a check of the file does not.
                for statement in RowStatement.allCases { _ = try db.makeStatement(sql: statement.sql) }
            }
            let sizes = file.sizes
            let checks =
                sizes.file + sizes.log <= limit
                ? ["PRAGMA quick_check(5)"]
                : HistorySchema.tablesOfStart.filter(tables.contains).map { "PRAGMA quick_check('\($0)')" }
            for check in checks {
                let findings = try String.fetchAll(db, sql: check).filter { $0 != "ok" }
                guard findings.isEmpty else {
                    // SQLite's sentences may come in one row, one a line.
                    let shown = findings.joined(separator: "\n").split(separator: "\n").prefix(3)
                    throw HistoryError.damaged(
                        path: file.path, detail: shown.joined(separator: "; "), keptAside: nil)
                }
            }
        }
        try queue.close()
    }

    /// A byte that changed in the schema's own text leaves a file that is sound to SQLite, and that can't be written.
    private static func inspectColumns(_ db: Database, path: String) throws {
        for (table, wanted) in HistorySchema.firstColumns.sorted(by: { $0.key < $1.key }) {
            let found = Set(
                try String.fetchAll(db, sql: "SELECT name FROM pragma_table_info(?)", arguments: [table]))
            guard let missing = wanted.first(where: { !found.contains($0) }) else { continue }
            throw HistoryError.damaged(
                path: path, detail: "the table \(table) has no column \(missing)", keptAside: nil)
        }
    }

    private static func configuration(readOnly: Bool) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = readOnly
        configuration.label = "tocsin.history"
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = 2
        configuration.prepareDatabase { db in
            // Page caches in KiB. They are small: the operating system caches the file as well.
            try db.execute(sql: "PRAGMA cache_size = \(db.configuration.readonly ? -512 : -2048)")
        }
        return configuration
    }

    /// Reads what is still readable of a damaged file.
    private static func rescue(from path: String) -> (state: StoredState, account: String) {
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration(readOnly: true))
            // Not in one transaction: that ends with the first damage.
            let state = queue.unsafeRead { db in StateReader(db).readWhatIsLeft() }
            try queue.close()
            return (
                state,
                "saved from the damaged history: alerts \(state.alerts.count), groups \(state.groups.count), "
                    + "unsent messages \(state.outbox.count)"
            )
        } catch {
            return (
                StoredState(), "nothing could be saved from the damaged history: \(HistoryError(error, path: path))"
            )
        }
    }
}

extension HistoryMarks {
    init(_ db: Database) throws {
        let message = try Int64.fetchOne(db, sql: "SELECT max(message) FROM ledger WHERE message IS NOT NULL")
        // Not the latest time: what was written under a clock that was ahead stays there for long.
        var event = try Int64.fetchOne(db, sql: "SELECT at FROM event ORDER BY id DESC LIMIT 1")
        var entry = try Int64.fetchOne(db, sql: "SELECT at FROM ledger ORDER BY id DESC LIMIT 1")
        var last = message ?? 0
        for change in try Journal.unfiled(in: db) {
            switch change.statement {
            case .event: event = change.integer(.at) ?? event
            case .ledger:
                entry = change.integer(.at) ?? entry
                last = max(last, change.integer(.message) ?? 0)
            case .alert, .removeAlert, .group, .removeGroup, .outbox, .removeOutbox, .silence, .removeSilence,
                .heartbeat, .removeHeartbeat, .acknowledgement, .removeAcknowledgement, .identity:
                break
            }
        }
        self.init(
            lastMessage: last, lastEntry: [event, entry].compactMap { $0 }.max().map(Timestamp.init(milliseconds:)))
    }
}

extension StoredState {
    /// The records that write it anew.
    fileprivate var records: [StoreRecord] {
        alerts.map(StoreRecord.alert) + groups.map(StoreRecord.group) + outbox.map(StoreRecord.outbox)
            + silences.map(StoreRecord.silence) + heartbeats.map(StoreRecord.heartbeat)
            + acknowledgements.map(StoreRecord.acknowledgement)
    }
}
