import Alerting
import PromQL
import Testing

/// A diagnosis is wanted once for each episode and level, and what it finds goes where it is still of use.
@Suite("Evidence")
struct EvidenceTests {
    private func bench(route: Route? = nil) throws -> EngineBench {
        var bench = try EngineBench(route: route)
        let group = try EngineBench.poolGroup(evidence: "holders")
        bench.reload { $0.groups = [group] }
        return bench
    }

    private let found = Evidence(title: "pools/holders on main", columns: ["pid"], rows: [["7"]])

    @Test("it is asked for when the alert fires and when it rises, and never while it only goes on")
    func onceForEachLevel() throws {
        var bench = try bench()
        bench.seconds(5, 0.85)
        let first = bench.takeDiagnoses()
        #expect(first.map(\.name) == ["pools/holders"] && first.map(\.level) == [.warning])
        #expect(first.first?.labels["pool"] == "web")
        bench.seconds(5, 0.86)
        let asked1 = bench.takeDiagnoses()
        #expect(asked1.isEmpty)
        bench.seconds(5, 0.97)
        let asked2 = bench.takeDiagnoses()
        #expect(asked2.map(\.level) == [.critical])
        bench.seconds(5, 0.85)
        bench.seconds(30, 0.5)
        let asked3 = bench.takeDiagnoses()
        #expect(asked3.isEmpty)
        bench.seconds(5, 0.85)
        let second = bench.takeDiagnoses()
        #expect(second.count == 1 && second.first?.episode != first.first?.episode)
    }

    @Test("a rule without evidence asks for nothing")
    func none() throws {
        var bench = try EngineBench()
        bench.seconds(20, 0.97)
        let asked4 = bench.takeDiagnoses()
        #expect(asked4.isEmpty && bench.store.alerts.first?.awaitedDiagnosis == nil)
    }

    @Test("risen before it was asked, only the newest is")
    func newestAlone() throws {
        var bench = try bench()
        bench.seconds(1, 0.85)
        bench.seconds(1, 0.97)
        let asked5 = bench.takeDiagnoses()
        #expect(asked5.map(\.level) == [.critical])
    }

    @Test("what came before the message left is in it, and in alert and history")
    func before() throws {
        var bench = try bench()
        bench.seconds(1, 0.85)
        let asked6 = bench.takeDiagnoses()
        let request = try #require(asked6.first)
        #expect(bench.store.alerts.first?.awaitedDiagnosis == "pools/holders")
        bench.attach(found, for: request)
        #expect(bench.store.alerts.first?.evidence == found && bench.store.alerts.first?.awaitedDiagnosis == nil)
        #expect(bench.events.last?.kind == .diagnosed && bench.events.last?.evidence == found)
        bench.seconds(5, 0.85)
        #expect(bench.attempts.map { $0.message.alerts.first?.evidence } == [found])
        bench.seconds(30, 0.5)
        #expect(bench.told == ["fired(warning)", "resolved(warning)"])
        #expect(bench.attempts.last?.message.alerts.first?.evidence == nil)
    }

    @Test("a message that waits for its receiver gets it too, under another key where it was tried")
    func whileWaiting() throws {
        var bench = try bench()
        bench.answer = { _ in .retry(reason: "refused", retryAfter: .seconds(20), mayHaveArrived: false) }
        bench.seconds(5, 0.85)
        let asked7 = bench.takeDiagnoses()
        let request = try #require(asked7.first)
        #expect(bench.attempts.count == 1)
        bench.attach(found, for: request)
        #expect(bench.store.outbox.first?.notification.alerts.first?.evidence == found)
        bench.answer = { _ in .delivered(answer: "ok") }
        bench.seconds(30, 0.85)
        #expect(bench.attempts.map { $0.message.alerts.first?.evidence } == [nil, found])
        #expect(bench.attempts[0].key != bench.attempts[1].key)
    }

    @Test("a message that may have arrived stays as it is, and nothing is sent for what came too late")
    func tooLate() throws {
        var bench = try bench()
        bench.answer = { _ in .retry(reason: "timeout", retryAfter: .seconds(20), mayHaveArrived: true) }
        bench.seconds(5, 0.85)
        let asked8 = bench.takeDiagnoses()
        let request = try #require(asked8.first)
        bench.attach(found, for: request)
        bench.answer = { _ in .delivered(answer: "ok") }
        bench.seconds(60, 0.85)
        #expect(bench.attempts.count == 2 && bench.attempts[0].key == bench.attempts[1].key)
        #expect(bench.attempts[1].message.alerts.first?.evidence == nil)
        #expect(bench.store.alerts.first?.evidence == found)
        bench.seconds(5, 0.97)
        #expect(bench.told.last == "raised(critical)")
        // What the lower level showed stands until the higher one's comes.
        #expect(bench.attempts.last?.message.alerts.first?.evidence == found)
    }

    @Test("what was asked of an episode that is over is not taken for the next one")
    func otherEpisode() throws {
        var bench = try bench()
        bench.seconds(5, 0.85)
        let asked9 = bench.takeDiagnoses()
        let old = try #require(asked9.first)
        bench.seconds(30, 0.5)
        bench.seconds(5, 0.85)
        bench.attach(found, for: old)
        #expect(bench.store.alerts.first?.evidence == nil)
        #expect(bench.store.alerts.first?.awaitedDiagnosis == "pools/holders")
        #expect(!bench.events.contains { $0.kind == .diagnosed })
    }

    @Test("the next episode begins without what the last one showed")
    func fresh() throws {
        var bench = try bench(
            route: Route(
                id: "{}", receiver: "ops", groupWait: .seconds(3), groupInterval: .seconds(300),
                repeatInterval: .seconds(3600)))
        bench.seconds(5, 0.85)
        let asked10 = bench.takeDiagnoses()
        bench.attach(found, for: try #require(asked10.first))
        // Over and back before its end was told, so that the alert was never forgotten.
        bench.seconds(10, 0.5)
        bench.seconds(5, 0.85)
        let asked11 = bench.takeDiagnoses()
        #expect(bench.store.alerts.first?.evidence == nil && asked11.count == 1)
    }

    @Test("a restart asks again for what had not come, and not for what had")
    func restart() throws {
        var bench = try bench()
        bench.seconds(5, 0.85)
        let asked12 = bench.takeDiagnoses()
        let first = try #require(asked12.first)
        bench.restart()
        let again = bench.takeDiagnoses()
        #expect(again == [first])
        bench.attach(found, for: again[0])
        bench.restart()
        let asked13 = bench.takeDiagnoses()
        #expect(asked13.isEmpty)
        #expect(bench.store.alerts.first?.evidence == found)
    }

    @Test("a restart without the rule's evidence waits for nothing")
    func restartWithoutEvidence() throws {
        var bench = try bench()
        bench.seconds(5, 0.85)
        let plain = try EngineBench.poolGroup()
        bench.reload { $0.groups = [plain] }
        bench.restart()
        let asked14 = bench.takeDiagnoses()
        #expect(asked14.isEmpty && bench.store.alerts.first?.awaitedDiagnosis == nil)
    }

    @Test("with nothing to ask nobody is told anything, and nobody waits")
    func nothing() throws {
        var bench = try bench()
        bench.seconds(5, 0.85)
        let asked15 = bench.takeDiagnoses()
        bench.attach(nil, for: try #require(asked15.first))
        #expect(bench.store.alerts.first?.awaitedDiagnosis == nil && bench.store.alerts.first?.evidence == nil)
        #expect(!bench.events.contains { $0.kind == .diagnosed })
    }

    @Test(
        "a name alone means the rule's own runbook",
        arguments: [
            ("tree", "blocking", "blocking/tree"), ("blocking/tree", "other", "blocking/tree"), ("tree", nil, nil),
            ("tree", "https://wiki.example/x", nil), (nil, "blocking", nil),
        ] as [(String?, String?, String?)])
    func names(evidence: String?, runbook: String?, wanted: String?) throws {
        let rule = AlertRule(
            name: "A", location: SourceLocation(file: "a.yml", line: 1, column: 1), expression: try Expression("up"),
            condition: .presence(holdFor: .zero, keepFiringFor: .zero), evidence: evidence, runbook: runbook)
        #expect(rule.diagnosis == wanted)
    }

    @Test("a cell is one line without control characters, and not longer than it may be")
    func cells() {
        #expect(Evidence.cell(nil) == "" && Evidence.cell("  a\r\n\tb\u{0}\u{7}c ") == "a b c ")
        let long = Evidence.cell(String(repeating: "ä", count: 200))
        #expect(long.unicodeScalars.count == Evidence.longestCell && long.hasSuffix("ä…"))
        #expect(Evidence.cell(String(repeating: "x", count: 80)).count == 80)
    }
}
