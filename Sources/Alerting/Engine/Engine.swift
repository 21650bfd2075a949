package import PromQL

/// The whole of Tocsin's judgement as one value: samples and answers go in with the time they came, and what to store
/// and to send comes out. It holds no clock and does no I/O; a shell around it does both, and a test or a replay runs
/// it on times of its own.
package struct Engine: Sendable {
    /// What the settings say of it.
    package struct Configuration: Sendable {
        package var groups: [RuleGroup]
        package var route: Route
        package var policies: [DestinationPolicy]
        package var probes: [(id: String, targetLabels: Labels)]
        package var externalLabels: Labels
        /// Where people reach the agent; empty where the settings don't say.
        package var externalURL: String
        /// How far back all samples are kept, also those that no rule looks back for; five minutes at least.
        package var queryWindow: Duration
        /// The settings' `evaluation_interval`, which is the resolution of subqueries that name none.
        package var evaluationInterval: Duration
        package var inhibitRules: [InhibitRule]
        /// The intervals that routes name.
        package var intervals: [RecurringTime]
        /// The names of all receivers, also of those that no route leads to.
        package var receivers: [String]
        /// When an alert that was sent without an end is over, unless it is sent again.
        package var resolveTimeout: Duration
        /// What must report that it lives.
        package var heartbeats: [Heartbeat] = []

        package init(
            groups: [RuleGroup], route: Route, policies: [DestinationPolicy],
            probes: [(id: String, targetLabels: Labels)], externalLabels: Labels = Labels(), externalURL: String = "",
            queryWindow: Duration = .seconds(300), evaluationInterval: Duration = .seconds(15),
            inhibitRules: [InhibitRule] = [], intervals: [RecurringTime] = [], receivers: [String] = [],
            resolveTimeout: Duration = .seconds(300)
        ) {
            self.groups = groups
            self.route = route
            self.policies = policies
            self.probes = probes
            self.externalLabels = externalLabels
            self.externalURL = externalURL
            self.queryWindow = queryWindow
            self.evaluationInterval = evaluationInterval
            self.inhibitRules = inhibitRules
            self.intervals = intervals
            self.receivers = receivers
            self.resolveTimeout = resolveTimeout
        }
    }

    package private(set) var rules: RuleBook
    package internal(set) var planner: NotificationPlanner
    /// The names of all receivers, sorted.
    package private(set) var receivers: [String]
    /// When an alert that was sent without an end is over, unless it is sent again.
    package private(set) var resolveTimeout: Duration
    package private(set) var probes: ProbeBook
    package private(set) var heartbeats: HeartbeatBook
    package private(set) var window: SampleWindow
    package let startedAt: Timestamp
    private var records: [StoreRecord] = []
    /// Alerts that are over and are forgotten as soon as nobody waits to hear of them.
    private var ending: Set<AlertID>
    private var nextPrune: Timestamp
    /// What is to be kept for the next start; nil where nobody takes it out.
    private var rounds: [RecordedRound]?
    /// The newest diagnosis that each alert wants and that has not come back.
    private var wanted: [AlertID: DiagnosisRequest] = [:]
    /// Those of them that have not been taken out yet.
    private var untaken: Set<AlertID> = []

    /// How often old samples are dropped from the window.
    private static let pruneInterval = Duration.seconds(60)

    /// - Parameters:
    ///   - state: what the store gave back.
    ///   - lastRow: the highest number that an outbox row ever had; 0 for a new store.
    package init(
        _ configuration: Configuration, state: StoredState = StoredState(), lastRow: Int64 = 0, startedAt: Timestamp
    ) {
        rules = RuleBook(
            groups: configuration.groups, alerts: state.alerts, externalLabels: configuration.externalLabels,
            externalURL: configuration.externalURL, startedAt: startedAt)
        planner = NotificationPlanner(
            route: configuration.route, policies: configuration.policies, groups: state.groups, outbox: state.outbox,
            silences: state.silences, acknowledgements: state.acknowledgements)
        planner.continueNumbering(after: lastRow)
        probes = ProbeBook()
        _ = probes.setProbes(configuration.probes)
        window = SampleWindow(
            retention: configuration.queryWindow, reach: SampleWindow.Reach(rules.groups.flatMap(\.expressions)))
        receivers = configuration.receivers.sorted()
        resolveTimeout = configuration.resolveTimeout
        self.startedAt = startedAt
        heartbeats = HeartbeatBook(marks: state.heartbeats, startedAt: startedAt)
        rules.limits.subqueryStep = configuration.evaluationInterval
        rules.restartNoDataTimers(at: startedAt)
        ending = Set(state.alerts.filter { !$0.isOn && $0.phase != .pending }.map(\.id))
        nextPrune = startedAt + Self.pruneInterval
        take(rules.resolveOrphans(at: startedAt), at: startedAt)
        waitFor(configuration.heartbeats, at: startedAt)
        for request in rules.wantEvidenceAgain() { want(request) }
        planner.reconfigure(
            route: configuration.route, policies: configuration.policies, inhibitRules: configuration.inhibitRules,
            intervals: configuration.intervals, alerts: rules.alerts, at: startedAt)
        let nobodyWasTold = state.groups.allSatisfy { $0.lastMessageAt == nil }
        planner.startFirstLook(isNew: lastRow == 0 && state.outbox.isEmpty && nobodyWasTold, at: startedAt)
    }

    /// Measures evaluations with this: it gives the time that has passed since some moment.
    package mutating func measure(with stopwatch: @escaping @Sendable () -> Duration) { rules.stopwatch = stopwatch }

    /// Takes over what was kept of the time before a restart. To be called before anything else is taken over.
    ///
    /// The ranges of rules are filled with it. The newest values are not taken for present ones: each series is unknown
    /// until its probe answers. What came from a probe that is no more, or lies in the future, is left out.
    ///
    /// - Parameter rounds: oldest first.
    package mutating func restore(_ rounds: [RecordedRound]) {
        let known = Set(probes.ids)
        // Each series ends just before the start, so that a first answer in the same millisecond still counts.
        let end = startedAt - .milliseconds(1)
        var series: [String: Set<Labels>] = [:]
        var recorded: Set<Labels> = []
        for round in rounds where round.probe.map(known.contains) ?? true {
            for sample in round.samples where sample.at < end {
                guard sample.at > startedAt - window.retention(of: sample.labels.metric) else { continue }
                window.append(sample)
                if let probe = round.probe {
                    series[probe, default: []].insert(sample.labels)
                } else {
                    recorded.insert(sample.labels)
                }
            }
        }
        for (probe, labels) in series { probes.restore(labels, of: probe, in: &window, at: end) }
        rules.restore(recorded, in: &window, at: end)
    }

    /// From now on keeps what `takeRounds` gives.
    package mutating func keepRounds() { rounds = rounds ?? [] }

    /// Takes out what is to be kept for the next start.
    package mutating func takeRounds() -> [RecordedRound] {
        defer { rounds?.removeAll() }
        return rounds ?? []
    }

    private mutating func keep(_ samples: [Sample], of probe: String?, at now: Timestamp) {
        guard !samples.isEmpty else { return }
        rounds?.append(RecordedRound(probe: probe, at: now, samples: samples))
    }

    /// Takes over what a probe brought, and makes the rules that read it due.
    package mutating func ingest(_ batch: ProbeBatch, at now: Timestamp) {
        if rounds != nil {
            keep(
                batch.samples.filter { window.reach.readsThePast(of: $0.labels.metric) }, of: batch.probe, at: batch.at)
        }
        let touched = probes.record(batch, in: &window)
        rules.wake(metrics: touched, at: now)
    }

    /// Takes note that the agent stood still for a while: its process was stopped, or its machine slept. What it knows
    /// is unknown until the probes answer anew, so that nothing resolves or fires for lack of data.
    package mutating func resume(after pause: Duration, at now: Timestamp) {
        rules.restartNoDataTimers(at: now)
        rules.waitForSenders(at: now)
        heartbeats.allowForPause(at: now)
        probes.forgetAnswers(in: &window, reason: "the agent stood still for \(pause.promQL)", at: now)
    }

    /// Evaluates what is due, decides what is to be said, and hands out what is to be sent.
    ///
    /// - Parameters:
    ///   - sending: the most messages to hand out; 0 while none can be sent.
    ///   - evaluating: false where rules that are due may wait for the next call.
    ///   - note: a plain sentence for each message made now; nil for none.
    /// - Returns: the messages to send. They may leave only after `takeRecords` has been stored.
    package mutating func advance(
        to now: Timestamp, sending: Int, evaluating: Bool = true, note: String? = nil
    ) -> [OutboxRow] {
        take(rules.endReceived(at: now), at: now)
        for (heartbeat, lastAt) in heartbeats.takeLate(at: now) {
            take(rules.miss(heartbeat, lastAt: lastAt, at: now), at: now)
        }
        if evaluating {
            take(rules.evaluateDue(at: now, probes: probes, window: &window), at: now)
            keep(rules.takeGathered(), of: nil, at: now)
        }
        planner.flushDue(alerts: rules.alerts, at: now, note: note)
        if evaluating, planner.firstLook != nil {
            let isEvaluated = rules.nextDue.map { $0 > now } ?? true
            let isSettled =
                isEvaluated && probes.allHaveAnswered && !rules.alerts.values.contains { $0.phase == .pending }
            planner.endFirstLook(isSettled: isSettled, at: now)
        }
        let leased = sending > 0 ? planner.lease(limit: sending, at: now) : []
        if now >= nextPrune {
            window.prune(at: now)
            nextPrune = now + Self.pruneInterval
        }
        settleEnded()
        return leased
    }

    /// Whether it makes no difference that alerts which are sent together are taken over part by part: no message tells
    /// of several, and none holds another back.
    package var mayReceiveInParts: Bool { !planner.hasInhibitions && planner.route.hasNoGroups }

    /// Takes over alerts that others sent.
    ///
    /// - Returns: how many of them are alerts of the agent's own rules, which what is sent does not change.
    package mutating func receive(_ alerts: [ReceivedAlert], at now: Timestamp) -> Int {
        let (events, ofRules) = rules.receive(alerts, at: now)
        take(events, at: now)
        settleEnded()
        return ofRules
    }

    /// Takes note that a heartbeat came.
    ///
    /// - Returns: whether one of that name is waited for.
    package mutating func beat(_ name: String, at now: Timestamp) -> Bool {
        guard let heartbeat = heartbeats.beat(name, at: now) else { return false }
        take(rules.endMissing(heartbeat, at: now), at: now)
        settleEnded()
        return true
    }

    private mutating func waitFor(_ all: [Heartbeat], at now: Timestamp) {
        heartbeats.set(all, at: now)
        take(rules.resolveHeartbeats(except: all, at: now), at: now)
    }

    /// Takes over how an attempt ended.
    package mutating func settle(_ row: Int64, _ outcome: DeliveryOutcome, latency: Duration, at now: Timestamp) {
        planner.settle(row, outcome, latency: latency, alerts: rules.alerts, at: now)
        settleEnded()
    }

    /// Makes a silence, or changes one.
    ///
    /// - Parameter newID: the id of a new one.
    /// - Returns: its id.
    package mutating func setSilence(
        _ draft: SilenceDraft, newID: String, at now: Timestamp
    ) throws(SilenceProblem) -> String {
        try planner.setSilence(draft, newID: newID, alerts: rules.alerts, at: now)
    }

    /// Ends a silence now.
    package mutating func expireSilence(_ id: String, at now: Timestamp) throws(SilenceProblem) {
        try planner.expireSilence(id, alerts: rules.alerts, at: now)
    }

    /// Acknowledges the alerts of a selection that fire.
    ///
    /// - Returns: the acknowledgements, by alert.
    package mutating func acknowledge(
        _ draft: AcknowledgementDraft, at now: Timestamp
    ) throws(AcknowledgementProblem) -> [Acknowledgement] {
        try planner.acknowledge(draft, alerts: rules.alerts, at: now)
    }

    /// Takes back the acknowledgements of a selection; they are returned.
    package mutating func unacknowledge(
        _ selection: AlertSelection, by author: String?, at now: Timestamp
    ) throws(AcknowledgementProblem) -> [Acknowledgement] {
        try planner.unacknowledge(selection, by: author, alerts: rules.alerts, at: now)
    }

    /// Takes over other settings. Alerts, timers, groups and samples are kept; what a removed rule or probe gave ends.
    package mutating func reload(_ configuration: Configuration, at now: Timestamp) {
        for series in probes.setProbes(configuration.probes) { window.markStale(series, at: now) }
        let unrecorded = rules.replace(
            groups: configuration.groups, externalLabels: configuration.externalLabels,
            externalURL: configuration.externalURL, at: now)
        receivers = configuration.receivers.sorted()
        resolveTimeout = configuration.resolveTimeout
        rules.limits.subqueryStep = configuration.evaluationInterval
        for series in unrecorded { window.markStale(series, at: now) }
        window.keep(
            retention: configuration.queryWindow, reach: SampleWindow.Reach(rules.groups.flatMap(\.expressions)))
        take(rules.resolveOrphans(at: now), at: now)
        waitFor(configuration.heartbeats, at: now)
        planner.reconfigure(
            route: configuration.route, policies: configuration.policies, inhibitRules: configuration.inhibitRules,
            intervals: configuration.intervals, alerts: rules.alerts, at: now)
        settleEnded()
    }

    /// Takes out what has been decided since the last call, in order, for one transaction.
    package mutating func takeRecords() -> [StoreRecord] {
        for id in rules.takeChanged().sorted() {
            records.append(rules.alerts[id].map(StoreRecord.alert) ?? .removeAlert(id))
        }
        for (name, mark) in heartbeats.takeChanged() {
            records.append(mark.map(StoreRecord.heartbeat) ?? .removeHeartbeat(name))
        }
        defer { records = [] }
        return records + planner.takeRecords()
    }

    // MARK: Evidence

    /// Takes out the diagnoses that alerts want since the last call, the oldest first: one for each alert, that of its
    /// newest level. Each is to be answered with `attach`.
    package mutating func takeDiagnoses() -> [DiagnosisRequest] {
        defer { untaken = [] }
        return untaken.compactMap { wanted[$0] }.sorted { ($0.episode, $0.alert) < ($1.episode, $1.alert) }
    }

    /// Takes over what a diagnosis found: into the alert, the history, and the messages that wait to be sent. No message
    /// waits for it, and none is made for it.
    ///
    /// - Parameter evidence: nil where nothing could be asked, and nobody need be told why.
    package mutating func attach(_ evidence: Evidence?, for request: DiagnosisRequest, at now: Timestamp) {
        if wanted[request.alert] == request {
            wanted[request.alert] = nil
            rules.stopWaiting(request.alert)
        }
        guard let evidence, let alert = rules.attach(evidence, for: request) else { return }
        records.append(
            .event(
                AlertEvent(
                    alert: alert.id, at: now, kind: .diagnosed, rule: alert.rule, labels: alert.labels,
                    level: alert.level, previousLevel: alert.level, value: alert.value, threshold: alert.threshold,
                    summary: alert.annotations["summary"], reason: evidence.failure, evidence: evidence)))
        planner.attach(evidence, to: alert, at: now)
    }

    private mutating func want(_ request: DiagnosisRequest) {
        untaken.insert(request.alert)
        wanted[request.alert] = request
    }

    private mutating func take(_ events: [AlertEvent], at now: Timestamp) {
        if planner.hasInhibitions {
            for alert in events.compactMap({ rules.alerts[$0.alert] }) { planner.noteSource(alert, at: now) }
        }
        for event in events {
            records.append(.event(event))
            guard let alert = rules.alerts[event.alert] else { continue }
            switch event.kind {
            case .fired, .raised:
                if let request = rules.wantEvidence(for: alert.id, isNew: event.kind == .fired) { want(request) }
                planner.consider(alert, at: now)
            case .lowered, .resolved, .flapping, .steady:
                planner.consider(alert, at: now)
            case .pending, .pendingEnded, .recovering, .recoveringEnded, .stale, .fresh, .noData, .failed,
                .recoveredFromError, .diagnosed, .silenceBegan, .silenceEnded, .acknowledged, .acknowledgementEnded:
                break
            }
            if alert.phase == .resolved { ending.insert(alert.id) }
        }
    }

    private mutating func settleEnded() {
        for id in ending {
            guard let alert = rules.alerts[id], !alert.isOn, alert.phase == .resolved else {
                ending.remove(id)
                continue
            }
            guard alert.machine.flapping == nil, !planner.concerns(id) else { continue }
            ending.remove(id)
            wanted[id] = nil
            rules.forget(id)
            planner.forgetAcknowledgement(of: id)
            records.append(.removeAlert(id))
        }
    }
}
