package import Alerting
import GRDB
package import PromQL
import Synchronization

/// The history in one SQLite file, in WAL mode: one writer that syncs every transaction, and readers that never wait
/// for it.
package final class SQLiteHistory: HistoryStore {
    /// The file, absolute and without symbolic links.
    package var path: String { file.path }

    let file: HistoryFile
    let lock: FileLock
    let pool: DatabasePool
    let writer: GroupCommit
    /// What was read while opening, kept for the first `load`; nil once that was asked, or once something was written.
    private let loaded: Mutex<StoredState?>

    init(file: HistoryFile, lock: FileLock, pool: DatabasePool, loaded: StoredState, journalling: Journal.Policy) {
        self.file = file
        self.lock = lock
        self.pool = pool
        self.loaded = Mutex(loaded)
        writer = GroupCommit(pool: pool, path: file.path, journalling: journalling)
    }

    package func load() async throws(HistoryError) -> StoredState {
        if writer.isClosed { throw .closed(path: path) }
        if let state = takeLoaded() { return state }
        try await writer.file()
        let path = path
        return try await writer.perform { db in try StateReader(db).readSettingAside(path: path).state }
    }

    package func lastMarks() async throws(HistoryError) -> HistoryMarks {
        try await read { db in try HistoryMarks(db) }
    }

    package func commit(_ records: [StoreRecord]) async throws(HistoryError) {
        _ = takeLoaded()
        // Every transaction is synced, so `mustBeSynced` asks for nothing more.
        try await writer.commit(records)
    }

    package func prune(before: Timestamp) async throws(HistoryError) -> Int {
        // What can't be filed, since the disk is full, is no reason to keep what is old.
        try? await writer.file()
        var total = 0
        for table in ["event", "ledger"] {
            var deleted = Self.pruningStep
            // Step by step, so that commits get their turn in between.
            while deleted == Self.pruningStep {
                deleted = try await writer.perform { db in
                    try db.execute(
                        sql: """
                            DELETE FROM \(table)
                            WHERE id IN (SELECT id FROM \(table) WHERE at < ? ORDER BY at LIMIT \(Self.pruningStep))
                            """, arguments: [before.milliseconds])
                    return db.changesCount
                }
                total += deleted
            }
        }
        if total > 0 {
            try await writer.perform { db in
                try db.execute(
                    sql: """
                        DELETE FROM alert_identity
                        WHERE NOT EXISTS (SELECT 1 FROM event WHERE event.alert = alert_identity.alert)
                        """)
            }
        }
        return total
    }

    /// Rows that one transaction of `prune` deletes at most.
    static let pruningStep = 1_000

    package func statistics() async throws(HistoryError) -> HistoryStatistics {
        var statistics = try await read { db in
            var statistics = HistoryStatistics()
            statistics.alerts = try Self.count("alert", in: db)
            statistics.groups = try Self.count("notification_group", in: db)
            statistics.outbox = try Self.count("outbox", in: db)
            statistics.events = try Self.count("event", in: db)
            statistics.ledgerEntries = try Self.count("ledger", in: db)
            statistics.damagedRows = try Self.count("damaged_row", in: db)
            statistics.oldestEvent = try Int64.fetchOne(db, sql: "SELECT min(at) FROM event")
                .map(Timestamp.init(milliseconds:))
            return statistics
        }
        (statistics.fileBytes, statistics.logBytes) = file.sizes
        (statistics.commits, statistics.transactions) = writer.counts
        return statistics
    }

    package func close() async {
        // What stays in the journal is filed by the next start.
        try? await writer.file()
        guard writer.close() else { return }
        // Waits for what was handed over, folds the log into the file, and so marks a clean end.
        do { try pool.close() } catch { /* What was committed is in the log; the next start folds it in. */  }
        lock.release()
    }

    func read<Value: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Value
    ) async throws(HistoryError) -> Value {
        if writer.isClosed { throw .closed(path: path) }
        // What can't be filed, since the disk is full, is missing in the answer; what is there can be read.
        try? await writer.file()
        do {
            return try await pool.read(work)
        } catch {
            throw HistoryError(error, path: path)
        }
    }

    private func takeLoaded() -> StoredState? {
        loaded.withLock { loaded in
            defer { loaded = nil }
            return loaded
        }
    }

    private static func count(_ table: String, in db: Database) throws -> Int {
        try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") ?? 0
    }
}
