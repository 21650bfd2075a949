import Alerting
import Foundation
import GRDB
import PromQL
import Testing

@testable import History

/// What is written in one piece and filed later. That it is like the other histories is in `HistoryContractTests`.
@Suite struct JournalTests {
    private let folder: Folder

    init() throws {
        folder = try Folder()
    }

    /// - Parameters:
    ///   - from: how many records go into the journal.
    ///   - quiet: the default is longer than any test.
    private func open(
        from: Int = 1, quiet: Duration = .seconds(3_600), largest: Int = 1 << 20, path: String? = nil
    ) async throws -> (store: SQLiteHistory, notices: [String]) {
        var journalling = Journal.Policy()
        journalling.from = from
        journalling.quiet = quiet
        journalling.largest = largest
        return try await SQLiteHistory.open(path: path ?? folder.history, now: Make.start, journalling: journalling)
    }

    private var entries: Int {
        get throws { try folder.query(Int.self, "SELECT count(*) FROM journal").first ?? -1 }
    }

    private func count(of table: String) throws -> Int {
        try folder.query(Int.self, "SELECT count(*) FROM \(table)").first ?? -1
    }

    /// How many pages SQLite's log may hold.
    private func pagesOfLog(_ store: SQLiteHistory) async throws -> Int? {
        try await store.writer.perform { db in try Int.fetchOne(db, sql: "PRAGMA wal_autocheckpoint") }
    }

    /// The files as they are now, without any end of the process that wrote them.
    private func copyOfFiles() throws -> Folder {
        let copy = try Folder()
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: folder.history + suffix, toPath: copy.history + suffix)
        }
        return copy
    }

    @Test("Few records are filed at once, many are journalled, and what follows them does not overtake them")
    func threshold() async throws {
        let (store, _) = try await open(from: 3)
        try await store.commit([.outbox(Make.message(1)), .event(Make.event(at: 1))])
        #expect(try entries == 0)
        #expect(try count(of: "outbox") == 1)
        try await store.commit([.outbox(Make.message(2)), .event(Make.event(at: 2)), .ledger(Make.entry(at: 2))])
        try await store.commit([.removeOutbox(2), .removeOutbox(1)])
        #expect(try entries == 2)
        #expect(try await pagesOfLog(store) == 16_384)
        #expect(try count(of: "outbox") == 1)
        #expect(try await store.load().outbox.isEmpty)
        #expect(try entries == 0)
        #expect(try await pagesOfLog(store) == 1_000)
        #expect(try count(of: "event") == 2)
        try await store.commit([.outbox(Make.message(3))])
        #expect(try count(of: "outbox") == 1)
        await store.close()
    }

    @Test("It is filed once it is quiet, without anybody asking")
    func quiet() async throws {
        let (store, _) = try await open(quiet: .milliseconds(1))
        try await store.commit([.outbox(Make.message(1)), .event(Make.event())])
        let end = ContinuousClock.now + .seconds(20)
        while try entries > 0, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(2)) }
        #expect(try entries == 0)
        #expect(try count(of: "event") == 1)
        // And again the next time.
        try await store.commit([.event(Make.event(at: 9))])
        while try entries > 0, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(2)) }
        #expect(try count(of: "event") == 2)
        await store.close()
    }

    @Test("A trickle of commits after a storm does not keep it from being filed", .timeLimit(.minutes(1)))
    func trickle() async throws {
        let (store, _) = try await open(from: 200, quiet: .milliseconds(50))
        try await store.commit((0..<250).map { .event(Make.event(at: Double($0))) })
        #expect(try entries > 0)
        var number = 1_000.0
        while try entries > 0 {
            try await store.commit([.event(Make.event(at: number))])
            number += 1
        }
        #expect(try count(of: "event") == 250 + Int(number) - 1_000)
        await store.close()
    }

    @Test("A close files what is left")
    func closing() async throws {
        let (store, _) = try await open()
        try await store.commit([.outbox(Make.message(1)), .event(Make.event())])
        #expect(try entries == 1)
        await store.close()
        #expect(try entries == 0)
        #expect(try count(of: "event") == 1)
    }

    @Test("It does not grow beyond its limit")
    func largest() async throws {
        let (store, _) = try await open(largest: 40_000)
        for number in 0..<40 {
            try await store.commit((0..<10).map { .event(Make.event(at: Double(number * 10 + $0))) })
            let size = try folder.query(Int.self, "SELECT coalesce(sum(length(changes)), 0) FROM journal").first
            #expect(try #require(size) <= 40_000)
        }
        #expect(try entries > 0)
        #expect(try count(of: "event") > 0)
        #expect(try await store.events(EventQuery(limit: 1_000)).events.count == 400)
        await store.close()
    }

    @Test("A process that is killed before it is filed has lost nothing")
    func killed() async throws {
        let (store, _) = try await open()
        var changed = Make.alert("PoolFull")
        changed.phase = .resolved
        try await store.commit([.alert(Make.alert("PoolFull")), .outbox(Make.message(7)), .event(Make.event())])
        try await store.commit([.alert(changed), .removeOutbox(7), .outbox(Make.message(8)), .ledger(Make.entry())])
        let copy = try copyOfFiles()
        #expect(try copy.query(Int.self, "SELECT count(*) FROM journal") == [2])
        let (survivor, notices) = try await open(path: copy.history)
        #expect(notices.isEmpty)
        #expect(try await survivor.load() == StoredState(alerts: [changed], outbox: [Make.message(8)]))
        #expect(try await survivor.events(EventQuery()).events == [Make.event()])
        #expect(try await survivor.ledger(LedgerQuery()).entries == [Make.entry()])
        #expect(try copy.query(Int.self, "SELECT count(*) FROM journal") == [0])
        await survivor.close()
        await store.close()
    }

    @Test("What is not filed is read also where nothing can be written or the file is damaged")
    func readWithoutFiling() async throws {
        let (store, _) = try await open(from: 2)
        var changed = Make.alert("PoolFull")
        changed.phase = .resolved
        try await store.commit([.outbox(Make.message(7))])
        try await store.commit([.alert(Make.alert("PoolFull"))])
        try await store.commit([.event(Make.event(at: 4)), .ledger(Make.entry(at: 3, kind: .queued, message: 12))])
        try await store.commit([.alert(changed), .removeOutbox(7), .outbox(Make.message(8)), .group(Make.group())])
        let copy = try copyOfFiles()
        let queue = try DatabaseQueue(path: copy.history)
        let (state, marks) = try await queue.read { db in
            (StateReader(db).readWhatIsLeft(), try HistoryMarks(db))
        }
        #expect(state == StoredState(alerts: [changed], groups: [Make.group()], outbox: [Make.message(8)]))
        #expect(marks == HistoryMarks(lastMessage: 12, lastEntry: Make.time(4)))
        await store.close()
    }

    @Test("A damaged entry is set aside and told, and the others count", arguments: [20, 0])
    func damaged(place: Int) async throws {
        let (store, _) = try await open()
        try await store.commit([.outbox(Make.message(7))])
        try await store.commit([.outbox(Make.message(8))])
        let copy = try copyOfFiles()
        await store.close()
        let queue = try DatabaseQueue(path: copy.history)
        try await queue.write { db in
            let bytes = try #require(try Data.fetchOne(db, sql: "SELECT changes FROM journal WHERE id = 1"))
            var damaged = [UInt8](bytes)
            damaged[place] ^= 1
            try db.execute(sql: "UPDATE journal SET changes = ? WHERE id = 1", arguments: [Data(damaged)])
        }
        try queue.close()
        let (survivor, notices) = try await open(path: copy.history)
        #expect(notices.count == 1)
        #expect(notices.first?.contains("the journal's entry 1 was changed on the disk") == true)
        #expect(try await survivor.load().outbox == [Make.message(8)])
        #expect(try copy.query(String.self, "SELECT source_table FROM damaged_row") == ["journal"])
        await survivor.close()
    }

    @Test("A group does not wait for a message that a damaged entry held")
    func damagedMessage() async throws {
        let (store, _) = try await open()
        try await store.commit([.outbox(Make.message(7))])
        try await store.commit([.group(Make.group(outstanding: 7))])
        let copy = try copyOfFiles()
        await store.close()
        let queue = try DatabaseQueue(path: copy.history)
        try await queue.write { db in try db.execute(sql: "UPDATE journal SET checksum = 0 WHERE id = 1") }
        try queue.close()
        let (survivor, _) = try await open(path: copy.history)
        #expect(try await survivor.load() == StoredState(groups: [Make.group()]))
        await survivor.close()
    }

    @Test("An entry does not end between an alert's labels and its event")
    func borders() async throws {
        let (store, _) = try await open(largest: 1 << 30)
        // So many that some entry becomes full with the labels.
        try await store.commit(
            (0..<3_000).map { number in
                var event = Make.event(at: Double(number))
                event.summary = String(repeating: "x", count: number * 37 % 300)
                return .event(event)
            })
        let queue = try DatabaseQueue(path: folder.history)
        let all = try await queue.read { db in try Data.fetchAll(db, sql: "SELECT changes FROM journal") }
        #expect(all.count > 5)
        for bytes in all {
            let changes = try #require(RowChange.read([UInt8](bytes)))
            #expect(changes.last?.statement == .event)
        }
        await store.close()
    }

    @Test("A checksum of before the journal is known, and another is not")
    func olderChecksum() {
        // 64-bit FNV-1a over 0xFF and the text, computed apart from the code under test.
        var hash: UInt64 = 14_695_981_039_346_656_037
        for byte in [0xFF] + Array(#"{"a":1}"#.utf8) { hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211 }
        let old = Int64(bitPattern: hash)
        #expect(RowDigest.isChecksum(old, of: #"{"a":1}"#))
        #expect(!RowDigest.isChecksum(old, of: #"{"a":2}"#))
        #expect(RowDigest.isChecksum(RowDigest.checksum("x"), of: "x"))
    }

    @Test("Changes are read as they were written, each kind of argument")
    func coding() throws {
        let values: [DatabaseValue] = [
            .null, Int64.min.databaseValue, 42.databaseValue, (-0.5).databaseValue, Double.infinity.databaseValue,
            "".databaseValue, "ä\0\"€".databaseValue, Data([0, 255, 1]).databaseValue,
        ]
        let changes = RowStatement.allCases.map { RowChange($0, values) }
        var bytes: [UInt8] = []
        for change in changes { change.write(to: &bytes) }
        let read = try #require(RowChange.read(bytes))
        #expect(read.map(\.statement) == changes.map(\.statement))
        #expect(read.allSatisfy { $0.arguments == values })
        // Cut off anywhere within a change it is none.
        let first = RowChange(.event, values)
        var one: [UInt8] = []
        first.write(to: &one)
        for length in 1..<one.count { #expect(RowChange.read(Array(one.prefix(length))) == nil) }
    }

    @Test("Changed bytes have another checksum, wherever they are")
    func checksum() {
        let bytes = [UInt8](repeating: 7, count: 29)
        let all = bytes.indices.flatMap { place in
            (0..<8).map { bit in
                var changed = bytes
                changed[place] ^= 1 << bit
                return RowDigest.checksum(changed)
            }
        }
        #expect(Set(all + [RowDigest.checksum(bytes)]).count == all.count + 1)
    }
}
