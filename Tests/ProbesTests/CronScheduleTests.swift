import PromQL
import Testing

@testable import Probes

/// When jobs of pg_cron should run.
@Suite("Cron schedule")
struct CronScheduleTests {
    /// Seconds since 1970 of a time such as `2024-02-28 23:59`.
    private func time(_ text: String) throws -> Int64 {
        let parts = text.split { "- :".contains($0) }.compactMap { Int64($0) }
        let year = parts[0]
        // Days by going there: slow and plain, unlike what is tested.
        var days: Int64 = 0
        for past in 1970..<year { days += CronScheduleTests.isLeap(past) ? 366 : 365 }
        let lengths: [Int64] = [31, Self.isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        days += lengths.prefix(Int(parts[1]) - 1).reduce(0, +) + parts[2] - 1
        return days * 86_400 + parts[3] * 3_600 + parts[4] * 60 + (parts.count > 5 ? parts[5] : 0)
    }

    private static func isLeap(_ year: Int64) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    @Test(
        "the next run after a time",
        arguments: [
            ("0 2 * * *", "2026-01-05 01:59:59", "2026-01-05 02:00"),
            ("0 2 * * *", "2026-01-05 02:00:00", "2026-01-06 02:00"),
            ("0 */6 * * *", "2026-01-05 06:00:01", "2026-01-05 12:00"),
            ("*/15 * * * *", "2026-12-31 23:50", "2027-01-01 00:00"),
            // Sunday, as 0, as 7 and by name.
            ("0 3 * * 0", "2026-01-05 00:00", "2026-01-11 03:00"),
            ("0 3 * * 7", "2026-01-05 00:00", "2026-01-11 03:00"),
            ("0 3 * * sun", "2026-01-05 00:00", "2026-01-11 03:00"),
            ("0 3 * * fri-sat", "2026-01-05 00:00", "2026-01-09 03:00"),
            ("0 4 1 * *", "2026-01-05 00:00", "2026-02-01 04:00"),
            // Either of the two days, where none begins with a star.
            ("0 0 13 * 5", "2026-01-05 00:00", "2026-01-09 00:00"),
            ("0 0 13 * 5", "2026-01-09 00:00", "2026-01-13 00:00"),
            // Both, where one does.
            ("0 0 */2 * 1", "2026-01-05 00:00", "2026-01-19 00:00"),
            ("30 1,13 * jan,jul *", "2026-01-31 13:30", "2026-07-01 01:30"),
            ("10-20/5 8 * * *", "2026-01-05 08:10", "2026-01-05 08:15"),
            // The last day, alone and with others; leap years.
            ("0 0 $ * *", "2024-02-01 00:00", "2024-02-29 00:00"),
            ("0 0 $ * *", "2026-02-01 00:00", "2026-02-28 00:00"),
            ("0 0 $ * *", "2026-02-28 00:00", "2026-03-31 00:00"),
            ("0 0 15,$ 4 *", "2026-04-15 00:00", "2026-04-30 00:00"),
            ("0 0 29 2 *", "2096-03-01 00:00", "2104-02-29 00:00"),
            ("@daily", "2026-01-05 00:00", "2026-01-06 00:00"),
            ("@hourly", "2026-01-05 00:00:30", "2026-01-05 01:00"),
            ("@weekly", "2026-01-05 00:00", "2026-01-11 00:00"),
            ("@monthly", "2026-01-05 00:00", "2026-02-01 00:00"),
            ("@yearly", "2026-01-05 00:00", "2027-01-01 00:00"),
            ("30 seconds", "2026-01-05 00:00:10", "2026-01-05 00:00:40"),
            ("  5 Seconds ", "2026-01-05 00:00:10", "2026-01-05 00:00:15"),
        ])
    func next(schedule: String, after: String, wanted: String) throws {
        let read = try #require(CronSchedule(schedule))
        #expect(read.next(after: try time(after)) == (try time(wanted)))
    }

    @Test("what never comes has no next run")
    func never() throws {
        #expect(try #require(CronSchedule("0 0 30 2 *")).next(after: 0) == nil)
        #expect(try #require(CronSchedule("@reboot")).next(after: 0) == nil)
    }

    @Test(
        "what is no schedule",
        arguments: [
            "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *", "* * * 13 *",
            "* * * * 8", "5-1 * * * *", "*/0 * * * *", "1/2 * * * *", "a * * * *", "1,,2 * * * *", "0 seconds",
            "60 seconds", "-1 seconds", "@often", "1-2-3 * * * *", "* * $$ * *",
        ])
    func wrong(text: String) {
        #expect(CronSchedule(text) == nil)
    }

    private let monday: Int64 = 1_767_571_200  // 2026-01-05 00:00

    @Test("a job is late from when its next run was due, and no more once it was tried")
    func late() throws {
        var watch = CronWatch()
        let job = CronWatch.Job(id: 1, schedule: "0 2 * * *")
        let due = monday + 7_200
        var runs = CronWatch.Runs(lastID: 7, lastStart: due - 86_400)
        #expect(watch.late(job, runs, now: due - 1) == 0)
        #expect(watch.late(job, runs, now: due + 900) == 900)
        // A run that could not connect says no time.
        runs.lastID = 8
        #expect(watch.late(job, CronWatch.Runs(lastID: 8, lastStart: nil), now: due + 960) == 0)
        // The list of runs was emptied: what was seen counts on.
        #expect(watch.late(job, CronWatch.Runs(), now: due + 86_400 + 60) == 60)
    }

    @Test("one that never ran, one that was changed, one that was switched on again count from when that was seen")
    func unknown() throws {
        var watch = CronWatch()
        var job = CronWatch.Job(id: 1, schedule: "0 * * * *")
        #expect(watch.late(job, .init(), now: monday + 60) == 0)
        #expect(watch.late(job, .init(), now: monday + 3_700) == 100)
        job.isActive = false
        #expect(watch.late(job, .init(), now: monday + 7_200) == 0)
        job.isActive = true
        #expect(watch.late(job, .init(), now: monday + 9_000) == 0)
        job.schedule = "*/5 * * * *"
        #expect(watch.late(job, .init(), now: monday + 9_060) == 0)
        #expect(watch.late(job, .init(), now: monday + 9_400) == 100)
        job.schedule = "every now and then"
        #expect(watch.late(job, .init(), now: monday + 9_400) == nil)
    }
}
