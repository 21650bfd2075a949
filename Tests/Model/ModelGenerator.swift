import Alerting
import Support

/// Makes the steps of one life of the agent: the same for the same seed.
struct ModelGenerator {
    private var random: SeededGenerator

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    /// - Parameter count: how many, without those that bring all to an end.
    mutating func life(of count: Int) -> [ModelStep] {
        var steps: [ModelStep] = []
        // A few lives know few kinds of trouble, so that what is left is seen clearly.
        let kinds = weights.filter { _ in chance(85) } + [weights[0]]
        for _ in 0..<count { steps.append(step(from: kinds)) }
        return steps + Self.end(after: steps)
    }

    /// All silences end, all receivers work, and all is well.
    static func end(after steps: [ModelStep]) -> [ModelStep] {
        let silences = steps.count { if case .silence = $0 { true } else { false } }
        return (0..<silences).map { .expire($0) } + [.calm]
            + ModelTarget.allCases.map { .sample($0, .low) } + [.calm]
    }

    private enum Kind {
        case sample, wait, probe, silence, expire, acknowledge, withdraw, receiver, reload, crash, standStill,
            clockBack, calm
    }

    /// Each kind with how often it comes.
    private let weights: [(kind: Kind, weight: Int)] = [
        (.sample, 40), (.wait, 22), (.probe, 3), (.silence, 5), (.expire, 3),
        (.acknowledge, 6), (.withdraw, 2), (.receiver, 12), (.reload, 5),
        (.crash, 5), (.standStill, 1), (.clockBack, 1), (.calm, 1),
    ]

    private mutating func step(from kinds: [(kind: Kind, weight: Int)]) -> ModelStep {
        var luck = number(kinds.reduce(0) { $0 + $1.weight })
        let kind = kinds.first {
            luck -= $0.weight
            return luck < 0
        }
        switch kind?.kind ?? .sample {
        case .sample: return .sample(one(ModelTarget.allCases), one(ModelReading.allCases))
        case .wait: return .wait(1 + number(5))
        case .probe: return .probe(one(ModelProbe.allCases), fails: chance(40))
        case .silence:
            return .silence(pattern(), after: chance(60) ? 0 : number(30), lasts: 1 + number(chance(80) ? 40 : 400))
        case .expire: return .expire(number(6))
        case .acknowledge: return .acknowledge(pattern(), lasts: 1 + number(chance(50) ? 60 : 600))
        case .withdraw: return .withdraw(pattern())
        case .receiver:
            return .receiver(one(ModelReceiver.allCases), chance(45) ? .works : one(ModelAnswer.allCases))
        case .reload: return .reload(change())
        case .crash: return .crash(one(ModelStep.CrashMoment.allCases), pause: number(chance(80) ? 5 : 900))
        case .standStill: return .standStill(11 + number(900))
        case .clockBack: return .clockBack(1 + number(1800))
        case .calm: return .calm
        }
    }

    private mutating func pattern() -> ModelPattern {
        switch number(3) {
        case 0: .rule(one(["Used", "Down"]))
        case 1: .pool(one(["a", "b", "c"]))
        default: .severity(one([.warning, .critical]))
        }
    }

    private mutating func change() -> ModelSettings.Change {
        switch number(8) {
        case 0: .rules(one(ModelSettings.Rules.allCases))
        case 1: .low(chance(50))
        case 2: .inhibits(chance(50))
        case 3: .pager(chance(70))
        default: .routes(number(ModelSettings.trees.count))
        }
    }

    private mutating func number(_ below: Int) -> Int { Int(random.next() % UInt64(max(1, below))) }

    private mutating func chance(_ percent: Int) -> Bool { number(100) < percent }

    private mutating func one<Element>(_ all: [Element]) -> Element { all[number(all.count)] }
}
