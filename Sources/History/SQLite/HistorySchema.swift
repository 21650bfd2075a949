import GRDB

/// The tables. Names are for people too: a dashboard may read the file, best through the two views.
///
/// Times are milliseconds since 1970 UTC. What a row of state means as a whole is in its `body`, as JSON; the other
/// columns repeat parts of it for readers. `checksum` is that of the body: JSON with a flipped bit is often still JSON,
/// and an alert with another label in it would be somebody else's.
enum HistorySchema {
    /// Marks the file as Tocsin's ("Tocs" in ASCII).
    static let applicationID = 0x546F_6373
    /// The number of the newest migration; `user_version` in the file.
    static let version = 7
    /// What the agent needs to start: small, whatever the age of the file.
    static let tablesOfStart = StateTable.allCases.map(\.rawValue) + ["journal"]

    /// The tables of state, by the columns that name a row.
    enum StateTable: String, CaseIterable {
        case alert
        case group = "notification_group"
        case outbox, silence, heartbeat, acknowledgement

        var key: [String] {
            switch self {
            case .alert, .outbox, .silence: ["id"]
            case .group: ["destination", "group_key"]
            case .heartbeat: ["name"]
            case .acknowledgement: ["alert"]
            }
        }
    }

    /// The columns that each table has had from the first version on.
    static let firstColumns: [String: [String]] = [
        "alert": ["id", "rule", "labels", "phase", "level", "value", "updated_at", "body"],
        "notification_group": ["destination", "group_key", "receiver", "due_at", "body"],
        "outbox": [
            "id", "destination", "group_key", "idempotency_key", "state", "created_at", "attempts", "next_attempt_at",
            "give_up_at", "last_error", "body",
        ],
        "damaged_row": ["id", "source_table", "source_key", "reason", "content"],
        "alert_identity": ["alert", "rule", "labels"],
        "alert_label": ["name", "value", "alert"],
        "event": [
            "id", "at", "alert", "kind", "rule", "level", "previous_level", "value", "threshold", "peak", "summary",
            "reason", "digest",
        ],
        "ledger": [
            "id", "at", "kind", "destination", "receiver", "channel", "channel_index", "group_key", "alerts", "message",
            "attempt", "latency_ms", "reason", "digest",
        ],
        "ledger_alert": ["alert", "at", "ledger"],
    ]

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001 states, events, outbox and ledger") { db in
            try db.execute(sql: states)
            try db.execute(sql: events)
            try db.execute(sql: ledger)
            try db.execute(sql: views)
            try db.execute(sql: "PRAGMA application_id = \(applicationID)")
            try db.execute(sql: "PRAGMA user_version = 1")
        }
        // What was written before has none, and is taken as it is.
        migrator.registerMigration("0002 checksums of states") { db in
            for table in ["alert", "notification_group", "outbox"] {
                try db.execute(sql: "ALTER TABLE \(table) ADD COLUMN checksum INTEGER")
            }
            try db.execute(sql: "PRAGMA user_version = 2")
        }
        migrator.registerMigration("0003 evidence of events") { db in
            try db.execute(sql: "ALTER TABLE event ADD COLUMN evidence TEXT")
            try db.execute(sql: "DROP VIEW alert_history")
            try db.execute(sql: alertHistory)
            try db.execute(sql: "PRAGMA user_version = 3")
        }
        migrator.registerMigration("0004 silences") { db in
            try db.execute(sql: silences)
            try db.execute(sql: "PRAGMA user_version = 4")
        }
        migrator.registerMigration("0005 heartbeats") { db in
            try db.execute(sql: heartbeats)
            try db.execute(sql: "PRAGMA user_version = 5")
        }
        migrator.registerMigration("0006 acknowledgements") { db in
            try db.execute(sql: acknowledgements)
            try db.execute(sql: "PRAGMA user_version = 6")
        }
        migrator.registerMigration("0007 journal") { db in
            try db.execute(sql: journal)
            try db.execute(sql: "PRAGMA user_version = 7")
        }
        return migrator
    }

    private static let alertHistory = """
        CREATE VIEW alert_history AS
        SELECT event.id, strftime('%Y-%m-%dT%H:%M:%fZ', event.at / 1000.0, 'unixepoch') AS time, event.at AS at,
            event.rule, event.kind, event.level, event.previous_level, event.value, event.threshold, event.peak,
            event.summary, event.reason, event.alert, alert_identity.labels, event.evidence
        FROM event LEFT JOIN alert_identity USING (alert);
        """

    private static let states = """
        CREATE TABLE alert (
            id TEXT NOT NULL PRIMARY KEY,
            rule TEXT NOT NULL,
            labels TEXT NOT NULL,
            phase TEXT NOT NULL,
            level TEXT,
            value REAL,
            updated_at INTEGER NOT NULL,
            body TEXT NOT NULL
        );
        CREATE TABLE notification_group (
            destination TEXT NOT NULL,
            group_key TEXT NOT NULL,
            receiver TEXT NOT NULL,
            due_at INTEGER,
            body TEXT NOT NULL,
            PRIMARY KEY (destination, group_key)
        );
        CREATE TABLE outbox (
            id INTEGER NOT NULL PRIMARY KEY,
            destination TEXT NOT NULL,
            group_key TEXT NOT NULL,
            idempotency_key TEXT NOT NULL,
            state TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            attempts INTEGER NOT NULL,
            next_attempt_at INTEGER NOT NULL,
            give_up_at INTEGER NOT NULL,
            last_error TEXT,
            body TEXT NOT NULL
        );
        CREATE TABLE damaged_row (
            id INTEGER NOT NULL PRIMARY KEY,
            source_table TEXT NOT NULL,
            source_key TEXT NOT NULL,
            reason TEXT NOT NULL,
            content
        );
        """

    private static let silences = """
        CREATE TABLE silence (
            id TEXT NOT NULL PRIMARY KEY,
            matchers TEXT NOT NULL,
            starts_at INTEGER NOT NULL,
            ends_at INTEGER NOT NULL,
            created_by TEXT NOT NULL,
            comment TEXT NOT NULL,
            body TEXT NOT NULL,
            checksum INTEGER
        );
        """

    private static let heartbeats = """
        CREATE TABLE heartbeat (
            name TEXT NOT NULL PRIMARY KEY,
            last_at INTEGER,
            body TEXT NOT NULL,
            checksum INTEGER
        );
        """

    private static let acknowledgements = """
        CREATE TABLE acknowledgement (
            alert TEXT NOT NULL PRIMARY KEY,
            level TEXT,
            created_at INTEGER NOT NULL,
            ends_at INTEGER NOT NULL,
            created_by TEXT NOT NULL,
            comment TEXT NOT NULL,
            body TEXT NOT NULL,
            checksum INTEGER
        );
        """

    private static let journal = """
        CREATE TABLE journal (
            id INTEGER NOT NULL PRIMARY KEY,
            changes BLOB NOT NULL,
            checksum INTEGER NOT NULL
        );
        """

    /// An alert's labels never change, so they are indexed once per alert and not once per event: an event costs the
    /// same however many labels it has. `digest` makes writing the same event twice harmless.
    private static let events = """
        CREATE TABLE alert_identity (
            alert TEXT NOT NULL PRIMARY KEY,
            rule TEXT NOT NULL,
            labels TEXT NOT NULL
        );
        CREATE TABLE alert_label (
            name TEXT NOT NULL,
            value TEXT NOT NULL,
            alert TEXT NOT NULL,
            PRIMARY KEY (name, value, alert)
        ) WITHOUT ROWID;
        CREATE TRIGGER alert_identity_added AFTER INSERT ON alert_identity BEGIN
            INSERT OR IGNORE INTO alert_label SELECT key, value, NEW.alert FROM json_each(NEW.labels);
        END;
        CREATE TRIGGER alert_identity_removed AFTER DELETE ON alert_identity BEGIN
            DELETE FROM alert_label
            WHERE (name, value, alert) IN (SELECT key, value, OLD.alert FROM json_each(OLD.labels));
        END;
        CREATE TRIGGER alert_identity_changed AFTER UPDATE OF labels ON alert_identity BEGIN
            DELETE FROM alert_label
            WHERE (name, value, alert) IN (SELECT key, value, OLD.alert FROM json_each(OLD.labels));
            INSERT OR IGNORE INTO alert_label SELECT key, value, NEW.alert FROM json_each(NEW.labels);
        END;

        CREATE TABLE event (
            id INTEGER NOT NULL PRIMARY KEY,
            at INTEGER NOT NULL,
            alert TEXT NOT NULL,
            kind TEXT NOT NULL,
            rule TEXT NOT NULL,
            level TEXT,
            previous_level TEXT,
            value REAL,
            threshold TEXT,
            peak REAL,
            summary TEXT,
            reason TEXT,
            digest INTEGER NOT NULL
        );
        CREATE UNIQUE INDEX event_once ON event (at, digest);
        CREATE INDEX event_by_time ON event (at);
        CREATE INDEX event_by_alert ON event (alert, at);
        CREATE INDEX event_by_rule ON event (rule, at);
        CREATE INDEX event_by_kind ON event (kind, at);
        CREATE INDEX event_by_level ON event (level, at);
        """

    private static let ledger = """
        CREATE TABLE ledger (
            id INTEGER NOT NULL PRIMARY KEY,
            at INTEGER NOT NULL,
            kind TEXT NOT NULL,
            destination TEXT NOT NULL,
            receiver TEXT NOT NULL,
            channel TEXT NOT NULL,
            channel_index INTEGER NOT NULL,
            group_key TEXT NOT NULL,
            alerts TEXT NOT NULL,
            message INTEGER,
            attempt INTEGER,
            latency_ms REAL,
            reason TEXT NOT NULL,
            digest INTEGER NOT NULL
        );
        CREATE UNIQUE INDEX ledger_once ON ledger (at, digest);
        CREATE INDEX ledger_by_time ON ledger (at);
        CREATE INDEX ledger_by_kind ON ledger (kind, at);
        CREATE INDEX ledger_by_destination ON ledger (destination, at);
        CREATE INDEX ledger_by_receiver ON ledger (receiver, at);
        CREATE INDEX ledger_by_message ON ledger (message, at) WHERE message IS NOT NULL;

        CREATE TABLE ledger_alert (
            alert TEXT NOT NULL,
            at INTEGER NOT NULL,
            ledger INTEGER NOT NULL,
            PRIMARY KEY (alert, at, ledger)
        ) WITHOUT ROWID;
        CREATE TRIGGER ledger_added AFTER INSERT ON ledger BEGIN
            INSERT OR IGNORE INTO ledger_alert SELECT value, NEW.at, NEW.id FROM json_each(NEW.alerts);
        END;
        CREATE TRIGGER ledger_removed AFTER DELETE ON ledger BEGIN
            DELETE FROM ledger_alert
            WHERE (alert, at, ledger) IN (SELECT value, OLD.at, OLD.id FROM json_each(OLD.alerts));
        END;
        """

    private static let views = """
        CREATE VIEW alert_history AS
        SELECT event.id, strftime('%Y-%m-%dT%H:%M:%fZ', event.at / 1000.0, 'unixepoch') AS time, event.at AS at,
            event.rule, event.kind, event.level, event.previous_level, event.value, event.threshold, event.peak,
            event.summary, event.reason, event.alert, alert_identity.labels
        FROM event LEFT JOIN alert_identity USING (alert);

        CREATE VIEW notification_history AS
        SELECT id, strftime('%Y-%m-%dT%H:%M:%fZ', at / 1000.0, 'unixepoch') AS time, at, kind, receiver, channel,
            group_key, message, attempt, latency_ms, reason, alerts
        FROM ledger;
        """
}
