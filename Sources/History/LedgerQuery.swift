package import Alerting
package import PromQL

/// Which ledger entries are asked for; everything that is set must hold.
package struct LedgerQuery: Hashable, Sendable {
    /// The earliest time, included; nil for no bound.
    package var from: Timestamp?
    /// The latest time, excluded; nil for no bound.
    package var to: Timestamp?
    /// Only entries that are about this alert, perhaps among others.
    package var alert: AlertID?
    /// The name of a receiver, with all its channels.
    package var receiver: String?
    package var destination: Destination?
    /// The number of a message in the outbox.
    package var message: Int64?
    /// Any of these kinds; empty for all.
    package var kinds: Set<LedgerEntry.Kind>
    package var order: HistoryOrder
    /// The longest page; between 1 and `EventQuery.longestPage`.
    package var limit: Int
    /// Where the page before ended; nil for the first page.
    package var cursor: String?

    package init(
        from: Timestamp? = nil, to: Timestamp? = nil, alert: AlertID? = nil, receiver: String? = nil,
        destination: Destination? = nil, message: Int64? = nil, kinds: Set<LedgerEntry.Kind> = [],
        order: HistoryOrder = .newestFirst, limit: Int = 100, cursor: String? = nil
    ) {
        self.from = from
        self.to = to
        self.alert = alert
        self.receiver = receiver
        self.destination = destination
        self.message = message
        self.kinds = kinds
        self.order = order
        self.limit = limit
        self.cursor = cursor
    }
}

/// One page of ledger entries.
package struct LedgerPage: Hashable, Sendable {
    package var entries: [LedgerEntry]
    /// The cursor of the next page; nil where this is the last. Newest first, later pages don't show what is added
    /// after the first; oldest first, they do.
    package var next: String?
    /// Rows of this page that are damaged and left out.
    package var unreadable: Int

    package init(entries: [LedgerEntry] = [], next: String? = nil, unreadable: Int = 0) {
        self.entries = entries
        self.next = next
        self.unreadable = unreadable
    }
}
