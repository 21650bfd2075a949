import Alerting
import Foundation
import GRDB
import PromQL
import Testing

@testable import History

/// What the file itself must hold to, beyond the contract.
@Suite struct SQLiteHistoryTests {
    private let folder: Folder

    init() throws {
        folder = try Folder()
    }

    private func open() async throws -> SQLiteHistory {
        try await SQLiteHistory.open(path: folder.history, now: Make.start).store
    }

    @Test("Everything survives a close and a reopening")
    func reopening() async throws {
        var store = try await open()
        let alert = Make.alert("PoolFull", value: .infinity)
        try await store.commit([
            .alert(alert), .group(Make.group()), .outbox(Make.message(7)), .event(Make.event()), .ledger(Make.entry()),
        ])
        await store.close()
        let (again, notices) = try await SQLiteHistory.open(path: folder.history, now: Make.start)
        store = again
        #expect(notices.isEmpty)
        #expect(
            try await store.load() == StoredState(alerts: [alert], groups: [Make.group()], outbox: [Make.message(7)]))
        #expect(try await store.events(EventQuery()).events == [Make.event()])
        #expect(try await store.ledger(LedgerQuery()).entries == [Make.entry()])
        await store.close()
    }

    @Test("A history of an older version opens with all that is in it, and takes silences and acknowledgements")
    func older() async throws {
        await (try await open()).close()
        let body = BodyText.of(Make.group())
        try folder.execute(
            """
            DROP TABLE silence;
            DROP TABLE heartbeat;
            DROP TABLE acknowledgement;
            DROP TABLE journal;
            DELETE FROM grdb_migrations WHERE identifier > '0004';
            PRAGMA user_version = 3;
            INSERT INTO notification_group (destination, group_key, receiver, body)
            VALUES ('ops/slack/0', 'key', 'ops', '\(body)')
            """)
        let (store, notices) = try await SQLiteHistory.open(path: folder.history, now: Make.start)
        #expect(notices.isEmpty)
        #expect(try await store.load() == StoredState(groups: [Make.group()]))
        try await store.commit([.silence(try Make.silence("a"))])
        #expect(try await store.load().silences == [try Make.silence("a")])
        try await store.commit([.acknowledgement(Make.acknowledgement()), .acknowledgement(Make.acknowledgement("X"))])
        try await store.commit([.removeAcknowledgement(Make.acknowledgement("X").alert)])
        #expect(try await store.load().acknowledgements == [Make.acknowledgement()])
        await store.close()
        #expect(try folder.query(Int.self, "PRAGMA user_version") == [HistorySchema.version])
        #expect(try folder.query(String.self, "SELECT created_by FROM silence") == ["ann"])
    }

    @Test("What was loaded at the opening is not given again after a commit")
    func loadIsFresh() async throws {
        let store = try await open()
        try await store.commit([.alert(Make.alert("PoolFull"))])
        #expect(try await store.load().alerts.count == 1)
        #expect(try await store.load().alerts.count == 1)
        await store.close()
    }

    @Test("The writer syncs each transaction, and the readers never wait: WAL with synchronous FULL")
    func durability() async throws {
        let store = try await open()
        #expect(try await store.pool.write { try Int.fetchOne($0, sql: "PRAGMA synchronous") } == 2)
        #expect(try await store.pool.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
        await store.close()
    }

    @Test("Another program sees a commit as soon as it has returned")
    func visible() async throws {
        let store = try await open()
        try await store.commit([.outbox(Make.message(7))])
        #expect(try folder.query(String.self, "SELECT idempotency_key FROM outbox") == ["key-7"])
        await store.close()
    }

    @Test("A process that is killed right after a commit has lost nothing")
    func killed() async throws {
        let store = try await open()
        try await store.commit([.outbox(Make.message(7)), .event(Make.event())])
        // The files as they are now, without any end of the process that wrote them.
        let copy = try Folder()
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: folder.history + suffix, toPath: copy.history + suffix)
        }
        let (survivor, notices) = try await SQLiteHistory.open(path: copy.history, now: Make.start)
        #expect(notices.isEmpty)
        #expect(try await survivor.load().outbox == [Make.message(7)])
        #expect(try await survivor.events(EventQuery()).events == [Make.event()])
        await survivor.close()
        await store.close()
    }

    @Test("A reader goes on while the writer is inside a transaction")
    func readingWhileWriting() async throws {
        let store = try await open()
        try await store.commit([.event(Make.event())])
        let (reads, signal) = AsyncStream.makeStream(of: Int.self)
        let path = store.path
        try await store.writer.perform { db in
            try db.execute(sql: "DELETE FROM event")
            // A connection of its own reads before this transaction ends; were reading to wait, this would fail.
            let reader = try DatabaseQueue(path: path)
            signal.yield(try reader.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM event") ?? -1 })
        }
        signal.finish()
        var seen: [Int] = []
        for await count in reads { seen.append(count) }
        #expect(seen == [1])
        await store.close()
    }

    @Test("Commits that wait together share a transaction")
    func grouping() async throws {
        let store = try await open()
        let before = store.writer.counts
        // The writer is held until all have come.
        let pool = store.pool
        let gate = DispatchSemaphore(value: 0)
        pool.asyncWriteWithoutTransaction { _ in gate.wait() }
        try await withThrowingTaskGroup { group in
            for number in 0..<50 {
                group.addTask { try await store.commit([.outbox(Make.message(Int64(number)))]) }
            }
            group.addTask {
                while store.writer.waitingCount < 50 { await Task.yield() }
                gate.signal()
            }
            try await group.waitForAll()
        }
        #expect(store.writer.counts.commits - before.commits == 50)
        #expect(store.writer.counts.transactions - before.transactions == 1)
        #expect(try await store.load().outbox.count == 50)
        await store.close()
    }

    @Test("A second agent is refused with the number of the first")
    func locking() async throws {
        let store = try await open()
        let pid = ProcessInfo.processInfo.processIdentifier
        await #expect(throws: HistoryError.locked(path: store.path, pid: pid)) {
            try await SQLiteHistory.open(path: folder.history, now: Make.start)
        }
        let link = folder.path + "/other-name.sqlite"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder.history)
        await #expect(throws: HistoryError.locked(path: store.path, pid: pid)) {
            try await SQLiteHistory.open(path: link, now: Make.start)
        }
        await store.close()
        await (try await open()).close()
        let error = HistoryError.locked(path: "/x", pid: 42)
        #expect("\(error)".contains("process 42"))
    }

    @Test("Only the owner may read the files, whatever they allowed before")
    func privateFiles() async throws {
        try folder.write([], to: folder.history)
        try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: folder.history)
        let store = try await open()
        try await store.commit([.event(Make.event())])
        let files = try folder.files()
        #expect(files == ["", "-shm", "-wal", ".lock"].map { "history.sqlite" + $0 })
        for file in files {
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/\(file)")
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(file)")
        }
        await store.close()
    }

    @Test("A newer version's file is refused with both versions, and left as it is")
    func newer() async throws {
        await (try await open()).close()
        try folder.execute("PRAGMA user_version = \(HistorySchema.version + 1)")
        let before = try folder.bytes(folder.history)
        do {
            _ = try await open()
            Issue.record("it was opened")
        } catch let error as HistoryError {
            guard case .newer(_, HistorySchema.version + 1, HistorySchema.version) = error else { throw error }
            let told = "schema \(HistorySchema.version + 1), this one knows up to \(HistorySchema.version)"
            #expect("\(error)".contains(told))
        }
        #expect(try folder.bytes(folder.history) == before)
    }

    @Test("A database of another application is refused, and left as it is")
    func foreign() async throws {
        try folder.execute("CREATE TABLE song (title TEXT); INSERT INTO song VALUES ('x')")
        let before = try folder.bytes(folder.history)
        let path = try HistoryFile(folder.history).path
        await #expect(throws: HistoryError.foreign(path: path)) { try await open() }
        #expect(try folder.bytes(folder.history) == before)
    }

    @Test("A missing folder, a folder in its place and a name that is none are explained")
    func badPaths() async throws {
        for (path, word) in [
            ("\(folder.path)/none/history.sqlite", "does not exist"), (folder.path, "not a regular file"),
            ("\(folder.path)/", "not a regular file"), ("\(folder.path)/none/", "does not name a file"),
        ] {
            do {
                _ = try await SQLiteHistory.open(path: path, now: Make.start)
                Issue.record("\(path) was opened")
            } catch {
                #expect("\(error)".contains(word), "\(error)")
            }
        }
    }

    @Test("The views tell a dashboard the history with readable times")
    func views() async throws {
        let store = try await open()
        try await store.commit([.event(Make.event()), .ledger(Make.entry(at: 0.25))])
        #expect(try folder.query(String.self, "SELECT time FROM alert_history") == ["2025-11-23T08:20:00.000Z"])
        #expect(
            try folder.query(String.self, "SELECT json_extract(labels, '$.pool') FROM alert_history") == ["a"])
        #expect(try folder.query(String.self, "SELECT time FROM notification_history") == ["2025-11-23T08:20:00.250Z"])
        await store.close()
    }

    @Test("A check finds nothing in a good file, also while it is in use")
    func check() async throws {
        let store = try await open()
        try await store.commit([.event(Make.event())])
        #expect(try await SQLiteHistory.check(path: folder.history).isEmpty)
        await store.close()
        #expect(try await SQLiteHistory.check(path: folder.history).isEmpty)
    }

    @Test("Labels of an alert that is seen with others are found by the new ones only")
    func changedLabels() async throws {
        let store = try await open()
        var event = Make.event(at: 1)
        try await store.commit([.event(event)])
        event.at = Make.time(2)
        event.labels = Make.labels("PoolFull", ["pool": "c"])
        try await store.commit([.event(event)])
        #expect(try await store.events(EventQuery(labels: ["pool": "c"])).events.count == 2)
        #expect(try await store.events(EventQuery(labels: ["pool": "a"])).events.isEmpty)
        await store.close()
    }
}
