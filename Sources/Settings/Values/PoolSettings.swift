package import Alerting

/// A connection pool to watch.
package struct PoolSettings: Hashable, Sendable {
    /// Where the pool's numbers come from.
    package enum Kind: Hashable, Sendable {
        /// PgBouncer's admin console.
        case pgbouncer(dsn: Secret)
        /// A JSON document of the application.
        case http(JSONSource, fields: Fields, max: Int?)
        /// The application's sessions in `pg_stat_activity` of one of the databases.
        case activity(database: String, applicationName: String, max: Int?)
    }

    /// Where the numbers stand in the JSON document: keys, divided by dots where objects are nested.
    package struct Fields: Hashable, Sendable {
        /// All connections; `totalCount` by default.
        package var total: String
        /// Unused connections; `idleCount` by default.
        package var idle: String
        /// Waiting clients; `waitingCount` by default.
        package var waiting: String
        /// The pool's limit; `max` by default. It need not be there where the settings give the number.
        package var max: String

        package init(
            total: String = "totalCount", idle: String = "idleCount", waiting: String = "waitingCount",
            max: String = "max"
        ) {
            self.total = total
            self.idle = idle
            self.waiting = waiting
            self.max = max
        }
    }

    /// The value of the label `pool`.
    package var name: String
    /// The time between two samples; 5 s by default.
    package var interval: Duration
    /// How long a sample may take; 5 s by default.
    package var timeout: Duration
    package var kind: Kind

    package init(
        name: String, interval: Duration = .seconds(5), timeout: Duration = .seconds(5), kind: Kind
    ) {
        self.name = name
        self.interval = interval
        self.timeout = timeout
        self.kind = kind
    }
}

/// A document on HTTP that a probe reads.
package struct JSONSource: Hashable, Sendable {
    /// The URL; it may hold a token.
    package var url: Secret
    /// Headers to send; their values may be secret.
    package var headers: [String: Secret]

    package init(url: Secret, headers: [String: Secret] = [:]) {
        self.url = url
        self.headers = headers
    }
}
