/// Turns the counters of `pg_stat_statements` into what happened since the last look.
///
/// The lifetime mean never recovers after one bad hour, so only differences count. A counter that went down was reset,
/// and one that is new was created or came back after it had been evicted: what it shows then happened since.
package struct StatementWindow: Sendable {
    /// Which statement: `pg_stat_statements` keeps one row for each user, database and query.
    package struct Key: Hashable, Sendable {
        package let user: String
        package let database: String
        package let queryID: String

        package init(user: String, database: String, queryID: String) {
            self.user = user
            self.database = database
            self.queryID = queryID
        }
    }

    /// A row's counters.
    package struct Counters: Hashable, Sendable {
        package var calls: Int64
        /// Seconds.
        package var time: Double
        package var rows: Int64

        package init(calls: Int64, time: Double, rows: Int64) {
            self.calls = calls
            self.time = time
            self.rows = rows
        }
    }

    /// What a statement did since the last look.
    package struct Activity: Hashable, Sendable {
        package let key: Key
        package let calls: Int64
        /// Seconds.
        package let time: Double

        /// Seconds a call.
        package var mean: Double { time / Double(calls) }
    }

    private var last: [Key: Counters]?
    private var lastReset: Double?

    package init() {}

    /// Takes over a look at all rows.
    ///
    /// - Parameter reset: when the statistics were last reset, in seconds since 1970; nil where the server does not say.
    /// - Returns: what each statement did since the look before, those that were not called left out; nil at the first
    ///   look, when there is nothing to compare with.
    package mutating func observe(_ rows: [Key: Counters], reset: Double? = nil) -> [Activity]? {
        defer {
            last = rows
            lastReset = reset
        }
        guard let last else { return nil }
        let wasReset = reset != nil && lastReset != nil && reset != lastReset
        return rows.compactMap { key, now in
            var before = wasReset ? nil : last[key]
            if let known = before, known.calls > now.calls || known.time > now.time { before = nil }
            let calls = now.calls - (before?.calls ?? 0)
            let time = now.time - (before?.time ?? 0)
            return calls > 0 ? Activity(key: key, calls: calls, time: max(0, time)) : nil
        }
    }
}
