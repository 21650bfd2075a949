import Alerting
import GRDB
import PromQL

/// One statement that a record becomes.
struct RowChange {
    let statement: RowStatement
    let arguments: [DatabaseValue]

    init(_ statement: RowStatement, _ arguments: [DatabaseValue]) {
        self.statement = statement
        self.arguments = arguments
    }

    /// Gives the statements of all records, for one transaction, one by one: of several records that say how one thing
    /// stands only those of the last.
    static func each(of records: [StoreRecord], _ body: (RowChange) throws -> Void) rethrows {
        // In a storm a message is queued, handed out and settled within one transaction: half of the rows would be written
        // only to be written over.
        let isLast = records.areLast(of: Subject.init)
        for (place, record) in records.enumerated() where isLast[place] {
            switch record {
            case .alert(let alert): try body(upsert(alert))
            case .removeAlert(let id): try body(RowChange(.removeAlert, [id.description.databaseValue]))
            case .event(let event): for change in insert(event) { try body(change) }
            case .group(let group): try body(upsert(group))
            case .removeGroup(let id):
                try body(RowChange(.removeGroup, [id.destination.description.databaseValue, id.key.databaseValue]))
            case .outbox(let row): try body(upsert(row))
            case .removeOutbox(let id): try body(RowChange(.removeOutbox, [id.databaseValue]))
            case .ledger(let entry): try body(insert(entry))
            case .silence(let silence): try body(upsert(silence))
            case .removeSilence(let id): try body(RowChange(.removeSilence, [id.databaseValue]))
            case .heartbeat(let mark): try body(upsert(mark))
            case .removeHeartbeat(let name): try body(RowChange(.removeHeartbeat, [name.databaseValue]))
            case .acknowledgement(let one): try body(upsert(one))
            case .removeAcknowledgement(let id):
                try body(RowChange(.removeAcknowledgement, [id.description.databaseValue]))
            }
        }
    }

    /// What a record says the state of; events and entries of the ledger are things of their own.
    private enum Subject: Hashable {
        case alert(AlertID)
        case group(NotificationGroup.ID)
        case outbox(Int64)
        case silence(String)
        case heartbeat(String)
        case acknowledgement(AlertID)

        init?(_ record: StoreRecord) {
            switch record {
            case .alert(let alert): self = .alert(alert.id)
            case .removeAlert(let id): self = .alert(id)
            case .group(let group): self = .group(group.id)
            case .removeGroup(let id): self = .group(id)
            case .outbox(let row): self = .outbox(row.id)
            case .removeOutbox(let id): self = .outbox(id)
            case .silence(let silence): self = .silence(silence.id)
            case .removeSilence(let id): self = .silence(id)
            case .heartbeat(let mark): self = .heartbeat(mark.name)
            case .removeHeartbeat(let name): self = .heartbeat(name)
            case .acknowledgement(let one): self = .acknowledgement(one.alert)
            case .removeAcknowledgement(let id): self = .acknowledgement(id)
            case .event, .ledger: return nil
            }
        }
    }

    private static func upsert(_ alert: Alert) -> RowChange {
        let id = alert.id.description
        let body = BodyText.of(alert)
        return RowChange(
            .alert,
            [
                id.databaseValue, alert.rule.databaseValue, BodyText.of(alert.labels).databaseValue,
                alert.phase.rawValue.databaseValue, column(alert.level), column(alert.value),
                alert.updatedAt.milliseconds.databaseValue, body.databaseValue, RowDigest.checksum(body).databaseValue,
            ])
    }

    private static func upsert(_ group: NotificationGroup) -> RowChange {
        let body = BodyText.of(group)
        return RowChange(
            .group,
            [
                group.id.destination.description.databaseValue, group.id.key.databaseValue,
                group.id.destination.receiver.databaseValue, column(group.dueAt?.milliseconds), body.databaseValue,
                RowDigest.checksum(body).databaseValue,
            ])
    }

    private static func upsert(_ silence: Silence) -> RowChange {
        let body = BodyText.of(silence)
        return RowChange(
            .silence,
            [
                silence.id.databaseValue, silence.matcherText.databaseValue,
                silence.startsAt.milliseconds.databaseValue, silence.endsAt.milliseconds.databaseValue,
                silence.createdBy.databaseValue, silence.comment.databaseValue, body.databaseValue,
                RowDigest.checksum(body).databaseValue,
            ])
    }

    private static func upsert(_ mark: HeartbeatMark) -> RowChange {
        let body = BodyText.of(mark)
        return RowChange(
            .heartbeat,
            [
                mark.name.databaseValue, column(mark.lastAt?.milliseconds), body.databaseValue,
                RowDigest.checksum(body).databaseValue,
            ])
    }

    private static func upsert(_ one: Acknowledgement) -> RowChange {
        let body = BodyText.of(one)
        return RowChange(
            .acknowledgement,
            [
                one.alert.description.databaseValue, column(one.level), one.createdAt.milliseconds.databaseValue,
                one.endsAt.milliseconds.databaseValue, one.createdBy.databaseValue, one.comment.databaseValue,
                body.databaseValue, RowDigest.checksum(body).databaseValue,
            ])
    }

    private static func upsert(_ row: OutboxRow) -> RowChange {
        let body = BodyText.of(row)
        return RowChange(
            .outbox,
            [
                row.id.databaseValue, row.group.destination.description.databaseValue, row.group.key.databaseValue,
                row.key.databaseValue, row.state.rawValue.databaseValue, row.createdAt.milliseconds.databaseValue,
                row.attempts.databaseValue, row.nextAttemptAt.milliseconds.databaseValue,
                row.giveUpAt.milliseconds.databaseValue, column(row.lastError), body.databaseValue,
                RowDigest.checksum(body).databaseValue,
            ])
    }

    private static func insert(_ event: AlertEvent) -> [RowChange] {
        let alert = event.alert.description.databaseValue
        let labels = BodyText.of(event.labels).databaseValue
        var columns = [
            event.at.milliseconds.databaseValue, alert, event.kind.rawValue.databaseValue, event.rule.databaseValue,
            column(event.level), column(event.previousLevel), column(event.value), column(event.threshold),
            column(event.peak), column(event.summary), column(event.reason),
        ]
        let evidence = column(event.evidence.map(BodyText.of))
        var digest = RowDigest()
        digest.add(columns + [labels, evidence])
        columns += [digest.value.databaseValue, evidence]
        return [
            RowChange(.identity, [alert, event.rule.databaseValue, labels]), RowChange(.event, columns),
        ]
    }

    private static func insert(_ entry: LedgerEntry) -> RowChange {
        // Sixteen hexadecimal digits each: nothing in them needs an escape.
        let alerts = "[" + entry.alerts.map { "\"\($0)\"" }.joined(separator: ",") + "]"
        var columns = [
            entry.at.milliseconds.databaseValue, entry.kind.rawValue.databaseValue,
            entry.destination.description.databaseValue, entry.destination.receiver.databaseValue,
            entry.destination.channel.databaseValue, entry.destination.index.databaseValue,
            entry.groupKey.databaseValue, alerts.databaseValue, column(entry.message), column(entry.attempt),
            column(entry.latency.map(\.nanosecondsInMilliseconds)), entry.reason.databaseValue,
        ]
        var digest = RowDigest()
        digest.add(columns)
        columns.append(digest.value.databaseValue)
        return RowChange(.ledger, columns)
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

extension Array {
    /// Whether each element is the last one about its subject; what has none is its own.
    func areLast<Subject: Hashable>(of subject: (Element) -> Subject?) -> [Bool] {
        var areLast = Array<Bool>(repeating: true, count: count)
        var seen: Set<Subject> = []
        for place in indices.reversed() {
            guard let subject = subject(self[place]) else { continue }
            areLast[place] = seen.insert(subject).inserted
        }
        return areLast
    }
}
