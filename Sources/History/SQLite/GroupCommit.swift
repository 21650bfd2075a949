import Alerting
import GRDB
import Synchronization

/// The one writer: commits that wait at the same time go into one transaction, which is synced once. What is too much to
/// be filed at once goes into the journal, and from there into its tables once it is quiet.
///
/// A caller whose task is cancelled still waits: what was handed over is written or fails for everyone in it.
final class GroupCommit: Sendable {
    private struct Waiting: Sendable {
        let records: [StoreRecord]
        let continuation: CheckedContinuation<HistoryError?, Never>
    }

    private struct State: Sendable {
        var waiting: [Waiting] = []
        var isClosed = false
        var commits = 0
        var transactions = 0
        /// Records in these commits.
        var records = 0
        /// The size in bytes of what is in the journal.
        var unfiled = 0
        /// Whether somebody waits for a quiet moment to file it.
        var isFilingLater = false
    }

    /// Changes that are filed in one transaction, while which nothing else is written.
    static let filingStep = 1_000

    private let pool: DatabasePool
    private let path: String
    private let journalling: Journal.Policy
    private let state = Mutex(State())

    init(pool: DatabasePool, path: String, journalling: Journal.Policy) {
        self.pool = pool
        self.path = path
        self.journalling = journalling
    }

    /// Commits that succeeded, and the transactions that they took.
    var counts: (commits: Int, transactions: Int) {
        state.withLock { ($0.commits, $0.transactions) }
    }

    /// Commits that wait for the writer's turn.
    var waitingCount: Int {
        state.withLock { $0.waiting.count }
    }

    var isClosed: Bool {
        state.withLock { $0.isClosed }
    }

    /// Writes the records, and returns when they are on disk. They are made into rows in the writer's turn, one by one, so
    /// that the rows of a storm are never in memory together.
    func commit(_ records: [StoreRecord]) async throws(HistoryError) {
        let failure = await withCheckedContinuation { continuation in
            let isClosed = state.withLock { state in
                if state.isClosed { return true }
                state.waiting.append(Waiting(records: records, continuation: continuation))
                // The first who waits calls the writer; it takes all who wait when its turn comes.
                if state.waiting.count == 1 { pool.asyncWriteWithoutTransaction { db in self.drain(into: db) } }
                return false
            }
            if isClosed { continuation.resume(returning: HistoryError.closed(path: path)) }
        }
        if let failure { throw failure }
    }

    /// Runs `work` in a transaction of its own, in turn with the commits.
    func perform<Value: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Value
    ) async throws(HistoryError) -> Value {
        let result: Result<Value, HistoryError> = await withCheckedContinuation { continuation in
            let isClosed = state.withLock { state in
                if state.isClosed { return true }
                pool.asyncWriteWithoutTransaction { db in continuation.resume(returning: self.run(work, in: db)) }
                return false
            }
            if isClosed { continuation.resume(returning: .failure(.closed(path: path))) }
        }
        return try result.get()
    }

    /// Takes nothing new from now on.
    ///
    /// - Returns: whether it was open until now.
    func close() -> Bool {
        state.withLock { state in
            defer { state.isClosed = true }
            return !state.isClosed
        }
    }

    private func drain(into db: Database) {
        let (waiting, unfiled) = state.withLock { state in
            defer { state.waiting = [] }
            return (state.waiting, state.unfiled)
        }
        let result = run({ db in try self.write(waiting.map(\.records), to: db, unfiled: unfiled) }, in: db)
        switch result {
        case .success(let added):
            let waitsForQuiet = state.withLock { state in
                state.commits += waiting.count
                state.records += waiting.reduce(0) { $0 + $1.records.count }
                state.transactions += 1
                state.unfiled += added
                defer { state.isFilingLater = state.isFilingLater || state.unfiled > 0 }
                return state.unfiled > 0 && !state.isFilingLater
            }
            if unfiled == 0 && added > 0 { Self.foldLog(at: Self.pagesInStorm, in: db) }
            if waitsForQuiet { Task { await fileOnceQuiet() } }
            // Before they go on: who writes faster than can be filed waits for it.
            fileExcess(in: db)
            for waiter in waiting { waiter.continuation.resume(returning: nil) }
        case .failure(let error):
            for waiter in waiting { waiter.continuation.resume(returning: error) }
        }
    }

    /// - Parameter unfiled: the size of the journal.
    /// - Returns: what was added to it.
    private func write(_ records: [[StoreRecord]], to db: Database, unfiled: Int) throws -> Int {
        // What follows something that is not filed must not overtake it.
        guard unfiled > 0 || records.reduce(0, { $0 + $1.count }) >= journalling.from else {
            var writer = RowWriter(db)
            for records in records { try RowChange.each(of: records) { try writer.apply($0) } }
            return 0
        }
        return try Journal.append(records, to: db)
    }

    // MARK: Filing

    /// Files all that is in the journal now. Commits get their turn in between.
    func file() async throws(HistoryError) {
        guard state.withLock({ $0.unfiled > 0 }) else { return }
        let last = try await perform { db in try Int64.fetchOne(db, sql: "SELECT max(id) FROM journal") }
        guard let last else { return }
        while try await !fileSome(upTo: last) {}
    }

    /// - Parameter last: the last entry that is wanted; nil for all.
    /// - Returns: whether nothing is left of what was to be filed.
    private func fileSome(upTo last: Int64?) async throws(HistoryError) -> Bool {
        let result: Result<Journal.Filed, HistoryError> = await withCheckedContinuation { continuation in
            let isClosed = state.withLock { state in
                if state.isClosed { return true }
                pool.asyncWriteWithoutTransaction { db in
                    continuation.resume(returning: self.fileStep(upTo: last, in: db))
                }
                return false
            }
            if isClosed { continuation.resume(returning: .failure(.closed(path: path))) }
        }
        return try result.get().isDone
    }

    /// Files while the journal is larger than it may be. What can't be filed stays where it is, and is on the disk.
    private func fileExcess(in db: Database) {
        while state.withLock({ $0.unfiled }) > journalling.largest {
            guard case .success(let filed) = fileStep(upTo: nil, in: db), !filed.isDone else { return }
        }
    }

    private func fileStep(upTo last: Int64?, in db: Database) -> Result<Journal.Filed, HistoryError> {
        let result = run({ db in try Journal.file(in: db, atMost: Self.filingStep, upTo: last) }, in: db)
        if case .success(let filed) = result {
            let left = state.withLock { state in
                // Nothing is there any more, whatever was counted.
                state.unfiled = filed.isDone && last == nil ? 0 : state.unfiled - filed.size
                return state.unfiled
            }
            if left == 0 { Self.foldLog(at: Self.pages, in: db) }
        }
        return result
    }

    /// SQLite's own number.
    private static let pages = 1_000
    /// 64 MiB: to fold the log into the file takes time that a storm had better not wait for.
    private static let pagesInStorm = 16_384

    /// Sets how many pages SQLite's write-ahead log may hold before it is folded into the file.
    private static func foldLog(at pages: Int, in db: Database) {
        try? db.execute(sql: "PRAGMA wal_autocheckpoint = \(pages)")
    }

    /// Files what is in the journal as soon as what is written is no storm any more. What can't be filed for now, since the
    /// disk is full, is tried again less and less often as long as it stays.
    private func fileOnceQuiet() async {
        var pause = journalling.quiet
        while true {
            let before = state.withLock { $0.records }
            try? await Task.sleep(for: pause)
            let isOver = state.withLock { state in
                let isOver = state.isClosed || state.unfiled == 0
                if isOver { state.isFilingLater = false }
                return isOver
            }
            if isOver { return }
            do throws(HistoryError) {
                // All that is there and not only what was, so that a trickle of commits does not keep it in use.
                while state.withLock({ $0.records }) - before < journalling.from, try await !fileSome(upTo: nil) {}
                pause = journalling.quiet
            } catch {
                pause = min(pause * 2, .seconds(10))
            }
        }
    }

    private func run<Value>(_ work: (Database) throws -> Value, in db: Database) -> Result<Value, HistoryError> {
        do {
            var value: Value?
            try db.inTransaction(.immediate) {
                value = try work(db)
                return .commit
            }
            guard let value else { return .failure(.io(path: path, detail: "the transaction gave nothing")) }
            return .success(value)
        } catch {
            return .failure(HistoryError(error, path: path))
        }
    }
}
