import Alerting
import Foundation
import GRDB
import PromQL

@testable import History

/// A folder of its own for one test; gone with it.
final class Folder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "tocsin-history-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    var history: String { "\(path)/history.sqlite" }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The files in it, sorted.
    func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }

    func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: path)))
    }

    func write(_ bytes: [UInt8], to path: String) throws {
        try Data(bytes).write(to: URL(filePath: path))
    }

    /// What another program sees in the file.
    func query<Value>(_ type: Value.Type, _ sql: String, path: String? = nil) throws -> [Value]
    where Value: DatabaseValueConvertible {
        let queue = try DatabaseQueue(path: path ?? history)
        return try queue.read { db in try Value.fetchAll(db, sql: sql) }
    }

    func execute(_ sql: String) throws {
        let queue = try DatabaseQueue(path: history)
        try queue.write { db in try db.execute(sql: sql) }
        try queue.close()
    }
}

/// The implementations of `HistoryStore` that one suite of tests holds to their contract.
enum StoreKind: String, CaseIterable, Sendable {
    /// `journal` is SQLite with everything written into the journal first.
    case memory, sqlite, journal

    func withStore(_ body: (any HistoryStore) async throws -> Void) async throws {
        switch self {
        case .memory:
            let store = MemoryHistory()
            try await body(store)
            await store.close()
        case .sqlite, .journal:
            let folder = try Folder()
            var journalling = Journal.Policy()
            if self == .journal { journalling.from = 1 }
            let (store, notices) = try await SQLiteHistory.open(
                path: folder.history, now: Make.start, journalling: journalling)
            guard notices.isEmpty else { throw UnexpectedNotices(notices: notices) }
            do {
                try await body(store)
            } catch {
                await store.close()
                throw error
            }
            await store.close()
        }
    }
}

struct UnexpectedNotices: Error {
    let notices: [String]
}

extension HistoryStore {
    /// All pages of a query, one after the other.
    func allEvents(_ query: EventQuery) async throws -> [AlertEvent] {
        var query = query
        var events: [AlertEvent] = []
        repeat {
            let page = try await self.events(query)
            events += page.events
            query.cursor = page.next
        } while query.cursor != nil
        return events
    }
}
