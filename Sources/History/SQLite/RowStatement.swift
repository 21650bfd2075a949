import GRDB

/// The statements that records become. Their names and arguments are written into the journal, so they stay as they are.
enum RowStatement: String, CaseIterable {
    case alert, group, silence, outbox, identity, event, ledger, removeAlert, removeGroup, removeOutbox, removeSilence,
        heartbeat, removeHeartbeat, acknowledgement, removeAcknowledgement

    /// The table of state that it sets or removes a row of; nil for what happened, of which each is a row of its own.
    var state: HistorySchema.StateTable? {
        switch self {
        case .alert, .removeAlert: .alert
        case .group, .removeGroup: .group
        case .outbox, .removeOutbox: .outbox
        case .silence, .removeSilence: .silence
        case .heartbeat, .removeHeartbeat: .heartbeat
        case .acknowledgement, .removeAcknowledgement: .acknowledgement
        case .identity, .event, .ledger: nil
        }
    }

    /// How many arguments it takes.
    var parameterCount: Int { Self.parameterCounts[self] ?? 0 }

    private static let parameterCounts = Dictionary(
        uniqueKeysWithValues: allCases.map { ($0, $0.sql.utf8.count { $0 == UInt8(ascii: "?") }) })

    var isRemoval: Bool {
        switch self {
        case .removeAlert, .removeGroup, .removeOutbox, .removeSilence, .removeHeartbeat, .removeAcknowledgement: true
        case .alert, .group, .outbox, .silence, .heartbeat, .acknowledgement, .identity, .event, .ledger: false
        }
    }

    var sql: String {
        switch self {
        case .alert:
            """
            INSERT INTO alert (id, rule, labels, phase, level, value, updated_at, body, checksum)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET rule = excluded.rule, labels = excluded.labels, phase = excluded.phase,
                level = excluded.level, value = excluded.value, updated_at = excluded.updated_at, body = excluded.body,
                checksum = excluded.checksum
            """
        case .group:
            """
            INSERT INTO notification_group (destination, group_key, receiver, due_at, body, checksum)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (destination, group_key) DO UPDATE SET due_at = excluded.due_at, body = excluded.body,
                checksum = excluded.checksum
            """
        case .silence:
            """
            INSERT INTO silence (id, matchers, starts_at, ends_at, created_by, comment, body, checksum)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET matchers = excluded.matchers, starts_at = excluded.starts_at,
                ends_at = excluded.ends_at, created_by = excluded.created_by, comment = excluded.comment,
                body = excluded.body, checksum = excluded.checksum
            """
        case .outbox:
            """
            INSERT INTO outbox (id, destination, group_key, idempotency_key, state, created_at, attempts,
                next_attempt_at, give_up_at, last_error, body, checksum)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET destination = excluded.destination, group_key = excluded.group_key,
                idempotency_key = excluded.idempotency_key, state = excluded.state, created_at = excluded.created_at,
                attempts = excluded.attempts, next_attempt_at = excluded.next_attempt_at,
                give_up_at = excluded.give_up_at, last_error = excluded.last_error, body = excluded.body,
                checksum = excluded.checksum
            """
        case .identity:
            """
            INSERT INTO alert_identity (alert, rule, labels) VALUES (?, ?, ?)
            ON CONFLICT (alert) DO UPDATE SET rule = excluded.rule, labels = excluded.labels
            WHERE rule <> excluded.rule OR labels <> excluded.labels
            """
        case .event:
            """
            INSERT INTO event (at, alert, kind, rule, level, previous_level, value, threshold, peak, summary,
                reason, digest, evidence)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (at, digest) DO NOTHING
            """
        case .ledger:
            """
            INSERT INTO ledger (at, kind, destination, receiver, channel, channel_index, group_key, alerts, message,
                attempt, latency_ms, reason, digest)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (at, digest) DO NOTHING
            """
        case .heartbeat:
            """
            INSERT INTO heartbeat (name, last_at, body, checksum) VALUES (?, ?, ?, ?)
            ON CONFLICT (name) DO UPDATE SET last_at = excluded.last_at, body = excluded.body,
                checksum = excluded.checksum
            """
        case .acknowledgement:
            """
            INSERT INTO acknowledgement (alert, level, created_at, ends_at, created_by, comment, body, checksum)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (alert) DO UPDATE SET level = excluded.level, created_at = excluded.created_at,
                ends_at = excluded.ends_at, created_by = excluded.created_by, comment = excluded.comment,
                body = excluded.body, checksum = excluded.checksum
            """
        case .removeAcknowledgement: "DELETE FROM acknowledgement WHERE alert = ?"
        case .removeHeartbeat: "DELETE FROM heartbeat WHERE name = ?"
        case .removeAlert: "DELETE FROM alert WHERE id = ?"
        case .removeGroup: "DELETE FROM notification_group WHERE destination = ? AND group_key = ?"
        case .removeOutbox: "DELETE FROM outbox WHERE id = ?"
        case .removeSilence: "DELETE FROM silence WHERE id = ?"
        }
    }
}

/// Runs changes in one transaction. Each statement is looked up once: a lookup by its text takes as long as to run it.
struct RowWriter {
    private let db: Database
    private var statements: [RowStatement: Statement] = [:]

    init(_ db: Database) {
        self.db = db
    }

    mutating func apply(_ change: RowChange) throws {
        let statement: Statement
        if let known = statements[change.statement] {
            statement = known
        } else {
            statement = try db.cachedStatement(sql: change.statement.sql)
            statements[change.statement] = statement
        }
        try statement.execute(arguments: StatementArguments(change.arguments))
    }
}
