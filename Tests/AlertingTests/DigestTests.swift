import Alerting
import PromQL
import Testing

/// Many messages at once to people, and what is wrong when the agent begins to watch; on a virtual clock.
@Suite("Digests")
struct DigestTests {
    static let people = Destination(receiver: "ops", channel: "slack", index: 0)
    static let program = Destination(receiver: "ops", channel: "webhook", index: 0)

    /// Each pool is a group of its own; slack and a webhook are told.
    static func bench(above: Int = 5, repeats: Duration = .seconds(36_000)) throws -> EngineBench {
        var bench = try EngineBench(
            route: HoldTests.route(repeats: repeats),
            policies: [
                DestinationPolicy(destination: people, digestsAbove: above), DestinationPolicy(destination: program),
            ])
        bench.leaseLimit = 1_000
        return bench
    }

    /// The same once the first look is over.
    static func old() throws -> EngineBench {
        var bench = try Self.bench()
        HoldTests.seconds(&bench, 10, ["old": 0.5])
        return bench
    }

    static func pools(_ count: Int, _ value: Double) -> [String: Double] {
        Dictionary((0..<count).map { ("p\($0)", value) }, uniquingKeysWith: { _, last in last })
    }

    static func told(_ bench: EngineBench, _ destination: Destination) -> [Notification] {
        bench.attempts.map(\.message).filter { $0.destination == destination }
    }

    @Test("a storm is one digest that names what it stands for, and each resolve follows", arguments: [false, true])
    func storm(restarts: Bool) throws {
        var bench = try Self.old()
        var values = Self.pools(30, 0.85)
        values["p7"] = 0.97
        HoldTests.seconds(&bench, 20, values)
        let messages = Self.told(bench, Self.people)
        #expect(messages.count == 1 && messages[0].occasion == .digest)
        let digest = try #require(messages.first?.digest)
        #expect(digest.cause == .storm && digest.messages == 30 && digest.firing == 30 && digest.over == 0)
        #expect(digest.level == .critical)
        #expect(digest.rules == [.init(rule: "PoolHigh", firing: 30, over: 0, level: .critical)])
        #expect(messages[0].alerts.count == Digest.mostNamed && messages[0].alerts[0].labels["pool"] == "p7")
        #expect(Self.told(bench, Self.program).count == 30, "programs are told one by one")
        // The ledger says of each that the digest carried it.
        let carried = bench.ledger.filter { $0.kind == .delivered && $0.reason.contains("carried it") }
        #expect(Set(carried.flatMap(\.alerts)).count == 30 && carried.allSatisfy { $0.destination == Self.people })
        #expect(bench.store.outbox.isEmpty)
        if restarts { bench.restart() }
        HoldTests.seconds(&bench, 100, Self.pools(30, 0.5))
        let last = try #require(Self.told(bench, Self.people).last?.digest)
        #expect(Self.told(bench, Self.people).count == 2 && last.firing == 0 && last.over == 30)
        #expect(bench.store.groups.isEmpty && bench.store.outbox.isEmpty && bench.store.alerts.isEmpty)
    }

    @Test("what comes one by one is told so up to the bound, then every fifteen seconds")
    func trickle() throws {
        var bench = try Self.old()
        for count in 1...60 { HoldTests.seconds(&bench, 1, Self.pools(count, 0.85)) }
        HoldTests.seconds(&bench, 60, Self.pools(60, 0.85))
        let messages = Self.told(bench, Self.people)
        let single = messages.filter { $0.occasion == .change }
        let digests = messages.filter { $0.occasion == .digest }
        #expect(single.count == 5 && digests.count <= 5 && !digests.isEmpty, "\(messages.map(\.occasion))")
        #expect(digests.compactMap(\.digest).reduce(0) { $0 + $1.messages } == 55)
        let times = bench.attempts.filter { $0.message.occasion == .digest }.map(\.at)
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 >= .seconds(15) })
        #expect(bench.store.outbox.isEmpty)
    }

    @Test("few are told one by one")
    func few() throws {
        var bench = try Self.old()
        HoldTests.seconds(&bench, 30, Self.pools(5, 0.85))
        #expect(Self.told(bench, Self.people).map(\.occasion) == Array(repeating: .change, count: 5))
    }

    @Test("a receiver that comes back after an outage gets one digest of what waited, also what came and went")
    func outage() throws {
        var bench = try Self.old()
        bench.answer = { message in
            message.destination == Self.people
                ? .retry(reason: "down", retryAfter: nil, mayHaveArrived: false) : .delivered(answer: "ok")
        }
        for count in 1...12 { HoldTests.seconds(&bench, 30, Self.pools(count, 0.85)) }
        var values = Self.pools(12, 0.85)
        values["p3"] = 0.5
        HoldTests.seconds(&bench, 30, values)
        bench.restart()
        bench.answer = { _ in .delivered(answer: "ok") }
        let before = bench.attempts.count
        HoldTests.seconds(&bench, 60, values)
        let messages = bench.attempts[before...].map(\.message).filter { $0.destination == Self.people }
        #expect(messages.count == 1, "\(messages.map(\.occasion))")
        let digest = try #require(messages.first?.digest)
        #expect(digest.cause == .outage && digest.messages == 12 && digest.firing == 11 && digest.over == 1)
        #expect(bench.store.outbox.isEmpty)
        HoldTests.seconds(&bench, 60, Self.pools(12, 0.5))
        #expect(bench.store.groups.isEmpty && bench.store.alerts.isEmpty)
    }

    @Test("a digest that may have arrived is sent again as it was, also after a kill")
    func frozen() throws {
        var bench = try Self.old()
        bench.answer = { message in
            message.occasion == .digest
                ? .retry(reason: "hung", retryAfter: nil, mayHaveArrived: true) : .delivered(answer: "ok")
        }
        HoldTests.seconds(&bench, 10, Self.pools(10, 0.85))
        HoldTests.seconds(&bench, 30, Self.pools(11, 0.85))
        bench.restart()
        bench.answer = { _ in .delivered(answer: "ok") }
        HoldTests.seconds(&bench, 60, Self.pools(11, 0.85))
        let digests = bench.attempts.filter { $0.message.occasion == .digest }
        #expect(digests.count > 1 && Set(digests.map(\.key)).count == 1 && Set(digests.map(\.message)).count == 1)
        #expect(digests[0].message.digest?.messages == 10)
        #expect(bench.store.outbox.isEmpty)
        HoldTests.seconds(&bench, 100, Self.pools(11, 0.5))
        #expect(bench.store.groups.isEmpty && bench.store.outbox.isEmpty)
    }

    @Test("a digest that is given up after it may have arrived: its resolves are told")
    func givenUp() throws {
        var bench = try Self.old()
        bench.reload {
            $0.policies = [DestinationPolicy(destination: Self.people, giveUpAfter: .seconds(30), digestsAbove: 5)]
        }
        bench.answer = { _ in .retry(reason: "hung", retryAfter: nil, mayHaveArrived: true) }
        HoldTests.seconds(&bench, 90, Self.pools(10, 0.85))
        #expect(bench.ledger.contains { $0.kind == .givenUp })
        bench.answer = { _ in .delivered(answer: "ok") }
        let before = bench.attempts.count
        HoldTests.seconds(&bench, 100, Self.pools(10, 0.5))
        let over = bench.attempts[before...].compactMap(\.message.digest).reduce(0) { $0 + $1.over }
        #expect(over == 10 && bench.store.groups.isEmpty && bench.store.outbox.isEmpty)
    }

    @Test("alerts that change their groups while a digest carries them go on once it is settled", arguments: [0, 1])
    func moved(fails: Int) throws {
        var bench = try Self.old()
        let critical = Route(
            id: "{}/critical", receiver: "ops", matchers: [try Matcher("severity", .equal, "critical")],
            groupBy: .labels(["pool"]), groupWait: .seconds(2), groupInterval: .seconds(10))
        bench.reload { $0.route = HoldTests.route(critical) }
        bench.answers = false
        HoldTests.seconds(&bench, 10, Self.pools(10, 0.85))
        #expect(Self.told(bench, Self.people).map(\.occasion) == [.digest])
        HoldTests.seconds(&bench, 10, Self.pools(10, 0.97))
        #expect(Self.told(bench, Self.people).count == 1, "not overtaken")
        bench.answers = true
        bench.answer = { _ in
            fails > 0 ? .retry(reason: "refused", retryAfter: nil, mayHaveArrived: false) : .delivered(answer: "ok")
        }
        bench.settleAll()
        bench.answer = { _ in .delivered(answer: "ok") }
        HoldTests.seconds(&bench, 60, Self.pools(10, 0.97))
        let next = Self.told(bench, Self.people).dropFirst().flatMap { $0.digest == nil ? $0.alerts : [] }
        let digests = Self.told(bench, Self.people).dropFirst().compactMap(\.digest)
        #expect(next.count + digests.reduce(0) { $0 + $1.firing } == 10, "\(next.count) \(digests)")
        HoldTests.seconds(&bench, 100, Self.pools(10, 0.5))
        #expect(bench.store.groups.isEmpty && bench.store.outbox.isEmpty && bench.store.alerts.isEmpty)
    }

    @Test("a kill while a digest is under way: it comes again under its key, and nothing else does")
    func killed() throws {
        var bench = try Self.old()
        bench.answers = false
        HoldTests.seconds(&bench, 10, Self.pools(10, 0.85))
        let sent = bench.attempts.filter { $0.message.destination == Self.people }
        #expect(sent.count == 1)
        bench.restart()
        bench.answers = true
        HoldTests.seconds(&bench, 30, Self.pools(10, 0.85))
        let again = bench.attempts.filter { $0.message.destination == Self.people }
        #expect(again.map(\.key) == [sent[0].key, sent[0].key])
        #expect(bench.store.outbox.isEmpty)
    }

    @Test("a digest that is rejected: each message counts as rejected, and goes to the fallback")
    func rejected() throws {
        var bench = try Self.old()
        bench.reload {
            $0.route = Route(
                id: "{}", receiver: "ops", groupBy: .labels(["pool"]), groupWait: .seconds(2), fallback: "spare")
            $0.policies.append(DestinationPolicy(destination: EngineBench.spare))
        }
        bench.answer = { message in
            message.destination == Self.people ? .rejected(reason: "no such channel") : .delivered(answer: "ok")
        }
        HoldTests.seconds(&bench, 10, Self.pools(10, 0.85))
        #expect(bench.ledger.filter { $0.kind == .rejected && $0.reason.contains("was to carry it") }.count == 10)
        #expect(Self.told(bench, EngineBench.spare).count == 10)
        #expect(bench.store.outbox.isEmpty)
    }

    @Test("a removed receiver takes its digest with it")
    func removed() throws {
        var bench = try Self.old()
        bench.answer = { message in
            message.occasion == .digest
                ? .retry(reason: "hung", retryAfter: nil, mayHaveArrived: true) : .delivered(answer: "ok")
        }
        HoldTests.seconds(&bench, 10, Self.pools(10, 0.85))
        bench.reload { $0.policies = [DestinationPolicy(destination: Self.program)] }
        #expect(bench.store.outbox.isEmpty)
    }

    // MARK: First look

    @Test("first look: one summary once all is known, and programs are told at once")
    func firstLook() throws {
        var bench = try Self.bench(above: 20)
        let start = bench.now
        HoldTests.seconds(&bench, 30, Self.pools(4, 0.85))
        let messages = Self.told(bench, Self.people)
        #expect(messages.count == 1 && messages[0].digest?.cause == .firstLook && messages[0].digest?.messages == 4)
        let at = try #require(bench.attempts.first { $0.message.destination == Self.people }?.at)
        #expect(at - start <= .seconds(6))
        #expect(Self.told(bench, Self.program).count == 4)
        // What comes afterwards is no first look.
        HoldTests.seconds(&bench, 30, Self.pools(6, 0.85))
        #expect(Self.told(bench, Self.people).map(\.occasion) == [.digest, .change, .change])
        HoldTests.seconds(&bench, 60, Self.pools(6, 0.5))
        #expect(bench.store.groups.isEmpty && bench.store.outbox.isEmpty)
    }

    @Test("first look: five minutes at most while a probe does not answer; a kill in between changes nothing")
    func firstLookEnds() throws {
        var bench = try Self.bench(above: 20)
        let start = bench.now
        let own = bench.configuration.probes
        bench.reload { $0.probes = own + [("pool:other", ["pool": "other"])] }
        HoldTests.seconds(&bench, 100, Self.pools(3, 0.85))
        bench.restart()
        HoldTests.seconds(&bench, 100, Self.pools(4, 0.85))
        #expect(Self.told(bench, Self.people).isEmpty)
        HoldTests.seconds(&bench, 150, Self.pools(4, 0.85))
        let messages = bench.attempts.filter { $0.message.destination == Self.people }
        #expect(messages.map(\.message.digest?.messages) == [4])
        #expect(messages.first.map { $0.at - start == .seconds(300) } == true)
    }

    @Test("first look: a single message is told as it is; a restart later is no first look")
    func single() throws {
        var bench = try Self.bench(above: 20)
        HoldTests.seconds(&bench, 20, Self.pools(1, 0.85))
        #expect(Self.told(bench, Self.people).map(\.occasion) == [.change])
        bench.restart()
        HoldTests.seconds(&bench, 20, Self.pools(3, 0.85))
        #expect(Self.told(bench, Self.people).map(\.occasion) == [.change, .change, .change])
    }
}
