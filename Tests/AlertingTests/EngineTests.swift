import Alerting
import PromQL
import Support
import Testing

/// From a sample to a message, on a virtual clock.
@Suite("Engine")
struct EngineTests {
    @Test("one warning, one critical, nothing in the dead band, one resolve")
    func mainJob() throws {
        var bench = try EngineBench()
        bench.seconds(10, 0.85)
        bench.seconds(10, 0.97)
        for value in [0.93, 0.91, 0.94, 0.92, 0.91, 0.93] { bench.seconds(5, value) }
        bench.seconds(30, 0.5)
        #expect(bench.told == ["fired(warning)", "raised(critical)", "resolved(critical)"])
        #expect(bench.store.alerts.isEmpty && bench.store.groups.isEmpty && bench.store.outbox.isEmpty)
    }

    @Test("the first message leaves when group_wait has passed, and a risen level does not wait for group_interval")
    func timing() throws {
        var bench = try EngineBench()
        bench.seconds(5, 0.85)
        let start = bench.now
        bench.seconds(5, 0.97)
        #expect(bench.attempts.count == 2)
        #expect(bench.attempts[1].at - start <= .seconds(5))
    }

    @Test("cleared within group_wait: nothing is sent, and the ledger says so")
    func clearedEarly() throws {
        var bench = try EngineBench(
            route: Route(id: "{}", receiver: "ops", groupWait: .seconds(20), groupInterval: .seconds(60)))
        bench.seconds(2, 0.85)
        bench.seconds(40, 0.5)
        #expect(bench.told.isEmpty)
        #expect(bench.reasons(.withheld).contains { $0.contains("group_wait") })
        #expect(bench.store.groups.isEmpty)
    }

    @Test("what fired and cleared while the receiver was down is told once it is back")
    func passedWhileDown() throws {
        var bench = try EngineBench()
        bench.answer = { _ in .retry(reason: "refused", retryAfter: nil, mayHaveArrived: false) }
        bench.seconds(20, 0.85)
        bench.seconds(580, 0.5)
        bench.answer = { _ in .delivered(answer: "ok") }
        bench.seconds(120, 0.5)
        #expect(bench.told.last == "passed(warning)")
        #expect(bench.attempts.last?.message.alerts.first?.endedAt != nil)
        #expect(bench.reasons(.delivered).count == 1)
        #expect(!bench.reasons(.merged).isEmpty)
    }

    @Test("every episode while the receiver was down is told, with its times, in one message")
    func episodesWhileDown() throws {
        var bench = try EngineBench()
        bench.seconds(20, 0.85)
        bench.answer = { _ in .retry(reason: "503", retryAfter: nil, mayHaveArrived: false) }
        for _ in 0..<3 {
            bench.seconds(20, 0.5)
            bench.seconds(20, 0.85)
        }
        bench.answer = { _ in .delivered(answer: "ok") }
        bench.seconds(120, 0.85)
        let message = try #require(bench.attempts.last?.message.alerts.first)
        #expect(message.change == .fired && message.isFiring)
        #expect(message.meanwhile.count == 3 && message.meanwhileOmitted == 0)
        #expect(message.meanwhile.map(\.startedAt) == message.meanwhile.map(\.startedAt).sorted())
        #expect(message.meanwhile.allSatisfy { $0.startedAt < $0.endedAt && $0.endedAt <= message.startedAt })
        bench.seconds(60, 0.5)
        #expect(bench.told.last == "resolved(warning)")
        #expect(bench.attempts.last?.message.alerts.first?.meanwhile == [])
        #expect(bench.store.groups.isEmpty)
    }

    @Test("fired anew before its end could be told, it is told as both")
    func firedAnew() throws {
        var bench = try EngineBench()
        bench.seconds(20, 0.85)
        bench.answer = { _ in .retry(reason: "503", retryAfter: .seconds(30), mayHaveArrived: false) }
        bench.seconds(15, 0.5)
        bench.seconds(5, 0.85)
        bench.answer = { _ in .delivered(answer: "ok") }
        bench.seconds(60, 0.85)
        let message = try #require(bench.attempts.last?.message.alerts.first)
        #expect(message.change == .fired && message.meanwhile.count == 1)
        #expect(bench.reasons(.delivered).count == 2)
    }

    @Test("a message that may have arrived is sent again as it is, under its key, and what follows waits")
    func frozen() throws {
        var bench = try EngineBench()
        bench.answer = { _ in .retry(reason: "timed out", retryAfter: .seconds(30), mayHaveArrived: true) }
        bench.seconds(8, 0.85)
        bench.seconds(8, 0.97)
        bench.answer = { _ in .delivered(answer: "ok") }
        bench.seconds(60, 0.97)
        #expect(bench.told == ["fired(warning)", "fired(warning)", "raised(critical)"])
        #expect(bench.attempts[0].key == bench.attempts[1].key)
        #expect(bench.attempts[2].key != bench.attempts[1].key)
    }

    @Test("once it may have arrived, a failure for certain does not change its key")
    func frozenForGood() throws {
        var bench = try EngineBench()
        bench.answer = { _ in .retry(reason: "timed out", retryAfter: .seconds(2), mayHaveArrived: true) }
        bench.seconds(8, 0.85)
        bench.answer = { _ in .retry(reason: "503", retryAfter: .seconds(2), mayHaveArrived: false) }
        bench.seconds(8, 0.97)
        bench.restart()
        bench.seconds(8, 0.97)
        bench.answer = { _ in .delivered(answer: "ok") }
        bench.seconds(30, 0.97)
        let keys = bench.attempts.map(\.key)
        #expect(bench.told.last == "raised(critical)")
        #expect(Set(keys.dropLast()).count == 1 && keys.last != keys.first)
    }

    @Test("after a failure for certain what follows is merged under a new key")
    func merged() throws {
        var bench = try EngineBench()
        bench.answer = { _ in .retry(reason: "refused", retryAfter: .seconds(20), mayHaveArrived: false) }
        bench.seconds(8, 0.85)
        bench.answer = { _ in .delivered(answer: "ok") }
        bench.seconds(40, 0.97)
        #expect(bench.told == ["fired(warning)", "fired(critical)"])
        #expect(bench.attempts[0].key != bench.attempts[1].key)
    }

    @Test("a destination that fails is tried by one message at a time, and has its room again once it answers")
    func sickDestination() throws {
        var bench = try EngineBench(
            route: Route(id: "{}", receiver: "ops", groupBy: .all, groupWait: .zero, groupInterval: .seconds(1)))
        bench.leaseLimit = 10_000
        let pools = Dictionary(uniqueKeysWithValues: (0..<300).map { ("pool-\($0)", 0.85) })
        // Nothing is answered: what is handed out stays under way.
        bench.answers = false
        bench.second(pools)
        #expect(bench.attempts.count == DeliveryGate.firstLeased)
        bench.answers = true
        bench.answer = { _ in .retry(reason: "503", retryAfter: .seconds(1), mayHaveArrived: false) }
        bench.settleAll()
        let before = bench.attempts.count
        bench.answers = false
        for _ in 0..<5 { bench.second(pools) }
        #expect(bench.attempts.count - before == 1)
        bench.answers = true
        bench.answer = { _ in .delivered(answer: "ok") }
        bench.settleAll()
        for _ in 0..<60 { bench.second(pools) }
        #expect(Set(bench.attempts.map(\.message.groupKey)).count == 300)
        #expect(bench.reasons(.delivered).count == 300 && bench.store.outbox.isEmpty)
    }

    @Test("an alert on a recorded series is held while what the series is made of is unknown")
    func recordedFromUnknown() throws {
        var bench = try EngineBench()
        let recording = RecordingRule(
            record: "pool:used:max", location: SourceLocation(file: "test.yml", line: 1, column: 1),
            expression: try Expression("max by (pool) (pool_used)"), labels: [:])
        let rule = AlertRule(
            name: "Recorded", location: SourceLocation(file: "test.yml", line: 9, column: 1),
            expression: try Expression("pool:used:max > 0.8"),
            condition: .presence(holdFor: .zero, keepFiringFor: .zero))
        bench.reload {
            $0.groups = [
                RuleGroup(
                    name: "recorded", file: "test.yml", interval: .seconds(1),
                    rules: [.record(recording), .alert(rule)])
            ]
        }
        bench.seconds(10, 0.97)
        for _ in 0..<60 { bench.second([:], fails: true) }
        #expect(bench.told == ["fired(-)"])
        bench.seconds(20, 0.5)
        #expect(bench.told == ["fired(-)", "resolved(-)"])
    }

    @Test("a changed text is told with the next message, though the value is as before")
    func changedText() throws {
        var bench = try EngineBench(
            route: Route(
                id: "{}", receiver: "ops", groupWait: .seconds(1), groupInterval: .seconds(5),
                repeatInterval: .seconds(60)))
        bench.seconds(10, 0.97)
        let group = try EngineBench.poolGroup(summary: "Now {{ $value }}")
        bench.reload { $0.groups = [group] }
        bench.seconds(70, 0.97)
        #expect(
            bench.attempts.map { $0.message.alerts.first?.annotations["summary"] } == ["Pool web at 0.97", "Now 0.97"])
    }

    @Test("Retry-After is kept")
    func retryAfter() throws {
        var bench = try EngineBench()
        bench.answer = { _ in .retry(reason: "429", retryAfter: .seconds(5), mayHaveArrived: false) }
        bench.seconds(5, 0.85)
        let first = bench.attempts[0].at
        bench.answer = { _ in .delivered(answer: "ok") }
        bench.seconds(10, 0.85)
        #expect(bench.attempts.count == 2)
        #expect((.seconds(5) ... .seconds(6)).contains(bench.attempts[1].at - first))
    }

    @Test("killed and started again between raise and resolve, nothing is announced twice")
    func restarts() throws {
        var bench = try EngineBench()
        bench.seconds(10, 0.97)
        bench.restart()
        bench.seconds(10, 0.97)
        bench.restart()
        bench.seconds(20, 0.5)
        #expect(bench.told == ["fired(critical)", "resolved(critical)"])
    }

    @Test("killed with a message in flight, it is sent again under its key")
    func crashInFlight() throws {
        var bench = try EngineBench()
        bench.seconds(3, 0.85)
        bench.second(["web": 0.85])
        while bench.attempts.isEmpty { bench.second(["web": 0.85]) }
        bench.seconds(2, 0.97)
        var crashed = bench
        crashed.answer = { _ in .retry(reason: "killed", retryAfter: nil, mayHaveArrived: true) }
        crashed.seconds(3, 0.97)
        crashed.restart()
        crashed.answer = { _ in .delivered(answer: "ok") }
        crashed.seconds(30, 0.97)
        let keys = crashed.attempts.map(\.key)
        #expect(crashed.told.last == "raised(critical)")
        #expect(Set(keys).count == 2)
    }

    @Test("a restart before the probes answered resolves nothing")
    func restartWithoutData() throws {
        var bench = try EngineBench()
        bench.seconds(10, 0.97)
        bench.restart()
        for _ in 0..<60 { bench.second([:], fails: true) }
        #expect(bench.told == ["fired(critical)"])
        bench.seconds(20, 0.5)
        #expect(bench.told == ["fired(critical)", "resolved(critical)"])
    }

    @Test("a failed probe holds the alert; a series that is gone resolves it with that reason")
    func unknownAndGone() throws {
        var bench = try EngineBench()
        bench.seconds(10, 0.97)
        for _ in 0..<30 { bench.second([:], fails: true) }
        #expect(bench.told == ["fired(critical)"])
        #expect(bench.store.alerts.first?.isStale == true)
        bench.second(["web": 0.97])
        for _ in 0..<30 { bench.second([:]) }
        #expect(bench.told == ["fired(critical)", "resolved(critical)"])
        #expect(bench.attempts.last?.message.alerts.first?.resolvedReason?.contains("gone") == true)
    }

    @Test(
        "standing still for minutes resolves nothing and fires nothing",
        arguments: [AlertRule.NoDataPolicy.keep, .alert])
    func standsStill(noData: AlertRule.NoDataPolicy) throws {
        var bench = try EngineBench(noData: noData)
        for _ in 0..<10 { bench.second(["web": 0.97, "other": 0.5]) }
        bench.standStill(.seconds(600))
        for _ in 0..<2 { bench.second([:], fails: true) }
        bench.standStill(.seconds(600))
        for _ in 0..<20 { bench.second(["web": 0.97, "other": 0.5]) }
        #expect(bench.told == ["fired(critical)"])
        bench.seconds(30, 0.5)
        #expect(bench.told == ["fired(critical)", "resolved(critical)"])
    }

    @Test("a clock set back while the agent did not run delays nothing")
    func clockSetBack() throws {
        var bench = try EngineBench()
        bench.answer = { _ in .retry(reason: "refused", retryAfter: nil, mayHaveArrived: false) }
        bench.seconds(60, 0.85)
        bench.answer = { _ in .delivered(answer: "ok") }
        bench.restartWithClockSetBack(.seconds(3600))
        let start = bench.now
        bench.seconds(61, 0.85)
        #expect(bench.told.last == "fired(warning)")
        #expect(bench.reasons(.delivered).count == 1)
        bench.seconds(20, 0.97)
        #expect(bench.told.last == "raised(critical)")
        #expect(bench.now - start < .seconds(120))
    }

    @Test("a clock set forward while the agent did not run fires and resolves nothing")
    func clockSetForward() throws {
        var bench = try EngineBench()
        bench.seconds(10, 0.97)
        bench.restartWithClockSetBack(.seconds(-1800))
        bench.seconds(10, 0.97)
        #expect(bench.told == ["fired(critical)"])
    }

    @Test("a rejected message goes to the fallback, and no resolve follows to who never heard")
    func fallback() throws {
        var bench = try EngineBench(
            route: Route(
                id: "{}", receiver: "ops", groupWait: .seconds(1), groupInterval: .seconds(5), fallback: "spare"))
        bench.answer = { message in
            message.destination == EngineBench.ops ? .rejected(reason: "404") : .delivered(answer: "ok")
        }
        bench.seconds(10, 0.85)
        bench.seconds(20, 0.5)
        let spare = bench.attempts.filter { $0.message.destination == EngineBench.spare }
        let ops = bench.attempts.filter { $0.message.destination == EngineBench.ops }
        #expect(spare.map { $0.message.alerts.map(\.change) } == [[.fired], [.resolved]])
        #expect(ops.count == 1)
        #expect(spare.first?.message.note?.contains("404") == true)
    }

    @Test("send_resolved: false sends no resolve, and the ledger says why")
    func sendResolved() throws {
        var bench = try EngineBench(policies: [DestinationPolicy(destination: EngineBench.ops, sendsResolved: false)])
        bench.seconds(10, 0.85)
        bench.seconds(30, 0.5)
        #expect(bench.told == ["fired(warning)"])
        #expect(bench.reasons(.withheld).contains { $0.contains("send_resolved") })
        #expect(bench.store.groups.isEmpty)
    }

    @Test("what still fires is said again after repeat_interval, and only then")
    func reminder() throws {
        var bench = try EngineBench(
            route: Route(
                id: "{}", receiver: "ops", groupWait: .seconds(1), groupInterval: .seconds(5),
                repeatInterval: .seconds(60)))
        bench.seconds(130, 0.85)
        #expect(bench.attempts.map(\.message.occasion) == [.change, .reminder, .reminder])
    }

    @Test("after give_up_after a message is given up, visibly")
    func givenUp() throws {
        var bench = try EngineBench(policies: [
            DestinationPolicy(destination: EngineBench.ops, giveUpAfter: .seconds(120))
        ])
        bench.answer = { _ in .retry(reason: "refused", retryAfter: nil, mayHaveArrived: false) }
        bench.seconds(300, 0.85)
        #expect(bench.reasons(.givenUp).count == 1)
        #expect(bench.store.outbox.isEmpty)
    }

    @Test(
        "a level that goes to another receiver: the new one hears that it fires, the old one of the change, both of the end"
    )
    func reroutes() throws {
        let critical = Route(
            id: "{}/{severity=\"critical\"}", receiver: "spare",
            matchers: [try Matcher("severity", .equal, "critical")],
            groupWait: .seconds(1), groupInterval: .seconds(5))
        var bench = try EngineBench(
            route: Route(
                id: "{}", receiver: "ops", groupWait: .seconds(1), groupInterval: .seconds(5), routes: [critical]))
        bench.seconds(10, 0.85)
        bench.seconds(10, 0.97)
        bench.seconds(20, 0.5)
        func changes(_ destination: Destination) -> [String] {
            bench.attempts.filter { $0.message.destination == destination }.map {
                $0.message.alerts.map(\.change.rawValue).joined()
            }
        }
        #expect(changes(EngineBench.ops) == ["fired", "raised", "resolved"])
        #expect(changes(EngineBench.spare) == ["fired", "resolved"])
    }

    @Test("one receiver on two routes gets one message for a change of level")
    func sameReceiver() throws {
        let critical = Route(
            id: "{}/{severity=\"critical\"}", receiver: "ops", matchers: [try Matcher("severity", .equal, "critical")],
            groupWait: .seconds(1), groupInterval: .seconds(5))
        var bench = try EngineBench(
            route: Route(
                id: "{}", receiver: "ops", groupWait: .seconds(1), groupInterval: .seconds(5), routes: [critical]))
        bench.seconds(10, 0.85)
        bench.seconds(10, 0.97)
        bench.seconds(20, 0.5)
        #expect(bench.told == ["fired(warning)", "raised(critical)", "resolved(critical)"])
    }

    @Test("a removed rule resolves with that reason; changed thresholds keep the state")
    func reloads() throws {
        var bench = try EngineBench()
        bench.seconds(10, 0.97)
        bench.reload { _ in }
        bench.seconds(10, 0.97)
        #expect(bench.told == ["fired(critical)"])
        bench.reload { $0.groups = [] }
        bench.seconds(20, 0.97)
        #expect(bench.told == ["fired(critical)", "resolved(critical)"])
        #expect(bench.attempts.last?.message.alerts.first?.resolvedReason == "its rule was removed")
    }

    @Test("alerts of one group come in one message")
    func grouping() throws {
        var bench = try EngineBench()
        for _ in 0..<5 { bench.second(["a": 0.85, "b": 0.99, "c": 0.5]) }
        #expect(bench.told == ["fired(critical)+fired(warning)"])
    }

    @Test("texts are those of when it fired, also in the resolve")
    func texts() throws {
        var bench = try EngineBench()
        bench.seconds(10, 0.97)
        bench.seconds(20, 0.5)
        #expect(bench.attempts.last?.message.alerts.first?.annotations["summary"] == "Pool web at 0.97")
    }

    @Test("random lives: a resolve for exactly what was announced, and no second announcement", arguments: 0..<60)
    func random(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        var bench = try EngineBench(
            route: Route(id: "{}", receiver: "ops", groupWait: .seconds(2), groupInterval: .seconds(4)))
        for _ in 0..<120 {
            switch random.next() % 12 {
            case 0: bench.restart()
            case 1: bench.answer = { _ in .retry(reason: "refused", retryAfter: .seconds(1), mayHaveArrived: false) }
            case 2, 3: bench.answer = { _ in .delivered(answer: "ok") }
            case 4: bench.second([:], fails: true)
            default: bench.seconds(Int(random.next() % 5) + 1, [0.5, 0.75, 0.85, 0.92, 0.99][Int(random.next() % 5)])
            }
        }
        bench.answer = { _ in .delivered(answer: "ok") }
        bench.seconds(200, 0.5)
        let delivered = Set(bench.ledger.filter { $0.kind == .delivered }.compactMap(\.message))
        var isOn = false
        for entry in bench.ledger where entry.kind == .delivered {
            #expect(entry.message.map(delivered.contains) == true)
        }
        for attempt in bench.attemptsDelivered {
            for alert in attempt.alerts {
                // Each ended before what the message itself tells.
                if !alert.meanwhile.isEmpty { isOn = false }
                switch alert.change {
                case .fired:
                    #expect(!isOn, "announced twice")
                    isOn = true
                case .raised, .lowered, .unchanged, .flapping, .steady: #expect(isOn)
                case .resolved:
                    #expect(isOn, "resolved without having been announced")
                    isOn = false
                case .passed: #expect(!isOn, "fired and cleared while it was on")
                }
            }
        }
        #expect(!isOn, "announced and never resolved")
    }
}

extension EngineBench {
    /// The messages that arrived, each once.
    var attemptsDelivered: [Notification] {
        let numbers = ledger.filter { $0.kind == .delivered }
        return numbers.compactMap { entry in
            attempts.last {
                $0.at == entry.at && $0.message.groupKey == entry.groupKey
                    && $0.message.alerts.map(\.id) == entry.alerts
            }?.message
        }
    }
}
