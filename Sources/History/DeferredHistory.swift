package import Alerting
package import PromQL

/// A history whose file could be read at the start and not be written: the disk was full, or read-only.
///
/// The agent begins with what could be read, and goes on without the file: a pager that does not start because a disk
/// is full pages nobody. Every commit fails with the reason until the file can be opened; what was decided meanwhile
/// stays with the caller, who commits it again. Until then events and ledger entries are read from memory.
package actor DeferredHistory: HistoryStore {
    private let path: String
    private let state: StoredState
    private let marks: HistoryMarks
    private let now: @Sendable () -> Timestamp
    private let report: @Sendable (String) -> Void
    private let memory = MemoryHistory()
    private var fault: HistoryError
    private var store: SQLiteHistory?

    init(
        path: String, state: StoredState, marks: HistoryMarks, fault: HistoryError,
        now: @escaping @Sendable () -> Timestamp, report: @escaping @Sendable (String) -> Void
    ) {
        self.path = path
        self.state = state
        self.marks = marks
        self.fault = fault
        self.now = now
        self.report = report
    }

    package func load() async throws(HistoryError) -> StoredState { state }

    package func lastMarks() async throws(HistoryError) -> HistoryMarks { marks }

    package func commit(_ records: [StoreRecord]) async throws(HistoryError) {
        if let store { return try await store.commit(records) }
        do throws(HistoryError) {
            let (opened, notices) = try await SQLiteHistory.open(path: path, now: now())
            for notice in notices { report(notice) }
            store = opened
            try await opened.commit(records)
        } catch {
            fault = error
            try await memory.commit(records)
            throw error
        }
    }

    package func events(_ query: EventQuery) async throws(HistoryError) -> EventPage {
        try await present.events(query)
    }

    package func ledger(_ query: LedgerQuery) async throws(HistoryError) -> LedgerPage {
        try await present.ledger(query)
    }

    package func prune(before: Timestamp) async throws(HistoryError) -> Int {
        guard let store else { throw fault }
        return try await store.prune(before: before)
    }

    package func statistics() async throws(HistoryError) -> HistoryStatistics { try await present.statistics() }

    package func close() async {
        await store?.close()
        await memory.close()
    }

    private var present: any HistoryStore { store ?? memory }
}
