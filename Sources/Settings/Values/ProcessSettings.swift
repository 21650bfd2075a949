package import PromQL

/// A process, or a group of them, whose memory is watched.
package struct ProcessSettings: Hashable, Sendable {
    /// How it is found, or who tells.
    package enum Kind: Hashable, Sendable {
        case pid(Int)
        case pidfile(String)
        /// Every process whose command line has a match of the regular expression (not anchored).
        case command(RegularExpression)
        /// A folder under `/sys/fs/cgroup`.
        case cgroup(String)
        /// A JSON document of the application.
        case http(JSONSource, fields: Fields)
    }

    /// Where the numbers of bytes stand in the JSON document: keys, divided by dots where objects are nested.
    package struct Fields: Hashable, Sendable {
        /// `rss` by default.
        package var rss: String
        /// `heapTotal` by default.
        package var heapTotal: String
        /// `heapUsed` by default.
        package var heapUsed: String
        /// `external` by default.
        package var external: String
        /// `heapLimit` by default; it need not be there.
        package var heapLimit: String

        package init(
            rss: String = "rss", heapTotal: String = "heapTotal", heapUsed: String = "heapUsed",
            external: String = "external", heapLimit: String = "heapLimit"
        ) {
            self.rss = rss
            self.heapTotal = heapTotal
            self.heapUsed = heapUsed
            self.external = external
            self.heapLimit = heapLimit
        }
    }

    /// The value of the label `process`.
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
