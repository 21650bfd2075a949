package import PromQL

/// The last things in a history, which the agent goes on from.
package struct HistoryMarks: Hashable, Sendable {
    /// The highest number of a message; 0 without any.
    package var lastMessage: Int64
    /// When the event or the ledger entry that was written last was written, the later of the two; nil without any.
    package var lastEntry: Timestamp?

    package init(lastMessage: Int64 = 0, lastEntry: Timestamp? = nil) {
        self.lastMessage = lastMessage
        self.lastEntry = lastEntry
    }
}
