import Alerting
import GRDB

/// Reads the tables of state, and tells the rows that are damaged from those that are well.
struct StateReader {
    struct Reading: Sendable {
        var state = StoredState()
        /// What a person should know about it, one sentence each.
        var notices: [String] = []
    }

    private struct DamagedRow {
        let table: String
        let rowID: Int64
        let reason: HistoryError
        let key: String
        let content: DatabaseValue
    }

    private let db: Database

    init(_ db: Database) {
        self.db = db
    }

    /// Reads all; rows that are unreadable move to `damaged_row`, so that one bad row never stops the start.
    func readSettingAside(path: String) throws -> Reading {
        var damaged: [DamagedRow] = []
        var reading = Reading()
        reading.state.alerts = try rows(of: .alert, as: Alert.self, damaged: &damaged)
        reading.state.groups = try rows(of: .group, as: NotificationGroup.self, damaged: &damaged)
        reading.state.outbox = try rows(of: .outbox, as: OutboxRow.self, damaged: &damaged)
        reading.state.silences = try rows(of: .silence, as: Silence.self, damaged: &damaged)
        reading.state.heartbeats = try rows(of: .heartbeat, as: HeartbeatMark.self, damaged: &damaged)
        reading.state.acknowledgements = try rows(
            of: .acknowledgement, as: Acknowledgement.self, damaged: &damaged)
        for row in damaged {
            try db.execute(
                sql: "INSERT INTO damaged_row (source_table, source_key, reason, content) VALUES (?, ?, ?, ?)",
                arguments: [row.table, row.key, row.reason.problem, row.content])
            try db.execute(sql: "DELETE FROM \(row.table) WHERE rowid = ?", arguments: [row.rowID])
            reading.notices.append("\(path): \(row.reason)")
        }
        // A damaged entry of the journal may have held a message.
        reading.state.releaseGroupsOfLostMessages()
        reading.state.sort()
        return reading
    }

    /// Reads a file that can't be written, or is known to be damaged: each table as far as it goes, with what the journal
    /// says of its rows.
    func readWhatIsLeft() -> StoredState {
        var state = StoredState()
        var newer: [RowChange.StateRow: RowChange] = [:]
        for change in (try? Journal.unfiled(in: db)) ?? [] {
            if let row = change.stateRow { newer[row] = change }
        }
        eachReadable(of: .alert, as: Alert.self, newer: newer) { state.alerts.append($0) }
        eachReadable(of: .group, as: NotificationGroup.self, newer: newer) { state.groups.append($0) }
        eachReadable(of: .outbox, as: OutboxRow.self, newer: newer) { state.outbox.append($0) }
        eachReadable(of: .silence, as: Silence.self, newer: newer) { state.silences.append($0) }
        eachReadable(of: .heartbeat, as: HeartbeatMark.self, newer: newer) { state.heartbeats.append($0) }
        eachReadable(of: .acknowledgement, as: Acknowledgement.self, newer: newer) {
            state.acknowledgements.append($0)
        }
        state.releaseGroupsOfLostMessages()
        state.sort()
        return state
    }

    private func rows<Value: Decodable>(
        of table: HistorySchema.StateTable, as type: Value.Type, damaged: inout [DamagedRow]
    ) throws -> [Value] {
        var values: [Value] = []
        let (table, key) = (table.rawValue, table.key.joined(separator: " || ' ' || "))
        let rows = try Row.fetchCursor(db, sql: "SELECT rowid AS number, \(key) AS key, body, checksum FROM \(table)")
        while let row = try rows.next() {
            let content: DatabaseValue = row["body"]
            let key = row.text("key") ?? row.integer("key").map { String($0) } ?? "?"
            do throws(HistoryError) {
                let checksum = row.integer("checksum")
                values.append(try Self.decode(type, from: content, checksum: checksum, table: table, key: key))
            } catch {
                let rowID = row.integer("number") ?? 0
                damaged.append(
                    DamagedRow(table: table, rowID: rowID, reason: error, key: key, content: content))
            }
        }
        return values
    }

    /// Goes on until the table ends or SQLite can't follow it any further.
    private func eachReadable<Value: Decodable>(
        of table: HistorySchema.StateTable, as type: Value.Type, newer: [RowChange.StateRow: RowChange],
        do body: (Value) -> Void
    ) {
        func give(_ content: DatabaseValue, _ checksum: Int64?) {
            let value = try? Self.decode(type, from: content, checksum: checksum, table: table.rawValue, key: "")
            if let value { body(value) }
        }
        do {
            // A file of an older version has no checksums.
            let columns = try db.columns(in: table.rawValue).map(\.name)
            let checksum = columns.contains("checksum") ? "checksum" : "NULL AS checksum"
            let rows = try Row.fetchCursor(
                db, sql: "SELECT body, \(checksum), \(table.key.joined(separator: ", ")) FROM \(table.rawValue)")
            while let row = try rows.next() {
                let key = table.key.map { row[$0] as DatabaseValue }
                guard newer[RowChange.StateRow(table: table, key: key)] == nil else { continue }
                give(row["body"], row.integer("checksum"))
            }
        } catch {
            // The rest is lost; the caller tells how much was saved, and the file stays for a closer look.
        }
        for (row, change) in newer where row.table == table {
            if let (content, checksum) = change.body { give(content, checksum) }
        }
    }

    private static func decode<Value: Decodable>(
        _ type: Value.Type, from content: DatabaseValue, checksum: Int64?, table: String, key: String
    ) throws(HistoryError) -> Value {
        guard let text = String.fromDatabaseValue(content) else {
            throw .corruptRow(table: table, key: key, detail: "its body is not a text")
        }
        if let checksum, !RowDigest.isChecksum(checksum, of: text) {
            throw .corruptRow(table: table, key: key, detail: "its checksum is another: it was changed on the disk")
        }
        return try BodyCoding.decode(type, from: text, table: table, key: key)
    }
}

extension StoredState {
    /// A group waits for its outstanding message to be settled; one that is lost never will be.
    fileprivate mutating func releaseGroupsOfLostMessages() {
        let messages = Set(outbox.map(\.id))
        for index in groups.indices {
            if let outstanding = groups[index].outstanding, !messages.contains(outstanding) {
                groups[index].outstanding = nil
            }
        }
    }

    fileprivate mutating func sort() {
        alerts.sort { $0.id < $1.id }
        groups.sort { $0.id < $1.id }
        outbox.sort { $0.id < $1.id }
        silences.sort { $0.id < $1.id }
        heartbeats.sort { $0.name < $1.name }
        acknowledgements.sort { $0.alert < $1.alert }
    }
}
