package import Alerting
package import History
package import Logging
package import PromQL
import ServiceLifecycle
import Synchronization

/// The shell around the engine: gives it the time, stores what it decides, and hands on what is to be sent.
///
/// Every decision is in the store before its message leaves. Where the store can't be written, messages leave all the
/// same, marked so, and what was not stored is kept in memory until it can be: duplicates before silence.
package actor EngineService: Service {
    var engine: Engine
    private let history: any HistoryStore
    /// Keeps samples for the next start; nil for an agent that doesn't.
    private let recorder: SampleRecorder?
    let clock: AgentClock
    let logger: Logger
    let wake = Wake()
    /// What was decided since the last commit began, and what may happen only once it is stored.
    private var decided = Decided()
    private let storeWake = Wake()
    /// Which loops of the agent make progress.
    package nonisolated let monitor: LoopMonitor
    /// How long an attempt to deliver may take before the loop that makes it counts as standing still.
    var longestAttempt = Duration.seconds(60)
    private var backlog = Backlog()
    private var inFlight = 0
    /// How many alerts are just being handed over.
    var receiving = 0
    private var isDraining = false
    /// Whether steps are taken, so that it makes sense to wait for one.
    private var isRunning = false
    /// Who waits until what was decided is stored, since the last step.
    private var waiting: [CheckedContinuation<Void, Never>] = []
    /// The step that waits because too much is decided and not stored.
    private var throttled: CheckedContinuation<Void, Never>?
    /// What happened, for the log. Nothing waits for it: whoever reads the log may be slow, or stand still.
    private let happened: AsyncStream<[StoreRecord]>.Continuation
    private let toLog: AsyncStream<[StoreRecord]>
    /// How much of it is not in the log yet.
    nonisolated let unlogged = Atomic<Int>(0)
    private let rows: AsyncStream<OutboxRow>.Continuation
    /// The messages to send, for the delivery service.
    package nonisolated let outgoing: AsyncStream<OutboxRow>
    private let wantedDiagnoses: AsyncStream<DiagnosisRequest>.Continuation
    /// The diagnoses that alerts want, for the diagnosis service.
    package nonisolated let diagnoses: AsyncStream<DiagnosisRequest>
    /// Why the history can't be written; nil while it can.
    package private(set) var historyFault: String?
    package internal(set) var counters = EngineCounters()
    /// How far the wall clock has been set since the start; noted so that each step is logged once.
    private var knownDrift = Duration.zero
    private var lastTick: Timestamp
    /// Rules are not evaluated before this time. With hundreds of databases samples come all the time and evaluating
    /// takes long: after each time ten times as long is waited for more samples, at most a second, so that evaluating
    /// takes no more than a tenth of a core. With a few databases that is less than the wakes are coalesced for.
    private var nextEvaluation: Timestamp
    /// When it is logged which rules have never found a series; nil once that is done.
    private var silentRulesDue: Timestamp?
    /// When the loop last went round, for the watchdog.
    package private(set) var lastStep: Timestamp

    /// Time enough for every probe to have had a round, and for recording rules of recording rules.
    private static let silentRulesPause = Duration.seconds(300)
    /// Wakes within this time of each other are served together.
    private static let coalescing = Duration.milliseconds(20)
    /// The same while messages are under way, or somebody waits for an answer.
    private static let coalescingWhileAwaited = Duration.milliseconds(4)
    /// It ticks once a second; a longer pause than this means that the process stood still.
    private static let longestTick = Duration.seconds(10)
    /// Messages under way at once, to all receivers together; see `DeliveryGate.mostLeased` for one.
    private static let mostInFlight = 4_000
    /// Events and ledger rows that wait to be logged; the log lacks what is more.
    private static let mostUnlogged = 50_000
    /// Records that may wait for the commit under way; past it no more is decided until that is through.
    private static let mostDecided = 20_000

    package init(
        engine: Engine, history: any HistoryStore, recorder: SampleRecorder? = nil, clock: AgentClock, logger: Logger,
        monitor: LoopMonitor = LoopMonitor()
    ) {
        self.engine = engine
        self.monitor = monitor
        self.recorder = recorder
        if recorder != nil { self.engine.keepRounds() }
        let start = ContinuousClock.now
        self.engine.measure(with: { ContinuousClock.now - start })
        self.history = history
        self.clock = clock
        self.logger = logger
        lastStep = clock.now
        lastTick = lastStep
        nextEvaluation = lastStep
        silentRulesDue = lastStep + Self.silentRulesPause
        (toLog, happened) = AsyncStream.makeStream(of: [StoreRecord].self)
        (outgoing, rows) = AsyncStream.makeStream(of: OutboxRow.self)
        (diagnoses, wantedDiagnoses) = AsyncStream.makeStream(of: DiagnosisRequest.self)
    }

    /// Goes round until told to stop: takes a step, then waits for a call or for what is due next. Beside it a second loop
    /// stores what the steps decide, so that the next step is taken while the last one's commit is under way.
    package func run() async throws {
        isRunning = true
        async let storing: Void = storeDecided()
        async let logging: Void = writeLog(toLog)
        await withGracefulShutdownHandler {
            while !wake.isFinished && !Task.isCancelled {
                lookAtWallClock()
                await step()
                await wake.wait(atMost: pauseUntilDue)
                // The first call after a quiet while is served at once; those that follow closely, together.
                let isAwaited = inFlight > 0 || receiving > 0 || !waiting.isEmpty
                let rest = (isAwaited ? Self.coalescingWhileAwaited : Self.coalescing) - (clock.now - lastStep)
                if rest > .zero { try? await Task.sleep(for: rest) }
            }
        } onGracefulShutdown: {
            self.wake.finish()
        }
        isDraining = true
        isRunning = false
        await step()
        storeWake.finish()
        await storing
        happened.finish()
        monitor.end("evaluation")
        monitor.end("storing")
        rows.finish()
        wantedDiagnoses.finish()
        await logging
    }

    /// Until something becomes due; at most a second, so that the watchdog sees the loop turn.
    private var pauseUntilDue: Duration {
        let rules = engine.rules.nextDue.map { max($0, nextEvaluation) }
        let due = [rules, engine.rules.nextReceivedEnd, engine.heartbeats.nextDue, engine.planner.nextDue]
            .compactMap { $0 }.min()
        let pause = due.map { $0 - clock.now } ?? .seconds(1)
        return min(max(pause, .milliseconds(1)), .seconds(1))
    }

    /// One step: decides, and hands over what is to be stored and what is to be done then.
    private func step() async {
        while decided.records.count > Self.mostDecided, !storeWake.isFinished {
            await withCheckedContinuation { throttled = $0 }
        }
        tick()
        let now = clock.now
        lastStep = now
        let free = isDraining ? 0 : max(0, Self.mostInFlight - inFlight)
        let evaluates = now >= nextEvaluation || isDraining
        let began = ContinuousClock.now
        let leased = engine.advance(
            to: now, sending: free, evaluating: evaluates, note: historyFault.map(Self.note))
        recorder?.add(engine.takeRounds())
        if evaluates { nextEvaluation = now + min((ContinuousClock.now - began) * 10, .seconds(1)) }
        if let due = silentRulesDue, now >= due {
            silentRulesDue = nil
            reportSilentRules()
        }
        inFlight += leased.count
        // Each may wait for a connection for as long as it may take.
        let settled = clock.now + longestAttempt * 2 + LoopMonitor.patience
        for row in leased { monitor.note(Self.loop(of: row), next: settled) }
        let records = engine.takeRecords()
        noteHappened(in: records)
        decided.records += records
        decided.rows += leased
        decided.diagnoses += engine.takeDiagnoses()
        decided.waiting += waiting
        waiting = []
        monitor.note("evaluation", next: clock.now + LoopMonitor.patience)
        storeWake.call()
    }

    private func noteHappened(in records: [StoreRecord]) {
        let told = records.filter(isLogged)
        for case .ledger(let entry) in records where entry.kind == .givenUp {
            counters.givenUp[entry.destination.receiver, default: 0] += 1
        }
        guard !told.isEmpty else { return }
        guard unlogged.load(ordering: .relaxed) + told.count <= Self.mostUnlogged else {
            counters.unlogged += told.count
            return
        }
        unlogged.add(told.count, ordering: .relaxed)
        happened.yield(told)
    }

    /// What steps decided: the records, and what waits for them to be stored.
    private struct Decided {
        var records: [StoreRecord] = []
        var rows: [OutboxRow] = []
        var diagnoses: [DiagnosisRequest] = []
        var waiting: [CheckedContinuation<Void, Never>] = []
        /// Whether no more will be decided.
        var isLast = false
    }

    /// Stores what steps decide, all that has gathered in one commit, and only then hands on what is to be sent. Not on the
    /// actor: what is stored leaves at once, also while a step is being taken.
    private nonisolated func storeDecided() async {
        while true {
            let batch = await takeDecided()
            var failure: HistoryError?
            if !batch.records.isEmpty {
                do throws(HistoryError) {
                    try await history.commit(batch.records)
                } catch {
                    failure = error
                }
            }
            if failure == nil { handOn(batch) }
            await conclude(batch, failure)
            if batch.isLast { return }
            // Once a second what could not be stored is tried again.
            await storeWake.wait(atMost: .seconds(1))
        }
    }

    /// What is to be stored now, with what could not be stored before; no records while the history is not to be tried.
    private func takeDecided() -> Decided {
        var batch = decided
        decided = Decided()
        throttled?.resume()
        throttled = nil
        batch.isLast = storeWake.isFinished
        batch.records = backlog.take(with: batch.records, at: clock.now, isLastChance: isDraining)
        return batch
    }

    private nonisolated func handOn(_ batch: Decided) {
        for row in batch.rows { rows.yield(row) }
        for request in batch.diagnoses { wantedDiagnoses.yield(request) }
    }

    /// Takes note of how a commit ended. Where it failed what it held is kept, and messages leave all the same.
    private func conclude(_ batch: Decided, _ failure: HistoryError?) {
        monitor.note("storing", next: clock.now + LoopMonitor.patience)
        if let failure {
            counters.failedCommits += 1
            counters.droppedRecords += backlog.giveBack(batch.records, at: clock.now)
            if historyFault == nil { logger.error("the history can't be written: \(failure)") }
            historyFault = String(describing: failure)
            handOn(batch)
        } else if !batch.records.isEmpty {
            counters.commits += 1
            backlog.succeeded()
            if historyFault != nil {
                logger.notice("the history can be written again", metadata: ["records": "\(batch.records.count)"])
                historyFault = nil
            }
        }
        for waiter in batch.waiting { waiter.resume() }
    }

    /// What the delivery of a message is called among the loops.
    private static func loop(of row: OutboxRow) -> LoopMonitor.Loop {
        .delivery(message: row.id, to: row.group.destination)
    }

    /// Notices that the process stood still. Called before anything is decided or taken over.
    func tick() {
        let now = clock.now
        let pause = now - lastTick
        lastTick = now
        guard pause > Self.longestTick else { return }
        logger.warning("the agent stood still for \(pause.promQL): nothing resolves before there are new samples")
        engine.resume(after: pause, at: now)
    }

    /// Notices that the wall clock was set.
    private func lookAtWallClock() {
        let drift = clock.drift
        let step = (drift - knownDrift).milliseconds
        guard abs(step) > 2_000 else { return }
        knownDrift = drift
        let direction = step > 0 ? "forward" : "back"
        logger.warning(
            """
            the wall clock was set \(direction) by \(Duration.milliseconds(abs(step)).promQL): timers are not touched by \
            it; times in messages and in the history go on by the old clock until a restart
            """)
    }

    private static func note(_ fault: String) -> String {
        "Tocsin's history can't be written (\(fault)): this message may come again after a restart."
    }

    // MARK: What others tell it

    /// Takes over a probe's round.
    package func ingest(_ batch: ProbeBatch) {
        tick()
        counters.samples += batch.samples.count
        engine.ingest(batch, at: clock.now)
        wake.call()
    }

    /// Takes over how an attempt to deliver ended.
    package func settle(_ row: OutboxRow, _ outcome: DeliveryOutcome, latency: Duration) {
        monitor.end(Self.loop(of: row))
        inFlight -= 1
        counters.count(outcome, receiver: row.group.destination.receiver)
        let wasOpen = engine.planner.isCircuitOpen(to: row.group.destination)
        engine.settle(row.id, outcome, latency: latency, at: clock.now)
        logCircuit(of: row.group.destination, wasOpen: wasOpen, outcome)
        wake.call()
    }

    /// Takes over what a diagnosis found; nil where there was nothing to ask.
    package func attach(_ evidence: Evidence?, for request: DiagnosisRequest) {
        if let evidence {
            counters.diagnoses += 1
            if evidence.failure != nil { counters.failedDiagnoses += 1 }
        }
        engine.attach(evidence, for: request, at: clock.now)
        wake.call()
    }

    /// Waits until what was decided before is stored, or can't be for now.
    func stored() async {
        guard isRunning else { return }
        await withCheckedContinuation { continuation in
            waiting.append(continuation)
            wake.call()
        }
    }

    /// Takes over how long an attempt to deliver may take.
    package func allow(attemptsOf longest: Duration) { longestAttempt = longest }

    /// Takes over other settings.
    package func reload(_ configuration: Engine.Configuration) {
        engine.reload(configuration, at: clock.now)
        recorder?.keep(engine.window.reach.longest)
        silentRulesDue = clock.now + Self.silentRulesPause
        wake.call()
    }

    // MARK: What others ask it

    /// Every alert that is not simply well.
    package var alerts: [Alert] { engine.rules.alerts.values.sorted { $0.id < $1.id } }

    /// The samples as they are now: a copy that shares its memory with the engine until the engine writes on.
    package var window: SampleWindow { engine.window }

    /// The resolution of subqueries that name none.
    package var subqueryStep: Duration { engine.rules.limits.subqueryStep }

    /// The agent's time.
    package var now: Timestamp { clock.now }

    /// The rule groups with how each of their rules fares.
    package var ruleGroups: [(group: RuleGroup, health: [RuleHealth])] {
        engine.rules.groups.indices.map { (engine.rules.groups[$0], engine.rules.health(ofGroup: $0)) }
    }

    /// The newest sample of each series.
    package func latestSamples() -> [Sample] { engine.window.latest(at: clock.now) }

    /// How what is watched stands.
    package func health() -> HealthReport {
        HealthReport(
            alerts: alerts, probes: engine.probes.answered, failures: engine.probes.failures, samples: latestSamples(),
            at: clock.now)
    }

    /// How the agent stands, for its own metrics and its health.
    package func status() -> EngineStatus {
        EngineStatus(
            counters: counters, historyFault: historyFault, lastStep: lastStep, series: engine.window.seriesCount,
            samples: engine.window.sampleCount, sampleBytes: engine.window.sampleBytes,
            outboxRows: engine.planner.outbox.count,
            groups: engine.planner.groups.count, receivers: engine.planner.receivers,
            probeFailures: engine.probes.failures,
            probesAnswered: engine.probes.allHaveAnswered, rulesFailing: engine.rules.failing,
            backlog: backlog.records.count,
            ruleEvaluations: engine.rules.evaluations, clockDrift: knownDrift,
            silences: engine.planner.silences.counts(at: clock.now),
            acknowledgements: engine.planner.acknowledgements.activeCount, heartbeats: heartbeats(),
            stuckLoops: monitor.stuck(at: clock.now).count, destinations: engine.planner.standings)
    }
}
