import Alerting
import PromQL
import Testing

@Suite("When a destination may be sent to")
struct DeliveryGateTests {
    private let start = Timestamp(milliseconds: 1_000_000)

    private func retry(after: Duration? = nil) -> DeliveryOutcome {
        .retry(reason: "no", retryAfter: after, mayHaveArrived: false)
    }

    @Test("a bucket lets a burst through, then one an interval, and fills up again")
    func bucket() {
        var bucket = TokenBucket(Pace(burst: 3, every: .seconds(2)))
        #expect(bucket.nextAt == nil)
        var sent: [Duration] = []
        for second in 0..<20 {
            let now = start + .seconds(second)
            while second < 12 || second >= 18, bucket.nextAt.map({ $0 <= now }) ?? true {
                bucket.take(at: now)
                sent.append(now - start)
            }
        }
        #expect(sent.map(\.milliseconds) == [0, 0, 0, 2, 4, 6, 8, 10, 18, 18, 18].map { $0 * 1_000 })
    }

    @Test("a pace of 200 a second over an hour loses and gains nothing")
    func exact() {
        var bucket = TokenBucket(Pace(burst: 1, every: .milliseconds(5)))
        var count = 0
        for millisecond in 0..<60_000 {
            let now = start + .milliseconds(millisecond)
            while bucket.nextAt.map({ $0 <= now }) ?? true {
                bucket.take(at: now)
                count += 1
            }
        }
        #expect(count == 12_000)
    }

    @Test("a circuit opens after failures in a row, tries with one message, and closes when that arrives")
    func circuit() {
        var gate = DeliveryGate()
        var now = start
        for failure in 1...CircuitBreaker.opensAfter {
            #expect(!gate.breaker.isOpen && gate.isOpen(at: now))
            gate.began(at: now)
            gate.ended(retry(), after: .milliseconds(20), at: now)
            #expect(gate.places == (failure < CircuitBreaker.opensAfter ? DeliveryGate.mostLeasedWhileSick : 1))
        }
        #expect(gate.breaker.isOpen && !gate.isOpen(at: now))
        var pauses: [Int64] = []
        for _ in 0..<4 {
            guard let opens = gate.opensAt else { break }
            pauses.append((opens - now).milliseconds)
            now = opens
            #expect(gate.isOpen(at: now))
            gate.began(at: now)
            gate.ended(retry(), after: .milliseconds(20), at: now)
        }
        #expect(pauses == [1_000, 2_000, 4_000, 5_000])
        // What began before it opened and fails late changes nothing.
        let opens = gate.opensAt
        gate.ended(retry(), after: .milliseconds(20), at: now + .seconds(1))
        #expect(gate.opensAt == opens)
        now = opens ?? now
        gate.began(at: now)
        gate.ended(.delivered(answer: "ok"), after: .milliseconds(20), at: now)
        #expect(!gate.breaker.isOpen && gate.places == DeliveryGate.firstLeased + 1 && gate.isOpen(at: now))
    }

    @Test("quick answers make room for more under way, slow ones halve it, a failure takes back what was added")
    func window() {
        var gate = DeliveryGate()
        func answer(after latency: Duration, times: Int = 1) {
            for _ in 0..<times { gate.ended(.delivered(answer: "ok"), after: latency, at: start) }
        }
        answer(after: DeliveryGate.quickAnswer, times: 50)
        #expect(gate.places == DeliveryGate.firstLeased + 50)
        answer(after: .seconds(1), times: 50)
        #expect(gate.places == DeliveryGate.firstLeased + 50, "neither quick nor slow")
        answer(after: .zero, times: 5_000)
        #expect(gate.places == DeliveryGate.mostLeased)
        answer(after: .seconds(3))
        #expect(gate.places == DeliveryGate.mostLeased / 2)
        gate.ended(retry(), after: .milliseconds(20), at: start)
        answer(after: .seconds(1))
        #expect(gate.places == DeliveryGate.firstLeased)
        answer(after: .seconds(3), times: 20)
        #expect(gate.places == DeliveryGate.mostLeasedWhileSick)
    }

    @Test("a refusal for good is an answer: the destination works")
    func rejected() {
        var gate = DeliveryGate()
        for _ in 1..<CircuitBreaker.opensAfter { gate.ended(retry(), after: .milliseconds(20), at: start) }
        gate.ended(.rejected(reason: "400"), after: .milliseconds(20), at: start)
        for _ in 1..<CircuitBreaker.opensAfter { gate.ended(retry(), after: .milliseconds(20), at: start) }
        #expect(!gate.breaker.isOpen)
    }

    @Test("what a destination asks for holds for all its messages, an hour at most")
    func paused() {
        var gate = DeliveryGate(pace: Pace(burst: 9, every: .seconds(1)))
        gate.ended(retry(after: .seconds(30)), after: .milliseconds(20), at: start)
        gate.ended(retry(after: .seconds(10)), after: .milliseconds(20), at: start)
        #expect(gate.opensAt == start + .seconds(30))
        gate.setPace(nil)
        #expect(gate.opensAt == start + .seconds(30), "another pace does not end it")
        gate.ended(retry(after: .seconds(86_400)), after: .milliseconds(20), at: start)
        #expect(gate.opensAt == start + .seconds(3_600))
    }
}

@Suite("What the pipeline keeps of deliveries")
struct DeliveryMemoryTests {
    private func bench(
        groupBy: Route.GroupBy = .labels(["alertname"]), pace: Pace? = nil
    ) throws -> EngineBench {
        var bench = try EngineBench(
            route: Route(id: "{}", receiver: "ops", groupBy: groupBy, groupWait: .zero, groupInterval: .seconds(1)),
            policies: [DestinationPolicy(destination: EngineBench.ops, pace: pace)])
        bench.answer = { message in
            .delivered(answer: "ok", reference: message.reference ?? "at \(message.groupLabels)")
        }
        return bench
    }

    @Test("a reference comes back with each message of the group, after a restart too, and ends with it")
    func reference() throws {
        var bench = try bench()
        bench.seconds(3, 0.85)
        bench.restart()
        bench.answer = { message in .delivered(answer: "ok", reference: message.reference ?? "anew") }
        bench.seconds(5, 0.97)
        bench.seconds(5, 0.1)
        bench.seconds(5, 0.85)
        let references = bench.attempts.map(\.message.reference)
        let first = #"at {alertname="PoolHigh"}"#
        #expect(bench.told == ["fired(warning)", "raised(critical)", "resolved(critical)", "fired(warning)"])
        #expect(references == [nil, first, first, nil])
    }

    @Test("it moves along where the level is part of the group")
    func moves() throws {
        var bench = try bench(groupBy: .labels(["severity"]))
        bench.seconds(5, 0.85)
        bench.seconds(5, 0.97)
        bench.seconds(10, 0.1)
        #expect(Set(bench.attempts.map(\.message.groupKey)).count > 1)
        #expect(bench.attempts.first?.message.reference == nil)
        #expect(bench.attempts.dropFirst().allSatisfy { $0.message.reference == #"at {severity="warning"}"# })
    }

    @Test("what another group left behind stands after the group's own, and is not lost on the way")
    func joins() {
        var group = NotificationGroup(
            id: .init(key: "k", destination: EngineBench.ops), routeID: "{}", labels: Labels())
        group.keep("own", known: nil)
        group.adopt("other")
        #expect(group.reference == "own\nother")
        // A message that knew only of its own was on its way.
        group.keep("own", known: "own")
        #expect(group.reference == "own\nother")
        group.keep("own", known: "own\nother")
        #expect(group.reference == "own")
        group.keep(nil, known: "own")
        #expect(group.reference == nil)
    }

    @Test("a pace delays, and what waits is merged with what follows; nothing is lost")
    func pace() throws {
        var bench = try bench(groupBy: .all, pace: Pace(burst: 1, every: .seconds(5)))
        bench.leaseLimit = 100
        let pools = (0..<6).map { "pool-\($0)" }
        for second in 0..<60 {
            bench.second(Dictionary(uniqueKeysWithValues: pools.map { ($0, second < 8 ? 0.85 : 0.97) }))
        }
        let times = bench.attempts.map(\.at.milliseconds)
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 >= 5_000 })
        let fired = bench.attempts.filter { $0.message.alerts.first?.change == .fired }
        #expect(Set(fired.map(\.message.groupKey)).count == pools.count)
        // Those that waited until the level had risen were told once, at that level.
        #expect(bench.attempts.count < 2 * pools.count && bench.store.outbox.isEmpty)
        #expect(!bench.attempts.contains { $0.message.alerts.isEmpty })
    }
}
