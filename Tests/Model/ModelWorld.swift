import Alerting
import History
import PromQL

/// A message as it can be seen from outside: its idempotency key and what it says.
struct ModelMessage: Hashable, Sendable {
    var key: String
    var body: Notification
}

/// What can be seen of the agent from outside, in the order in which it happens.
enum ModelObservation: Hashable, Sendable {
    /// A message was decided and is stored.
    case decided(ModelMessage)
    /// An attempt began.
    case sent(ModelMessage)
    /// The receiver has it.
    case arrived(ModelMessage)
    /// How an attempt ended, and that is stored.
    case answered(ModelMessage, ModelAnswer)
    /// The agent took what is stored for written under a clock that was so far ahead.
    case movedBack(Duration)
}

/// The real engine on a store, with receivers that answer as the steps say, on a virtual clock.
struct ModelWorld {
    private var engine: Engine
    private let store: any HistoryStore
    private(set) var now = ModelWorld.start
    private var settings = ModelSettings()
    private var readings: [ModelTarget: ModelReading] = [:]
    private var failing: Set<ModelProbe> = []
    private var answers: [ModelReceiver: ModelAnswer] = [:]
    /// What a receiver that hangs has.
    private var hanging: [OutboxRow] = []
    private var silences: [String] = []
    private var observations: [ModelObservation] = []
    private var known: Set<Int64> = []

    /// The 12th of January 1970, 13:46:40 UTC.
    static let start = Timestamp(milliseconds: 1_000_000_000)

    init(store: any HistoryStore) throws {
        self.store = store
        engine = Engine(try settings.configuration(), startedAt: now)
    }

    /// Does one step, none that is made of others.
    ///
    /// - Returns: what could be seen meanwhile.
    mutating func apply(_ step: ModelStep) async throws -> [ModelObservation] {
        observations = []
        switch step {
        case .sample(let target, let reading):
            readings[target] = reading
            try await second()
        case .wait(let seconds): try await second(seconds)
        case .probe(let probe, let fails): if fails { failing.insert(probe) } else { failing.remove(probe) }
        case .silence(let pattern, let after, let lasts): try await silence(pattern, after: after, lasts: lasts)
        case .expire(let number):
            guard silences.indices.contains(number) else { break }
            // One that is over already is refused.
            try? engine.expireSilence(silences[number], at: now)
            try await commit()
        case .acknowledge(let pattern, let lasts):
            // Where nothing of it fires it is refused.
            _ = try? engine.acknowledge(
                AcknowledgementDraft(
                    selection: AlertSelection(matchers: [try pattern.matcher()]), endsAt: now + .seconds(lasts),
                    createdBy: "ann", comment: "on it"), at: now)
            try await commit()
        case .withdraw(let pattern):
            let selection = AlertSelection(matchers: [try pattern.matcher()])
            _ = try? engine.unacknowledge(selection, by: "bob", at: now)
            try await commit()
        case .receiver(let receiver, let answer):
            answers[receiver] = answer
            try await answerHanging(receiver, answer)
        case .reload(let change):
            settings.apply(change)
            engine.reload(try settings.configuration(), at: now)
            try await commit()
        case .crash(let moment, let pause):
            try await second(dying: moment)
            now = now + .seconds(pause)
            try await restart()
        case .standStill(let seconds):
            now = now + .seconds(seconds)
            engine.resume(after: .seconds(seconds), at: now)
            try await second()
        case .clockBack(let seconds):
            now = now - .seconds(seconds)
            try await restart()
        case .calm: break
        }
        return observations
    }

    /// Time passes, the probes have a round, and the agent decides, stores, sends and takes the answers.
    private mutating func second(_ seconds: Int = 1, dying moment: ModelStep.CrashMoment? = nil) async throws {
        now = now + .seconds(seconds)
        for probe in ModelProbe.allCases { engine.ingest(batch(of: probe), at: now) }
        let leased = engine.advance(to: now, sending: 10)
        if moment == .beforeCommit { return }
        try await commit()
        if moment == .beforeSend { return }
        var answered: [ModelObservation] = []
        for row in leased {
            let message = ModelMessage(key: row.key, body: row.notification)
            guard let receiver = ModelReceiver(rawValue: row.group.destination.receiver) else { continue }
            let answer = answers[receiver] ?? .works
            observations.append(.sent(message))
            if answer.arrives { observations.append(.arrived(message)) }
            if answer == .hangs { hanging.append(row) }
            guard moment != .beforeAnswer, let outcome = answer.outcome else { continue }
            engine.settle(row.id, outcome, latency: .milliseconds(5), at: now)
            answered.append(.answered(message, answer))
        }
        if moment != nil { return }
        observations += answered
        try await commit()
    }

    private func batch(of probe: ModelProbe) -> ProbeBatch {
        let fails = failing.contains(probe)
        var samples: [Sample] = []
        for target in ModelTarget.allCases where target.probe == probe && !fails {
            guard let value = (readings[target] ?? .gone).value else { continue }
            let labels: Labels = [Labels.metricName: probe.metric, "job": probe.rawValue, "pool": target.pool]
            samples.append(Sample(labels: labels, value: value, at: now))
        }
        return ProbeBatch(
            probe: probe.rawValue, targetLabels: ["job": probe.rawValue], at: now, duration: .zero,
            outcome: fails ? .failure(reason: "dns", message: "no such host") : .success, samples: samples)
    }

    private mutating func silence(_ pattern: ModelPattern, after: Int, lasts: Int) async throws {
        let id = "silence-\(silences.count)"
        let draft = SilenceDraft(
            matchers: [try pattern.matcher()], startsAt: now + .seconds(after), endsAt: now + .seconds(after + lasts),
            createdBy: "ann", comment: "planned work")
        silences.append(try engine.setSilence(draft, newID: id, at: now))
        try await commit()
    }

    private mutating func answerHanging(_ receiver: ModelReceiver, _ answer: ModelAnswer) async throws {
        guard answer != .hangs else { return }
        for row in hanging where row.group.destination == receiver.destination {
            engine.settle(row.id, .delivered(answer: "ok"), latency: .seconds(1), at: now)
            observations.append(.answered(ModelMessage(key: row.key, body: row.notification), .works))
        }
        hanging.removeAll { $0.group.destination == receiver.destination }
        try await commit()
    }

    /// Stores what was decided, as the agent does before anything of it leaves.
    private mutating func commit() async throws {
        let records = engine.takeRecords()
        guard !records.isEmpty else { return }
        try await store.commit(records)
        for case .outbox(let row) in records where known.insert(row.id).inserted {
            observations.append(.decided(ModelMessage(key: row.key, body: row.notification)))
        }
    }

    /// Throws the engine away, and makes another of what is stored.
    private mutating func restart() async throws {
        hanging = []
        var state = try await store.load()
        let marks = try await store.lastMarks()
        if let step = state.moveBack(to: now, lastEntry: marks.lastEntry) {
            observations.append(.movedBack(step))
            try await store.commit(state.timed)
        }
        known = Set(state.outbox.map(\.id))
        engine = Engine(try settings.configuration(), state: state, lastRow: marks.lastMessage, startedAt: now)
        try await commit()
    }
}
