import Alerting
import Foundation
import GRDB
import PromQL
import Support
import Testing

@testable import History

/// Damage is told, kept aside, and never stops the agent.
@Suite struct DamagedHistoryTests {
    private let folder: Folder

    init() throws {
        folder = try Folder()
    }

    private func open() async throws -> (store: SQLiteHistory, notices: [String]) {
        try await SQLiteHistory.open(path: folder.history, now: Make.start)
    }

    /// A history with something in all its tables, closed.
    private func fill(events: Int = 2_000) async throws {
        let (store, _) = try await open()
        try await store.commit([
            .alert(Make.alert("PoolFull")), .alert(Make.alert("Down")), .group(Make.group(outstanding: 7)),
            .outbox(Make.message(7)), .outbox(Make.message(8)), .ledger(Make.entry()),
        ])
        try await store.commit((0..<events).map { .event(Make.event("Rule\($0 % 50)", at: Double($0))) })
        await store.close()
    }

    @Test("A file that is no database is kept aside byte for byte, and a new one is begun")
    func noDatabase() async throws {
        let junk = [UInt8]((0..<5_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        try folder.write(junk, to: folder.history)
        let (store, notices) = try await open()
        let aside = HistoryFile.asideName(of: store.path, at: Make.start)
        #expect(try folder.bytes(aside) == junk)
        #expect(notices.first?.contains(aside) == true)
        #expect(notices.count == 2)
        try await store.commit([.event(Make.event())])
        #expect(try await store.events(EventQuery()).events.count == 1)
        await store.close()
        let again = try await open()
        #expect(again.notices.isEmpty)
        #expect(try await again.store.events(EventQuery()).events.count == 1)
        await again.store.close()
    }

    @Test("A damaged index page costs the file, not the states and messages in it")
    func rescue() async throws {
        try await fill()
        let page = try #require(
            try folder.query(Int.self, "SELECT rootpage FROM sqlite_master WHERE name = 'event_by_rule'").first)
        var bytes = try folder.bytes(folder.history)
        for offset in (page - 1) * 4_096..<page * 4_096 { bytes[offset] = 0xA5 }
        try folder.write(bytes, to: folder.history)
        #expect(try await !SQLiteHistory.check(path: folder.history).isEmpty)
        let (store, notices) = try await open()
        #expect(try folder.bytes(HistoryFile.asideName(of: store.path, at: Make.start)) == bytes)
        #expect(notices.count == 2)
        #expect(notices.last?.contains("alerts 2, groups 1, unsent messages 2") == true)
        let state = try await store.load()
        #expect(state.outbox == [Make.message(7), Make.message(8)])
        #expect(state.groups == [Make.group(outstanding: 7)])
        #expect(state.alerts.count == 2)
        await store.close()
        let again = try await open()
        #expect(again.notices.isEmpty)
        #expect(try await again.store.load() == state)
        await again.store.close()
    }

    @Test(
        "Of a large file only what the start needs is checked", arguments: [("event_by_rule", false), ("alert", true)])
    func largeFile(damaged name: String, isFound: Bool) async throws {
        try await fill()
        let page = try #require(
            try folder.query(Int.self, "SELECT rootpage FROM sqlite_master WHERE name = '\(name)'").first)
        var bytes = try folder.bytes(folder.history)
        for offset in (page - 1) * 4_096..<page * 4_096 { bytes[offset] = 0xA5 }
        try folder.write(bytes, to: folder.history)
        let (store, notices) = try await SQLiteHistory.open(
            path: folder.history, now: Make.start, checkingWholeUpTo: 1_000)
        #expect(notices.isEmpty == !isFound, "\(notices)")
        #expect(try await store.load().outbox == [Make.message(7), Make.message(8)])
        await store.close()
    }

    @Test("Random damage never stops the start, and is never passed over where it is found", arguments: 0..<24)
    func randomDamage(seed: Int) async throws {
        try await fill(events: 300)
        var random = SeededGenerator(seed: UInt64(seed))
        var bytes = try folder.bytes(folder.history)
        for _ in 0..<(1 << (seed % 12)) {
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        if seed % 5 == 0 { bytes.removeLast(Int.random(in: 1..<bytes.count, using: &random)) }
        try folder.write(bytes, to: folder.history)
        let (store, notices): (SQLiteHistory, [String])
        do {
            (store, notices) = try await open()
        } catch HistoryError.foreign {
            return  // The mark of the application was hit: it can't be told from another's file.
        } catch HistoryError.newer {
            return  // The version was hit.
        }
        let files = try folder.files()
        let wasKeptAside = files.contains { $0.contains(".damaged-") }
        #expect(wasKeptAside == notices.contains { $0.contains("was kept aside as") })
        if wasKeptAside { #expect(try folder.bytes(HistoryFile.asideName(of: store.path, at: Make.start)) == bytes) }
        _ = try await store.load()
        try await store.commit([.alert(Make.alert("New")), .outbox(Make.message(99)), .event(Make.event(at: 1e6))])
        #expect(try await store.load().outbox.contains(Make.message(99)))
        #expect(try await store.events(EventQuery(from: Make.time(1e6))).events == [Make.event(at: 1e6)])
        await store.close()
    }

    @Test("A log that was cut off gives what was whole before the cut", arguments: [0, 20, 32, 3_000, 5_000, 9_000])
    func truncatedLog(missing: Int) async throws {
        let (store, _) = try await open()
        try await store.commit([.outbox(Make.message(7))])
        let sound = try folder.bytes(folder.history + "-wal").count
        try await store.commit([.outbox(Make.message(8))])
        let copy = try Folder()
        try copy.write(folder.bytes(folder.history), to: copy.history)
        let log = try folder.bytes(folder.history + "-wal")
        try copy.write(log.dropLast(missing), to: copy.history + "-wal")
        let (survivor, notices) = try await SQLiteHistory.open(path: copy.history, now: Make.start)
        #expect(notices.isEmpty)
        let messages = try await survivor.load().outbox.map(\.id)
        if missing == 0 { #expect(messages == [7, 8]) } else { #expect([[7], []].contains(messages)) }
        if missing > 0 && log.count - missing >= sound { #expect(messages == [7]) }
        await survivor.close()
        await store.close()
    }

    /// As a kill -9 leaves it while the first start makes the tables: before that there is no write-ahead log.
    @Test("A transaction cut off before there was a log is undone, and the start goes on")
    func hotJournal() async throws {
        let origin = try Folder()
        let queue = try DatabaseQueue(path: origin.history)
        try await queue.writeWithoutTransaction { db in
            try db.execute(
                sql: "PRAGMA cache_size = 1; CREATE TABLE grdb_migrations (identifier TEXT); BEGIN IMMEDIATE")
            for _ in 0..<20 {
                try db.execute(sql: "INSERT INTO grdb_migrations VALUES (hex(randomblob(2000)))")
            }
            // Copied in the midst of it: the pages are partly written, and the journal says how they were.
            for suffix in ["", "-journal"] {
                try folder.write(origin.bytes(origin.history + suffix), to: folder.history + suffix)
            }
            try db.execute(sql: "ROLLBACK")
        }
        try queue.close()
        #expect(try folder.bytes(folder.history).count > 40_000)
        let (store, notices) = try await open()
        #expect(notices.isEmpty)
        try await store.commit([.outbox(Make.message(7))])
        #expect(try await store.load().outbox.map(\.id) == [7])
        await store.close()
        #expect(try await SQLiteHistory.check(path: folder.history).isEmpty)
    }

    @Test("A row that can't be decoded is set aside with its reason, and the rest is there")
    func damagedRows() async throws {
        try await fill(events: 10)
        let id = Make.alert("Down").id
        try folder.execute(
            """
            UPDATE alert SET body = '{"id":"\(id)"}' WHERE rule = 'Down';
            UPDATE outbox SET body = x'00ff' WHERE id = 7;
            """)
        let (store, notices) = try await open()
        #expect(notices.count == 2)
        #expect(notices.first?.contains("row \(id) of the table alert is unreadable") == true)
        let state = try await store.load()
        #expect(state.alerts == [Make.alert("PoolFull")])
        #expect(state.outbox == [Make.message(8)])
        // Its message is lost, so the group must not wait for it.
        #expect(state.groups == [Make.group(outstanding: nil)])
        #expect(try await store.statistics().damagedRows == 2)
        #expect(try folder.query(String.self, "SELECT source_table FROM damaged_row") == ["alert", "outbox"])
        #expect(
            try folder.query(String.self, "SELECT content FROM damaged_row WHERE source_table = 'alert'") == [
                "{\"id\":\"\(id)\"}"
            ])
        await store.close()
        let again = try await open()
        #expect(again.notices.isEmpty)
        await again.store.close()
    }

    @Test("A body with another letter in it is still JSON, and is found all the same; one without a checksum is taken")
    func changedBody() async throws {
        try await fill(events: 0)
        try folder.execute(
            """
            UPDATE alert SET body = replace(body, '"rule":"Down"', '"rule":"Dawn"') WHERE rule = 'Down';
            UPDATE alert SET checksum = NULL WHERE rule = 'PoolFull';
            """)
        let (store, notices) = try await open()
        #expect(notices.count == 1 && notices.first?.contains("its checksum is another") == true, "\(notices)")
        #expect(try await store.load().alerts == [Make.alert("PoolFull")])
        await store.close()
    }

    @Test("An event or entry that can't be decoded is left out of its page, and counted")
    func damagedHistoryRows() async throws {
        let (store, _) = try await open()
        try await store.commit([
            .event(Make.event(at: 1)), .event(Make.event(at: 2)), .ledger(Make.entry(at: 1)),
            .ledger(Make.entry(at: 2)),
        ])
        try await store.pool.write { db in
            try db.execute(sql: "UPDATE event SET kind = 'nonsense' WHERE at = \(Make.time(1).milliseconds)")
            try db.execute(sql: "UPDATE ledger SET alerts = '[3]' WHERE at = \(Make.time(1).milliseconds)")
        }
        #expect(try await store.events(EventQuery()) == EventPage(events: [Make.event(at: 2)], unreadable: 1))
        #expect(try await store.ledger(LedgerQuery()) == LedgerPage(entries: [Make.entry(at: 2)], unreadable: 1))
        await store.close()
    }

    @Test("A second damaged file of the same time does not replace the first")
    func keptApart() async throws {
        for text in ["first", "second"] {
            try? FileManager.default.removeItem(atPath: folder.history)
            try folder.write(Array(repeating: Array(text.utf8), count: 200).flatMap { $0 }, to: folder.history)
            await (try await open()).store.close()
        }
        #expect(try folder.files().filter { $0.contains(".damaged-") && !$0.hasSuffix("-shm") }.count == 2)
    }
}
