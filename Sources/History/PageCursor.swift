/// Where a page ended: the time and number of its last row, so that the next page begins right behind it whatever is
/// added meanwhile.
struct PageCursor: Hashable, Sendable {
    let order: HistoryOrder
    /// The time of the last row shown, in milliseconds since 1970.
    let at: Int64
    /// The number of the last row shown.
    let id: Int64
    /// The highest row number when the first page was read. Newest first, later rows are not shown on later pages.
    let newest: Int64

    init(order: HistoryOrder, at: Int64, id: Int64, newest: Int64) {
        self.order = order
        self.at = at
        self.id = id
        self.newest = newest
    }

    /// Reads what `text` gives; nil in, nil out.
    ///
    /// - Throws: `HistoryError.badCursor` for any other text, or for one of the other order.
    init?(_ text: String?, order: HistoryOrder) throws(HistoryError) {
        guard let text else { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == order.rawValue, let at = Int64(parts[1]), let id = Int64(parts[2]),
            let newest = Int64(parts[3])
        else { throw .badCursor(text) }
        self.init(order: order, at: at, id: id, newest: newest)
    }

    var text: String { "\(order.rawValue).\(at).\(id).\(newest)" }
}
