/// A database that runbooks are run on, and how far a run may go.
package struct MendingTarget: Sendable {
    /// What the settings call it.
    package let database: String
    /// For looking.
    package let dsn: String
    /// For changing; nil where the settings name none, and then nothing is changed.
    package let writeDSN: String?
    /// The schema of the tables that runbooks name.
    package let schema: String
    package let limits: MendingLimits

    package init(
        database: String, dsn: String, writeDSN: String?, schema: String, limits: MendingLimits = MendingLimits()
    ) {
        self.database = database
        self.dsn = dsn
        self.writeDSN = writeDSN
        self.schema = schema
        self.limits = limits
    }

    static func quoted(_ name: String) -> String {
        "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}

/// How long things may take, and how much is shown.
package struct MendingLimits: Hashable, Sendable {
    /// How long a connection may take.
    package var connect: Duration
    /// How long a statement that looks may run.
    package var look: Duration
    /// How long a statement of a fix may run.
    package var change: Duration
    /// How long a statement outside of a transaction may run, such as the build of an index.
    package var build: Duration
    /// How long any statement waits for a lock.
    package var lock: Duration
    /// How long a fix outside of a transaction may take to show its effect.
    package var settle: Duration
    /// How many rows of a diagnosis are shown.
    package var rows: Int
    /// How many rows of a plan are shown.
    package var examples: Int

    package init(
        connect: Duration = .seconds(10), look: Duration = .seconds(30), change: Duration = .seconds(120),
        build: Duration = .seconds(6 * 3_600), lock: Duration = .seconds(5), settle: Duration = .seconds(5),
        rows: Int = 20, examples: Int = 10
    ) {
        self.connect = connect
        self.look = look
        self.change = change
        self.build = build
        self.lock = lock
        self.settle = settle
        self.rows = rows
        self.examples = examples
    }
}
