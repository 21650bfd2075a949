package import Alerting
package import PromQL

/// Which direction a page reads in.
package enum HistoryOrder: String, Hashable, Sendable, CaseIterable {
    case newestFirst = "n"
    case oldestFirst = "o"
}

/// Which events are asked for; everything that is set must hold.
package struct EventQuery: Hashable, Sendable {
    /// The earliest time, included; nil for no bound.
    package var from: Timestamp?
    /// The latest time, excluded; nil for no bound.
    package var to: Timestamp?
    package var alert: AlertID?
    /// The exact name of a rule.
    package var rule: String?
    /// Any of these levels after the event; empty for all.
    package var levels: Set<Severity>
    /// Any of these kinds; empty for all.
    package var kinds: Set<AlertEvent.Kind>
    /// Labels that must have exactly these values, with the level as `severity`.
    package var labels: Labels
    /// Matchers on the labels, with the level as `severity`.
    package var matchers: [Matcher]
    package var order: HistoryOrder
    /// The longest page; between 1 and `longestPage`.
    package var limit: Int
    /// Where the page before ended; nil for the first page.
    package var cursor: String?

    /// More rows than this are never given at once.
    package static let longestPage = 1_000

    package init(
        from: Timestamp? = nil, to: Timestamp? = nil, alert: AlertID? = nil, rule: String? = nil,
        levels: Set<Severity> = [], kinds: Set<AlertEvent.Kind> = [], labels: Labels = Labels(),
        matchers: [Matcher] = [], order: HistoryOrder = .newestFirst, limit: Int = 100, cursor: String? = nil
    ) {
        self.from = from
        self.to = to
        self.alert = alert
        self.rule = rule
        self.levels = levels
        self.kinds = kinds
        self.labels = labels
        self.matchers = matchers
        self.order = order
        self.limit = limit
        self.cursor = cursor
    }
}

/// One page of events.
package struct EventPage: Hashable, Sendable {
    package var events: [AlertEvent]
    /// The cursor of the next page; nil where this is the last. Newest first, later pages don't show what is added
    /// after the first; oldest first, they do.
    package var next: String?
    /// Rows of this page that are damaged and left out.
    package var unreadable: Int

    package init(events: [AlertEvent] = [], next: String? = nil, unreadable: Int = 0) {
        self.events = events
        self.next = next
        self.unreadable = unreadable
    }
}
