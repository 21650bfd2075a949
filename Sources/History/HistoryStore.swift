package import Alerting
package import PromQL

/// Where the agent keeps what must outlive it: states, messages that must arrive, and what happened.
///
/// There is one writer, the agent. What was committed is read from then on; reading waits for no commit that is under
/// way.
package protocol HistoryStore: Sendable {
    /// Gives back what was true when the agent last ran: alerts by id, groups by id, messages by number.
    func load() async throws(HistoryError) -> StoredState

    /// Gives back what numbers and times to go on from.
    func lastMarks() async throws(HistoryError) -> HistoryMarks

    /// Writes the records in order, all of them or none, and returns once they are as durable as they must be.
    ///
    /// Writing the same records again changes nothing, so a commit whose end is unknown can be repeated. Commits that
    /// wait at the same time may share one transaction.
    func commit(_ records: [StoreRecord]) async throws(HistoryError)

    /// Reads one page of what happened to alerts.
    func events(_ query: EventQuery) async throws(HistoryError) -> EventPage

    /// Reads one page of what was told to whom, and why or why not.
    func ledger(_ query: LedgerQuery) async throws(HistoryError) -> LedgerPage

    /// Forgets events and ledger entries older than `before`; never states, groups or messages.
    ///
    /// - Returns: how many rows are gone.
    func prune(before: Timestamp) async throws(HistoryError) -> Int

    /// Counts what is there.
    func statistics() async throws(HistoryError) -> HistoryStatistics

    /// Finishes what was begun and lets go of the files. Later calls throw `HistoryError.closed`.
    func close() async
}
