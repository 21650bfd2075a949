import Foundation
import Mending
import Runbooks
import Testing

extension OnPostgres {
    @Suite struct ActionLogTests {
        private func record(at time: Double) async throws -> ActionRecord {
            let fixture = try MendingFixture()
            let found = try fixture.remedy("journey-states", "several")
            let plan = try await fixture.mender.plan(found.remedy, of: found.runbook, values: [:])
            return ActionRecord(
                who: "ada", host: "h", pid: 7, began: Date(timeIntervalSince1970: time), plan: plan,
                values: ["session": "s"], version: "1")
        }

        @Test func `An action is kept before and after, and listed newest first`() async throws {
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
                "tocsin-log-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let log = ActionLog(historyPath: folder.appendingPathComponent("history.sqlite").path)
            #expect(try log.records().records == [])
            let first = try await record(at: 1_000_000)
            let second = try await record(at: 2_000_000)
            try log.write(first)
            try log.write(second)
            #expect(try log.records().records == [second, first])
            #expect(first.sqlSHA256.count == 64)

            let failed = first.ended(
                at: Date(timeIntervalSince1970: 1_000_060), .failure(MendingFailure(.rolledBack, "no")))
            try log.write(failed)
            let kept = try log.records().records
            #expect(kept == [second, failed])
            #expect(failed.state == .rolledBack)
            #expect(failed.message == "no")

            let file = "\(log.folder)/\(first.id).json"
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? NSNumber
            #expect(mode?.intValue == 0o600)
            #expect(try FileManager.default.contentsOfDirectory(atPath: log.folder).count == 2)

            try Data("{".utf8).write(to: URL(fileURLWithPath: file))
            let found = try log.records()
            #expect(found.records == [second])
            #expect(found.unreadable == [file])
        }

        @Test func `A folder that can't be made is told`() async throws {
            let log = ActionLog(historyPath: "/proc/nowhere/history.sqlite")
            let record = try await record(at: 1)
            let failure = #expect(throws: ActionLog.Failure.self) { try log.write(record) }
            #expect(failure?.message.contains("/proc/nowhere") == true)
        }
    }
}
