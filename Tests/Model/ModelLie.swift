import Alerting
import PromQL

/// What a broken agent would let be seen: a true observation changed, so that the model must notice.
enum ModelLie: String, CaseIterable, Sendable {
    /// A message that nobody gets, though it is answered.
    case lost
    /// A message that comes once more under another key.
    case doubled
    /// A message that is sent again after it was answered.
    case again
    /// Two messages about one alert that change places.
    case swapped
    /// A resolve of what was never announced.
    case unannounced
    /// An announcement while a silence holds.
    case silenced
    /// A key with another body.
    case rewritten
    /// What is on is said again before `repeat_interval`.
    case repeated
    /// What is acknowledged is said again once `repeat_interval` has passed.
    case disregarded

    /// What the model must complain of.
    var complaint: String {
        switch self {
        case .lost: "it is on, and that was not told"
        case .doubled: "announced twice"
        case .again: "sent again though it was answered"
        case .swapped, .unannounced: "resolved without having been announced"
        case .silenced: "announced while it is silenced"
        case .rewritten: "a key with two bodies"
        case .repeated: "said again after"
        case .disregarded: "said again though it is acknowledged"
        }
    }
}

/// Tells one lie, from the first time on that there is something to lie about.
struct ModelLiar: Sendable {
    let lie: ModelLie
    /// The announcement that the lie is about.
    private var victim: ModelMessage?
    private var isDone = false

    init(_ lie: ModelLie) { self.lie = lie }

    /// Whether the agent takes note of a step.
    func lets(_ step: ModelStep) -> Bool {
        switch step {
        case .silence: lie != .silenced
        case .acknowledge: lie != .disregarded
        default: true
        }
    }

    /// Changes what can be seen of a step.
    mutating func change(_ observations: inout [ModelObservation]) {
        switch lie {
        case .silenced, .disregarded: return
        case .lost:
            choose(from: observations)
            observations.removeAll { if case .arrived(victim) = $0 { true } else { false } }
        case .unannounced:
            choose(from: observations)
            observations.removeAll { $0.message != nil && $0.message == victim }
        case .swapped: swap(&observations)
        case .doubled:
            guard let message = pick(from: observations) else { return }
            observations += Self.course(of: ModelMessage(key: message.key + "-2", body: message.body))
        case .again:
            guard let message = pick(from: observations) else { return }
            observations.append(.sent(message))
        case .rewritten:
            guard let message = pick(from: observations) else { return }
            var other = message
            other.body.sequence += 1
            observations.append(.sent(other))
        case .repeated:
            if let victim, !isDone {
                isDone = true
                observations.insert(contentsOf: Self.course(of: Self.reminder(of: victim)), at: 0)
            }
            choose(from: observations)
        }
    }

    private static func course(of message: ModelMessage) -> [ModelObservation] {
        [.decided(message), .sent(message), .arrived(message), .answered(message, .works)]
    }

    private static func reminder(of message: ModelMessage) -> ModelMessage {
        var body = message.body
        body.occasion = .reminder
        body.createdAt = body.createdAt + .seconds(1)
        for index in body.alerts.indices {
            body.alerts[index].change = .unchanged
            body.alerts[index].meanwhile = []
        }
        return ModelMessage(key: message.key + "-2", body: body)
    }

    private mutating func choose(from observations: [ModelObservation]) {
        victim = victim ?? Self.announcement(in: observations)
    }

    /// The first announcement, once.
    private mutating func pick(from observations: [ModelObservation]) -> ModelMessage? {
        guard victim == nil else { return nil }
        choose(from: observations)
        return victim
    }

    /// The first announcement is held back until its resolve has come.
    private mutating func swap(_ observations: inout [ModelObservation]) {
        choose(from: observations)
        guard let victim, !isDone else { return }
        observations.removeAll { if case .arrived(victim) = $0 { true } else { false } }
        let resolve = observations.firstIndex { observation in
            guard case .arrived(let message) = observation, message.body.destination == victim.body.destination else {
                return false
            }
            return message.body.alerts.contains { $0.change == .resolved && $0.id == victim.body.alerts.first?.id }
        }
        guard let resolve else { return }
        isDone = true
        observations.insert(.arrived(victim), at: resolve + 1)
    }

    /// A message that was decided, sent, and well answered in this step, and that announces something.
    private static func announcement(in observations: [ModelObservation]) -> ModelMessage? {
        for case .answered(let message, .works) in observations
        where message.body.occasion == .change && message.body.alerts.allSatisfy({ $0.change == .fired })
            && observations.contains(.decided(message))
        {
            return message
        }
        return nil
    }
}

extension ModelObservation {
    /// The message that it is about; nil for none.
    var message: ModelMessage? {
        switch self {
        case .decided(let message), .sent(let message), .arrived(let message), .answered(let message, _): message
        case .movedBack: nil
        }
    }
}
