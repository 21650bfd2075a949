import Alerting
import Foundation
import PromQL
import Synchronization
import Testing

@testable import History

/// A disk that is full or can't be written. Needs a small file system of its own, and so root.
@Suite(.enabled(if: SmallDisk.isPossible, "needs root, to mount a small file system"), .serialized)
struct FullDiskTests {
    @Test("A full disk is said to be full, nothing is half written, and writing goes on when there is space")
    func full() async throws {
        let disk = try SmallDisk()
        defer { disk.unmount() }
        let (store, _) = try await SQLiteHistory.open(path: disk.path + "/history.sqlite", now: Make.start)
        try await store.commit([.outbox(Make.message(7))])
        let ballast = disk.path + "/ballast"
        try disk.fill(ballast)
        var failure: HistoryError?
        var written = 0
        while failure == nil, written < 1_000 {
            do {
                try await store.commit([
                    .outbox(Make.message(Int64(100 + written))), .event(Make.event(at: Double(written))),
                ])
                written += 1
            } catch {
                failure = error
            }
        }
        guard case .full(let path, _) = failure else {
            Issue.record("expected a full disk, got \(String(describing: failure))")
            await store.close()
            return
        }
        #expect(path == store.path)
        // The failed commit is wholly absent, and reading goes on.
        #expect(try await store.load().outbox.count == written + 1)
        #expect(try await store.events(EventQuery(limit: 1_000)).events.count == written)
        try FileManager.default.removeItem(atPath: ballast)
        try await store.commit([.outbox(Make.message(9_999))])
        #expect(try await store.load().outbox.last == Make.message(9_999))
        await store.close()
    }

    @Test("What can't be filed on a full disk stays, what is there is read, and all is filed when there is space")
    func journal() async throws {
        let disk = try SmallDisk()
        defer { disk.unmount() }
        var journalling = Journal.Policy()
        journalling.from = 1
        journalling.quiet = .seconds(3_600)
        let (store, _) = try await SQLiteHistory.open(
            path: disk.path + "/history.sqlite", now: Make.start, journalling: journalling)
        try await store.commit([.event(Make.event(at: 1))])
        #expect(try await store.events(EventQuery()).events.count == 1)
        let ballast = disk.path + "/ballast"
        try disk.fill(ballast)
        var written = 1
        // Until there is no room for one more; then there is none to file either.
        while written < 2_000, (try? await store.commit([.event(Make.event(at: Double(written + 1)))])) != nil {
            written += 1
        }
        #expect(written > 1)
        #expect(try await store.events(EventQuery(limit: 1_000)).events.isEmpty == false)
        #expect(try await store.prune(before: Make.time(0)) == 0)
        try FileManager.default.removeItem(atPath: ballast)
        #expect(try await store.events(EventQuery(limit: 1_000)).events.count == written)
        await store.close()
    }

    @Test("What can be read is taken over from a disk that can't be written, and the file is used as soon as it can be")
    func deferred() async throws {
        let disk = try SmallDisk()
        defer { disk.unmount() }
        let path = disk.path + "/history.sqlite"
        let (first, _) = try await SQLiteHistory.open(path: path, now: Make.start)
        try await first.commit([.outbox(Make.message(7)), .ledger(Make.entry(at: 3, kind: .queued, message: 12))])
        await first.close()
        try disk.remount("ro")
        let told = Mutex<[String]>([])
        let store = try await SQLiteHistory.openOrDefer(path: path, now: { Make.start }) { line in
            told.withLock { $0.append(line) }
        }
        #expect(told.withLock { $0.count } == 1)
        #expect(try await store.load().outbox == [Make.message(7)])
        #expect(try await store.lastMarks() == HistoryMarks(lastMessage: 12, lastEntry: Make.time(3)))
        let records: [StoreRecord] = [.outbox(Make.message(13)), .event(Make.event(at: 5))]
        await #expect(throws: HistoryError.self) { try await store.commit(records) }
        #expect(try await store.events(EventQuery()).events == [Make.event(at: 5)])
        try disk.remount("rw")
        // The caller kept them.
        try await store.commit(records)
        await store.close()
        let (again, notices) = try await SQLiteHistory.open(path: path, now: Make.start)
        #expect(notices.isEmpty)
        #expect(try await again.load().outbox == [Make.message(7), Make.message(13)])
        #expect(try await again.events(EventQuery()).events == [Make.event(at: 5)])
        await again.close()
    }

    @Test("A file system that can't be written is said to be so")
    func readOnly() async throws {
        let disk = try SmallDisk()
        defer { disk.unmount() }
        try disk.remount("ro")
        do {
            _ = try await SQLiteHistory.open(path: disk.path + "/history.sqlite", now: Make.start)
            Issue.record("it was opened")
        } catch {
            guard case HistoryError.readOnly = error else { throw error }
        }
    }
}

/// A file system of two mebibytes in memory.
final class SmallDisk {
    let path: String
    private let folder: Folder

    static let isPossible: Bool = {
        guard geteuid() == 0, let disk = try? SmallDisk() else { return false }
        disk.unmount()
        return true
    }()

    struct MountFailed: Error {
        let status: Int32
    }

    init() throws {
        folder = try Folder()
        path = folder.path
        try Self.run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", path)
    }

    func remount(_ options: String) throws {
        try Self.run("mount", "-o", "remount,\(options)", path)
    }

    /// Leaves 64 KiB free.
    func fill(_ file: String) throws {
        try Data().write(to: URL(filePath: file))
        let handle = try FileHandle(forWritingTo: URL(filePath: file))
        var status = statvfs()
        while statvfs(path, &status) == 0, UInt64(status.f_bavail) * UInt64(status.f_frsize) > 65_536 {
            try handle.write(contentsOf: Data(count: 4_096))
        }
        try handle.close()
    }

    func unmount() {
        try? Self.run("umount", path)
    }

    private static func run(_ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw MountFailed(status: process.terminationStatus) }
    }
}
