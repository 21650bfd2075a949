import Alerting
import GRDB

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What is written down in one piece first, and filed into its tables once there is time for it.
///
/// A storm's message leaves when its rows are on the disk; that each of them is found by six indexes can wait, and costs
/// more than all the rest. The journal is a table of the same file, so one transaction holds it and what was written
/// before it. Whoever reads the tables files first.
package enum Journal {
    /// When it is used.
    package struct Policy: Sendable {
        /// From so many records on, a transaction goes into the journal. It takes a few milliseconds to file fewer.
        package var from = 200
        /// It is filed once fewer records than `from` have been written for so long.
        package var quiet = Duration.milliseconds(100)
        /// It does not become larger than this, in bytes: what is more is filed at once.
        package var largest = 64 << 20

        package init() {}
    }

    /// An entry that has become as large as this, in bytes, is closed.
    private static let entrySize = 64 << 10

    /// Writes records behind what is there.
    ///
    /// - Returns: their size in bytes.
    static func append(_ records: [[StoreRecord]], to db: Database) throws -> Int {
        let statement = try db.cachedStatement(sql: "INSERT INTO journal (changes, checksum) VALUES (?, ?)")
        var (bytes, size): ([UInt8], Int) = ([], 0)
        bytes.reserveCapacity(entrySize + entrySize / 4)
        func close() throws {
            guard !bytes.isEmpty else { return }
            try statement.execute(arguments: [Data(bytes), RowDigest.checksum(bytes)])
            size += bytes.count
            bytes.removeAll(keepingCapacity: true)
        }
        for records in records {
            try RowChange.each(of: records) { change in
                change.write(to: &bytes)
                // An alert's labels stay with the event that brings them.
                if bytes.count >= entrySize, change.statement != .identity { try close() }
            }
        }
        try close()
        return size
    }

    /// What one call of `file` has done.
    struct Filed {
        /// The size in bytes of what has left the journal.
        var size = 0
        /// Whether nothing is left of what was to be filed.
        var isDone = true
        /// What a person should know about it, one sentence each.
        var notices: [String] = []
    }

    /// Files the oldest entries.
    ///
    /// - Parameters:
    ///   - limit: no more changes than this at once, but for the last entry.
    ///   - last: the last entry that is wanted; nil for all.
    static func file(in db: Database, atMost limit: Int, upTo last: Int64? = nil) throws -> Filed {
        var filed = Filed()
        var changes: [RowChange] = []
        var end: Int64 = 0
        let rows = try Row.fetchCursor(
            db, sql: "SELECT id, changes, checksum FROM journal WHERE id <= ? ORDER BY id", arguments: [last ?? .max])
        while let row = try rows.next() {
            if changes.count >= limit {
                filed.isDone = false
                break
            }
            let bytes = row.bytes("changes")
            filed.size += bytes.count
            end = row.integer("id") ?? end
            if let some = Self.changes(in: row) {
                changes += some
            } else {
                try setAside(end, in: db)
                filed.notices.append(
                    """
                    the journal's entry \(end) was changed on the disk, or another version wrote it: it is kept in \
                    `damaged_row`, and what it says of alerts and messages is lost. Alerts in it are told again when their \
                    rule or their sender brings them; look at the disk
                    """)
            }
        }
        var writer = RowWriter(db)
        // A message that is queued, sent and done before it is filed need not be written only to be deleted.
        let isLast = changes.areLast(of: \.stateRow)
        for (place, change) in changes.enumerated() where isLast[place] { try writer.apply(change) }
        if end > 0 { try db.execute(sql: "DELETE FROM journal WHERE id <= ?", arguments: [end]) }
        return filed
    }

    /// The changes that are not filed, as far as they can be read, oldest first.
    static func unfiled(in db: Database) throws -> [RowChange] {
        // A file of an older version has no journal.
        guard try db.tableExists("journal") else { return [] }
        var changes: [RowChange] = []
        let rows = try Row.fetchCursor(db, sql: "SELECT changes, checksum FROM journal ORDER BY id")
        do {
            while let row = try rows.next() { changes += Self.changes(in: row) ?? [] }
        } catch {
            // The rest is lost, as with every other table of a damaged file.
        }
        return changes
    }

    /// Nil where the entry is not what was written.
    private static func changes(in row: Row) -> [RowChange]? {
        let bytes = row.bytes("changes")
        guard row.integer("checksum") == RowDigest.checksum(bytes) else { return nil }
        // Statements of another version of the agent may be unknown here, or want other arguments.
        return RowChange.read(bytes).flatMap { changes in
            changes.allSatisfy { $0.arguments.count == $0.statement.parameterCount } ? changes : nil
        }
    }

    private static func setAside(_ id: Int64, in db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO damaged_row (source_table, source_key, reason, content)
                SELECT 'journal', id, 'it was changed on the disk, or written by another version', changes
                FROM journal WHERE id = ?
                """, arguments: [id])
    }
}

extension RowChange {
    /// The row of state that a change is about.
    struct StateRow: Hashable {
        let table: HistorySchema.StateTable
        let key: [DatabaseValue]
    }

    /// Nil for what happened, of which each is a row of its own.
    var stateRow: StateRow? {
        statement.state.map { StateRow(table: $0, key: Array(arguments.prefix($0.key.count))) }
    }

    /// The columns of events and ledger entries that are read from the journal itself, by their places.
    enum Column: Int {
        case at = 0
        case message = 8
    }

    func integer(_ column: Column) -> Int64? {
        column.rawValue < arguments.count ? Int64.fromDatabaseValue(arguments[column.rawValue]) : nil
    }

    /// The body and its checksum; nil where the row is removed.
    var body: (content: DatabaseValue, checksum: Int64?)? {
        guard !statement.isRemoval, arguments.count >= 2 else { return nil }
        return (arguments[arguments.count - 2], Int64.fromDatabaseValue(arguments[arguments.count - 1]))
    }
}
