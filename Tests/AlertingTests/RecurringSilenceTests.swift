import Alerting
import PromQL
import Testing

/// Silences that hold in windows, again and again; on a virtual clock.
@Suite("Recurring silences")
struct RecurringSilenceTests {
    /// The bench begins on Monday at 13:46:40 UTC: the first window is from 13:48 to 13:50, the second to 13:54.
    static let windows = RecurringTime(
        name: "work", spans: [.init(minutes: [828..<830, 832..<834], weekdays: [1...1])])

    static func bench() throws -> EngineBench {
        var bench = try EngineBench(route: HoldTests.route())
        bench.reload { $0.intervals = [windows] }
        return bench
    }

    static func minute(_ minute: Int) -> Timestamp { Timestamp(milliseconds: 950_400_000) + .seconds(minute * 60) }

    @Test("it holds in each window, and what still fires is told at its end", arguments: [false, true])
    func windows(restarts: Bool) throws {
        var bench = try Self.bench()
        let id = try bench.silence([HoldTests.pool("web")], for: .seconds(86_400), during: ["work"])
        bench.seconds(20, 0.85)
        #expect(bench.told == ["fired(warning)"], "no window yet")
        bench.seconds(70, 0.5)
        bench.seconds(60, 0.85)
        #expect(bench.now > Self.minute(828) && bench.told.count == 2)
        if restarts { bench.restart() }
        bench.seconds(100, 0.85)
        #expect(bench.told == ["fired(warning)", "resolved(warning)", "fired(warning)"])
        #expect(bench.attempts[2].at == Self.minute(830))
        #expect(
            bench.attempts[2].message.note == "The silence by ann: planned work has ended, and this still fires.")
        let reason = try #require(bench.reasons(.withheld).first)
        #expect(reason.hasPrefix("silenced until \(Self.minute(830)) by ann"), "\(reason)")
        // The second window, and the end of it.
        bench.seconds(260, 0.85)
        let kinds = bench.events.filter { $0.rule == "silence" }.map(\.kind)
        #expect(kinds == [.silenceBegan, .silenceEnded, .silenceBegan, .silenceEnded])
        #expect(bench.told.count == 4 && bench.attempts[3].at == Self.minute(834))
        #expect(bench.store.silences.first?.noted == .pending)
        try bench.expire(id)
        #expect(bench.store.silences.first?.noted == .expired)
        #expect(bench.events.filter { $0.rule == "silence" }.count == 4)
    }

    @Test("an interval that is changed or taken out counts at once")
    func reload() throws {
        var bench = try Self.bench()
        try bench.silence([HoldTests.pool("web")], for: .seconds(86_400), during: ["work"])
        bench.seconds(10, 0.5)
        bench.reload { $0.intervals = [RecurringTime(name: "work", spans: [.init()])] }
        bench.seconds(20, 0.85)
        #expect(bench.told == [])
        bench.reload { $0.intervals = [] }
        bench.seconds(5, 0.85)
        #expect(bench.told == ["fired(warning)"])
    }

    @Test("a name that is none is refused; a change by a client that knows no windows keeps them")
    func changes() throws {
        var bench = try Self.bench()
        #expect(throws: SilenceProblem.self) {
            try bench.silence([HoldTests.pool("web")], for: .seconds(60), during: ["wrok"])
        }
        let id = try bench.silence([HoldTests.pool("web")], for: .seconds(86_400), during: ["work"])
        bench.seconds(10, 0.5)
        #expect(try bench.silence([HoldTests.pool("web")], for: .seconds(90_000), changing: id) == id)
        bench.seconds(20, 0.85)
        #expect(bench.told == ["fired(warning)"])
        #expect(bench.store.silences.map(\.during) == [["work"]])
    }
}
