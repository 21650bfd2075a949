import Alerting
import PromQL
import Templates

/// The engine on a virtual clock, with a store in memory and a receiver that answers as the test says.
struct EngineBench {
    private(set) var engine: Engine
    private(set) var now = Timestamp(milliseconds: 1_000_000_000)
    private(set) var store = StoredState()
    private(set) var ledger: [LedgerEntry] = []
    private(set) var events: [AlertEvent] = []
    /// Every attempt: when, the key, and the message.
    private(set) var attempts: [(at: Timestamp, key: String, message: Notification)] = []
    private(set) var attemptCount = 0
    private var silenceCount = 0
    /// How many messages are taken at once.
    var leaseLimit = 10
    /// Whether messages are answered at once; else by `settleAll`.
    var answers = true
    private var unanswered: [OutboxRow] = []
    /// Whether ledger, events and attempts are kept; a long run does without.
    var keepsRecords = true
    /// What the receiver answers; by default it takes everything.
    var answer: @Sendable (Notification) -> DeliveryOutcome = { _ in .delivered(answer: "ok") }
    var configuration: Engine.Configuration
    /// The samples that the agent keeps for its next start.
    private(set) var recording: [RecordedRound] = []

    static let ops = Destination(receiver: "ops", channel: "webhook", index: 0)
    static let spare = Destination(receiver: "spare", channel: "webhook", index: 0)

    init(route: Route? = nil, policies: [DestinationPolicy]? = nil, noData: AlertRule.NoDataPolicy = .keep) throws {
        let group = try Self.poolGroup(noData: noData)
        configuration = Engine.Configuration(
            groups: [group],
            route: route
                ?? Route(
                    id: "{}", receiver: "ops", groupBy: .labels(["alertname"]), groupWait: .seconds(3),
                    groupInterval: .seconds(10), repeatInterval: .seconds(3600)),
            policies: policies ?? [
                DestinationPolicy(destination: Self.ops), DestinationPolicy(destination: Self.spare),
            ],
            probes: [("pool:web", ["pool": "web"])])
        engine = Engine(configuration, startedAt: now)
        engine.keepRounds()
    }

    /// Other rules, from the start on.
    init(groups: [RuleGroup]) throws {
        try self.init()
        configuration.groups = groups
        engine = Engine(configuration, startedAt: now)
        engine.keepRounds()
    }

    /// The one rule: a pool that is used too much.
    static func poolGroup(
        noData: AlertRule.NoDataPolicy = .keep, summary: String = "Pool {{ $labels.pool }} at {{ $value }}",
        evidence: String? = nil
    ) throws -> RuleGroup {
        let rule = AlertRule(
            name: "PoolHigh", location: SourceLocation(file: "test.yml", line: 1, column: 1),
            expression: try Expression("pool_used"),
            condition: .levels([
                try MachineTable.level(.warning, "> 0.8", "< 0.7", 0, 2),
                try MachineTable.level(.critical, "> 0.95", "< 0.9", 0, 2),
            ]), noData: noData, annotations: ["summary": try Template(summary)], evidence: evidence,
            runbook: evidence == nil ? nil : "pools")
        return RuleGroup(name: "pool", file: "test.yml", interval: .seconds(1), rules: [.alert(rule)])
    }

    /// A second passes with these values of pools; nil for a pool whose series is not in the batch.
    mutating func second(_ values: [String: Double], fails: Bool = false) {
        pass(.seconds(1), values, fails: fails)
    }

    /// Time passes, and then these values come.
    mutating func pass(_ time: Duration, _ values: [String: Double], fails: Bool = false) {
        now = now + time
        let samples = values.map {
            Sample(labels: [Labels.metricName: "pool_used", "pool": $0.key], value: $0.value, at: now)
        }
        engine.ingest(
            ProbeBatch(
                probe: "pool:web", targetLabels: ["instance": "web"], at: now, duration: .zero,
                outcome: fails ? .failure(reason: "dns", message: "no such host") : .success, samples: samples), at: now
        )
        step()
    }

    /// Seconds pass with one value of the pool `web`.
    mutating func seconds(_ count: Int, _ value: Double) {
        for _ in 0..<count { second(["web": value]) }
    }

    mutating func step() {
        let leased = engine.advance(to: now, sending: leaseLimit)
        persist()
        for row in leased {
            attemptCount += 1
            if keepsRecords { attempts.append((now, row.key, row.notification)) }
            unanswered.append(row)
        }
        if answers { settleAll() }
    }

    /// Answers all that is under way.
    mutating func settleAll() {
        for row in unanswered {
            engine.settle(row.id, answer(row.notification), latency: .milliseconds(5), at: now)
        }
        unanswered = []
        persist()
    }

    /// Applies what the engine decided to the store, in order.
    private mutating func persist() {
        let records = engine.takeRecords()
        store.apply(records)
        recording += engine.takeRounds()
        guard keepsRecords else { return }
        for record in records {
            switch record {
            case .event(let event): events.append(event)
            case .ledger(let entry): ledger.append(entry)
            case .alert, .removeAlert, .group, .removeGroup, .outbox, .removeOutbox, .silence, .removeSilence,
                .heartbeat, .removeHeartbeat, .acknowledgement, .removeAcknowledgement:
                break
            }
        }
    }

    /// Others send alerts.
    ///
    /// - Returns: how many of them are rules' own.
    @discardableResult
    mutating func receive(_ alerts: [ReceivedAlert]) -> Int {
        let ofRules = engine.receive(alerts, at: now)
        step()
        return ofRules
    }

    /// A heartbeat comes.
    ///
    /// - Returns: whether one of that name is waited for.
    @discardableResult
    mutating func beat(_ name: String) -> Bool {
        defer { step() }
        return engine.beat(name, at: now)
    }

    mutating func takeDiagnoses() -> [DiagnosisRequest] { engine.takeDiagnoses() }

    mutating func attach(_ evidence: Evidence?, for request: DiagnosisRequest) {
        engine.attach(evidence, for: request, at: now)
        persist()
    }

    /// Kills the engine and starts another on what the store holds.
    mutating func restart() {
        unanswered = []
        engine = Engine(configuration, state: store, lastRow: Int64(attemptCount), startedAt: now)
        persist()
    }

    /// Kills the engine and starts another some time later, on what the store holds and on the samples that were kept.
    mutating func restart(after pause: Duration) {
        unanswered = []
        now = now + pause
        engine = Engine(configuration, state: store, lastRow: Int64(attemptCount), startedAt: now)
        engine.restore(recording)
        engine.keepRounds()
        persist()
    }

    /// The agent stands still, and goes on later.
    mutating func standStill(_ pause: Duration) {
        now = now + pause
        engine.resume(after: pause, at: now)
        step()
    }

    /// Kills the engine; the clock is set back; another is started.
    mutating func restartWithClockSetBack(_ back: Duration) {
        now = now - back
        var state = store
        _ = state.moveBack(to: now, lastEntry: (ledger.map(\.at) + events.map(\.at)).max())
        engine = Engine(configuration, state: state, lastRow: Int64(attempts.count), startedAt: now)
        persist()
    }

    /// Silences what matches, from now or later on.
    @discardableResult
    mutating func silence(
        _ matchers: [Matcher], for length: Duration, after pause: Duration = .zero, changing id: String? = nil,
        during: [String]? = nil
    ) throws -> String {
        let draft = SilenceDraft(
            id: id, matchers: matchers, startsAt: now + pause, endsAt: now + pause + length, createdBy: "ann",
            comment: "planned work", during: during)
        defer { persist() }
        silenceCount += 1
        return try engine.setSilence(draft, newID: "silence-\(silenceCount)", at: now)
    }

    /// Acknowledges what matches, from now on.
    @discardableResult
    mutating func acknowledge(
        _ matchers: [Matcher] = [], group: String? = nil, for length: Duration
    ) throws -> [Acknowledgement] {
        defer { persist() }
        return try engine.acknowledge(
            AcknowledgementDraft(
                selection: AlertSelection(matchers: matchers, group: group), endsAt: now + length, createdBy: "ann",
                comment: "on it"), at: now)
    }

    mutating func unacknowledge(_ matchers: [Matcher] = [], group: String? = nil) throws {
        defer { persist() }
        _ = try engine.unacknowledge(AlertSelection(matchers: matchers, group: group), by: "bob", at: now)
    }

    mutating func expire(_ silence: String) throws {
        defer { persist() }
        try engine.expireSilence(silence, at: now)
    }

    /// How much of everything there is.
    var sizes: [Int] {
        [
            engine.window.seriesCount, engine.window.sampleCount, engine.rules.alerts.count,
            engine.planner.groups.count,
            engine.planner.outbox.count, store.alerts.count, store.groups.count, store.outbox.count,
        ]
    }

    mutating func reload(_ change: (inout Engine.Configuration) -> Void) {
        change(&configuration)
        engine.reload(configuration, at: now)
        persist()
    }

    /// What each attempt told of the first alert: `fired(warning)`.
    var told: [String] {
        attempts.map { attempt in
            attempt.message.alerts.map { "\($0.change.rawValue)(\($0.level.map(\.rawValue) ?? "-"))" }.joined(
                separator: "+")
        }
    }

    func reasons(_ kind: LedgerEntry.Kind) -> [String] { ledger.filter { $0.kind == kind }.map(\.reason) }
}
