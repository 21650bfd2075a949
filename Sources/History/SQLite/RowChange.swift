import Alerting
import GRDB
import PromQL

/// One statement that a record becomes. Encoding is done before the writer's turn, in the caller's own time.
struct RowChange: Sendable {
    let sql: String
    let arguments: StatementArguments

    init(_ sql: String, _ arguments: [any DatabaseValueConvertible & Sendable]) {
        self.sql = sql
        self.arguments = StatementArguments(arguments.map(\.databaseValue))
    }

    func apply(to db: Database) throws {
        try db.cachedStatement(sql: sql).execute(arguments: arguments)
    }

    /// The statements of all records, in their order.
    static func changes(for records: [StoreRecord]) -> [RowChange] {
        var changes: [RowChange] = []
        changes.reserveCapacity(records.count)
        for record in records {
            switch record {
            case .alert(let alert): changes.append(upsert(alert))
            case .removeAlert(let id): changes.append(RowChange("DELETE FROM alert WHERE id = ?", [id.description]))
            case .event(let event): changes += insert(event)
            case .group(let group): changes.append(upsert(group))
            case .removeGroup(let id):
                changes.append(
                    RowChange(
                        "DELETE FROM notification_group WHERE destination = ? AND group_key = ?",
                        [id.destination.description, id.key]))
            case .outbox(let row): changes.append(upsert(row))
            case .removeOutbox(let id): changes.append(RowChange("DELETE FROM outbox WHERE id = ?", [id]))
            case .ledger(let entry): changes.append(insert(entry))
            case .silence(let silence): changes.append(upsert(silence))
            case .removeSilence(let id): changes.append(RowChange("DELETE FROM silence WHERE id = ?", [id]))
            case .acknowledgement(let one): changes.append(upsert(one))
            case .removeAcknowledgement(let id):
                changes.append(RowChange("DELETE FROM acknowledgement WHERE alert = ?", [id.description]))
            }
        }
        return changes
    }

    private static func upsert(_ alert: Alert) -> RowChange {
        let id = alert.id.description
        let body = BodyText.of(alert)
        return RowChange(
            """
            INSERT INTO alert (id, rule, labels, phase, level, value, updated_at, body, checksum)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET rule = excluded.rule, labels = excluded.labels, phase = excluded.phase,
                level = excluded.level, value = excluded.value, updated_at = excluded.updated_at, body = excluded.body,
                checksum = excluded.checksum
            """,
            [
                id, alert.rule, BodyCoding.encode(alert.labels), alert.phase.rawValue,
                column(alert.level), column(alert.value), alert.updatedAt.milliseconds,
                body, RowDigest.checksum(body),
            ])
    }

    private static func upsert(_ group: NotificationGroup) -> RowChange {
        let body = BodyText.of(group)
        return RowChange(
            """
            INSERT INTO notification_group (destination, group_key, receiver, due_at, body, checksum)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (destination, group_key) DO UPDATE SET due_at = excluded.due_at, body = excluded.body,
                checksum = excluded.checksum
            """,
            [
                group.id.destination.description, group.id.key, group.id.destination.receiver,
                column(group.dueAt?.milliseconds), body, RowDigest.checksum(body),
            ])
    }

    private static func upsert(_ silence: Silence) -> RowChange {
        let body = BodyText.of(silence)
        return RowChange(
            """
            INSERT INTO silence (id, matchers, starts_at, ends_at, created_by, comment, body, checksum)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET matchers = excluded.matchers, starts_at = excluded.starts_at,
                ends_at = excluded.ends_at, created_by = excluded.created_by, comment = excluded.comment,
                body = excluded.body, checksum = excluded.checksum
            """,
            [
                silence.id, silence.matcherText, silence.startsAt.milliseconds, silence.endsAt.milliseconds,
                silence.createdBy, silence.comment, body, RowDigest.checksum(body),
            ])
    }

    private static func upsert(_ one: Acknowledgement) -> RowChange {
        let body = BodyText.of(one)
        return RowChange(
            """
            INSERT INTO acknowledgement (alert, level, created_at, ends_at, created_by, comment, body, checksum)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (alert) DO UPDATE SET level = excluded.level, created_at = excluded.created_at,
                ends_at = excluded.ends_at, created_by = excluded.created_by, comment = excluded.comment,
                body = excluded.body, checksum = excluded.checksum
            """,
            [
                one.alert.description, column(one.level), one.createdAt.milliseconds, one.endsAt.milliseconds,
                one.createdBy, one.comment, body, RowDigest.checksum(body),
            ])
    }

    private static func upsert(_ row: OutboxRow) -> RowChange {
        let body = BodyText.of(row)
        return RowChange(
            """
            INSERT INTO outbox (id, destination, group_key, idempotency_key, state, created_at, attempts,
                next_attempt_at, give_up_at, last_error, body, checksum)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET destination = excluded.destination, group_key = excluded.group_key,
                idempotency_key = excluded.idempotency_key, state = excluded.state, created_at = excluded.created_at,
                attempts = excluded.attempts, next_attempt_at = excluded.next_attempt_at,
                give_up_at = excluded.give_up_at, last_error = excluded.last_error, body = excluded.body,
                checksum = excluded.checksum
            """,
            [
                row.id, row.group.destination.description, row.group.key, row.key, row.state.rawValue,
                row.createdAt.milliseconds, row.attempts, row.nextAttemptAt.milliseconds, row.giveUpAt.milliseconds,
                column(row.lastError), body, RowDigest.checksum(body),
            ])
    }

    private static func insert(_ event: AlertEvent) -> [RowChange] {
        let alert = event.alert.description
        let labels = BodyCoding.encode(event.labels)
        let evidence = event.evidence.map(BodyText.of)
        var digest = RowDigest()
        digest.add([
            alert, event.kind.rawValue, event.rule, labels, event.level?.rawValue, event.previousLevel?.rawValue,
            event.value.map { String($0.bitPattern) }, event.threshold, event.peak.map { String($0.bitPattern) },
            event.summary, event.reason,
        ])
        // Only where there is one, so that events of before keep their digests.
        if let evidence { digest.add([evidence]) }
        return [
            RowChange(
                """
                INSERT INTO alert_identity (alert, rule, labels) VALUES (?, ?, ?)
                ON CONFLICT (alert) DO UPDATE SET rule = excluded.rule, labels = excluded.labels
                WHERE rule <> excluded.rule OR labels <> excluded.labels
                """,
                [alert, event.rule, labels]),
            RowChange(
                """
                INSERT INTO event (at, alert, kind, rule, level, previous_level, value, threshold, peak, summary,
                    reason, digest, evidence)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (at, digest) DO NOTHING
                """,
                [
                    event.at.milliseconds, alert, event.kind.rawValue, event.rule, column(event.level),
                    column(event.previousLevel), column(event.value), column(event.threshold), column(event.peak),
                    column(event.summary), column(event.reason), digest.value,
                    column(evidence),
                ]),
        ]
    }

    private static func insert(_ entry: LedgerEntry) -> RowChange {
        // Sixteen hexadecimal digits each: nothing in them needs an escape.
        let alerts = "[" + entry.alerts.map { "\"\($0)\"" }.joined(separator: ",") + "]"
        let latency = entry.latency.map(\.nanosecondsInMilliseconds)
        var digest = RowDigest()
        digest.add([
            entry.kind.rawValue, entry.destination.description, entry.groupKey, alerts,
            entry.message.map { String($0) },
            entry.attempt.map { String($0) }, latency.map { String($0.bitPattern) }, entry.reason,
        ])
        return RowChange(
            """
            INSERT INTO ledger (at, kind, destination, receiver, channel, channel_index, group_key, alerts, message,
                attempt, latency_ms, reason, digest)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (at, digest) DO NOTHING
            """,
            [
                entry.at.milliseconds, entry.kind.rawValue, entry.destination.description, entry.destination.receiver,
                entry.destination.channel, entry.destination.index, entry.groupKey, alerts, column(entry.message),
                column(entry.attempt), column(latency), entry.reason, digest.value,
            ])
    }

    private static func column(_ level: Severity?) -> DatabaseValue {
        column(level?.rawValue)
    }

    private static func column(_ value: (some DatabaseValueConvertible)?) -> DatabaseValue {
        value?.databaseValue ?? .null
    }

    /// SQLite keeps NaN as null; as a text it is told from a missing value.
    private static func column(_ value: Double?) -> DatabaseValue {
        guard let value else { return .null }
        return value.isNaN ? "NaN".databaseValue : value.databaseValue
    }
}

extension Duration {
    /// In milliseconds, exact to the nanosecond.
    var nanosecondsInMilliseconds: Double {
        let (seconds, attoseconds) = components
        return (Double(seconds) * 1e9 + Double(attoseconds / 1_000_000_000)) / 1e6
    }
}
