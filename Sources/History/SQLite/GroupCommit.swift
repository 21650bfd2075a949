import Alerting
import GRDB
import Synchronization

/// The one writer: commits that wait at the same time go into one transaction, which is synced once.
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
    }

    private let pool: DatabasePool
    private let path: String
    private let state = Mutex(State())

    init(pool: DatabasePool, path: String) {
        self.pool = pool
        self.path = path
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
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        let result = run(
            { db in
                var writer = RowWriter(db)
                for waiter in waiting { try RowChange.each(of: waiter.records) { try writer.apply($0) } }
            }, in: db)
        switch result {
        case .success:
            state.withLock { state in
                state.commits += waiting.count
                state.transactions += 1
            }
            for waiter in waiting { waiter.continuation.resume(returning: nil) }
        case .failure(let error):
            for waiter in waiting { waiter.continuation.resume(returning: error) }
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
