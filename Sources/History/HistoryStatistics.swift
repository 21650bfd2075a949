package import PromQL

/// How much a history holds.
package struct HistoryStatistics: Hashable, Sendable {
    package var alerts = 0
    package var groups = 0
    package var outbox = 0
    package var events = 0
    package var ledgerEntries = 0
    /// Rows that could not be read and were kept aside.
    package var damagedRows = 0
    /// When the oldest event happened; nil without events.
    package var oldestEvent: Timestamp?
    /// The size of the main file in bytes; 0 in memory.
    package var fileBytes: Int64 = 0
    /// The size of the write-ahead log in bytes; 0 in memory.
    package var logBytes: Int64 = 0
    /// Calls of `commit` that succeeded since it was opened.
    package var commits = 0
    /// Transactions that these commits took: fewer where several shared one.
    package var transactions = 0

    package init() {}
}
