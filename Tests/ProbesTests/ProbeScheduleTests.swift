import Probes
import PromQL
import Testing

/// When a probe runs.
@Suite("Probe schedule")
struct ProbeScheduleTests {
    private let start = Timestamp(milliseconds: 1_000_000)

    @Test("the first round is at once, later ones keep their phase")
    func phase() {
        var schedule = ProbeSchedule(id: "database:main", interval: .seconds(5), startingAt: start)
        #expect(schedule.nextDue == start)
        schedule.finished(at: start + .milliseconds(20))
        let second = schedule.nextDue
        #expect(second > start && second - start <= .milliseconds(7_500))
        schedule.finished(at: second + .milliseconds(20))
        #expect(schedule.nextDue - second == .seconds(5))
    }

    @Test("a round that takes longer than the interval skips, and nothing piles up")
    func skips() {
        var schedule = ProbeSchedule(id: "database:main", interval: .seconds(5), startingAt: start)
        schedule.finished(at: start + .seconds(23))
        #expect(schedule.nextDue > start + .seconds(23))
        #expect(schedule.nextDue <= start + .seconds(28))
    }

    @Test("a target that is too slow is asked at doubling pauses up to half a minute, and as before once it is well")
    func tooSlow() {
        var schedule = ProbeSchedule(id: "database:main", interval: .seconds(5), startingAt: start)
        var pauses: [Duration] = []
        var now = start
        for _ in 0..<6 {
            now = schedule.nextDue + .seconds(1)
            schedule.finished(at: now, wasTooSlow: true)
            pauses.append(schedule.nextDue - now)
        }
        #expect(pauses[0] <= .seconds(8))
        #expect(pauses[1] >= .seconds(10) && pauses[1] <= .seconds(15))
        #expect(pauses[2] >= .seconds(20) && pauses[2] <= .seconds(25))
        #expect(pauses[3...].allSatisfy { $0 >= .seconds(30) && $0 <= .seconds(35) })
        schedule.finished(at: schedule.nextDue)
        let well = schedule.nextDue
        schedule.finished(at: well)
        #expect(schedule.nextDue - well == .seconds(5))
    }

    @Test("two probes of one interval have different phases")
    func spread() {
        var times: Set<Timestamp> = []
        for index in 0..<20 {
            var schedule = ProbeSchedule(id: "database:\(index)", interval: .seconds(5), startingAt: start)
            schedule.finished(at: start)
            times.insert(schedule.nextDue)
        }
        #expect(times.count > 15)
    }
}
