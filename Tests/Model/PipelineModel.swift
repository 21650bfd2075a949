import Alerting
import PromQL

/// What the notification pipeline must do, said as simply as can be and without any of the agent's code: it follows
/// what the targets show, who is to hear of it and what holds it back, and looks at each message.
///
/// A step of a new kind is one case in `apply`, and what it means for `isHeld` or `look`.
struct PipelineModel {
    /// What one receiver must not get twice, or in two forms.
    struct Key {
        let receiver: ModelReceiver
        let body: Notification
        let parts: [ModelPart]
        /// How many messages had been decided before it.
        let number: Int
        var hasArrived = false
        var isUnderWay = false
        /// An attempt may have arrived.
        var mayHaveArrived = false
        /// The agent died when it was about to send it, and can't know whether it did.
        var maySeemArrived = false
        /// It was taken or rejected, and that is stored.
        var isSettled = false
    }

    struct EarID: Hashable {
        let receiver: ModelReceiver
        let target: ModelTarget
    }

    struct GroupID: Hashable {
        let receiver: ModelReceiver
        let key: String
    }

    /// What is wrong; empty while nothing is.
    var faults: [String] = []
    private(set) var now = ModelWorld.start
    /// Seconds in which the agent could act: it may need some rounds, however long a pause is.
    private(set) var awake = 0
    /// Whether the agent looked at its groups in this step, and what it decided is stored.
    private var hasActed = false
    private(set) var settings = ModelSettings()
    private var readings: [ModelTarget: ModelReading] = [:]
    private var failing: Set<ModelProbe> = []
    private var answers: [ModelReceiver: ModelAnswer] = [:]
    private var silences: [(pattern: ModelPattern, from: Timestamp, until: Timestamp, isOver: Bool)] = []
    private(set) var truths: [ModelTarget: ModelTruth] = [:]
    var ears: [EarID: ModelEar] = [:]
    var keys: [String: Key] = [:]
    /// How many messages have been decided.
    var decided = 0
    /// When each group's last message was decided.
    var lastMessages: [GroupID: Timestamp] = [:]
    /// Who looks after which target: of which episode, at which level, until when.
    private var acknowledged: [ModelTarget: (episode: Int, level: Severity?, until: Timestamp)] = [:]
    /// When an acknowledgement of each target ended last while it was on.
    private(set) var acknowledgedUntil: [ModelTarget: Timestamp] = [:]
    /// When each target was silenced last.
    private(set) var silencedAt: [ModelTarget: Timestamp] = [:]
    /// Since when each receiver has worked, in seconds awake; nil while it does not.
    private var worksSince: [ModelReceiver: Int] = [:]
    /// When something happened that concerns all, in seconds awake.
    private var disturbedAt = 0

    /// After this many seconds in which nothing changes and the receiver works, it must know how things stand. It is
    /// more than `Retry-After`, the longest pause between attempts and `group_interval` together.
    private static let patience = 60

    init() {
        for receiver in ModelReceiver.allCases {
            worksSince[receiver] = 0
            for target in ModelTarget.allCases { ears[EarID(receiver: receiver, target: target)] = ModelEar() }
        }
        for target in ModelTarget.allCases { truths[target] = ModelTruth() }
    }

    mutating func apply(_ step: ModelStep, _ observations: [ModelObservation]) {
        hasActed = false
        switch step {
        case .sample(let target, let reading):
            readings[target] = reading
            second(1)
        case .wait(let seconds): second(seconds)
        case .probe(let probe, let fails): if fails { failing.insert(probe) } else { failing.remove(probe) }
        case .silence(let pattern, let after, let lasts):
            silences.append((pattern, now + .seconds(after), now + .seconds(after + lasts), false))
        case .expire(let number):
            guard silences.indices.contains(number), now < silences[number].until, !silences[number].isOver else {
                break
            }
            silences[number].until = now
            silences[number].isOver = true
        case .acknowledge(let pattern, let lasts):
            for (target, truth) in truths where truth.isOn && pattern.matches(target, level: truth.level) {
                acknowledged[target] = (truth.number, truth.level, now + .seconds(lasts))
            }
        case .withdraw(let pattern):
            for target in ModelTarget.allCases
            where isAcknowledged(target) && pattern.matches(target, level: truths[target]?.level) {
                acknowledged[target] = nil
                acknowledgedUntil[target] = now
            }
        case .receiver(let receiver, let answer):
            answers[receiver] = answer
            worksSince[receiver] = answer == .works ? (worksSince[receiver] ?? awake) : nil
        case .reload(let change): reload(change)
        case .crash(let moment, let pause):
            // What was not stored has not been.
            if moment == .beforeCommit { now = now + .seconds(1) } else { second(1) }
            look()
            for observation in observations { judge(observation) }
            now = now + .seconds(pause)
            hasActed = false
            if moment == .beforeSend { for key in keys.keys { keys[key]?.maySeemArrived = true } }
            die()
            look()
            return
        case .standStill(let seconds):
            now = now + .seconds(seconds)
            disturbedAt = awake
            second(1)
        case .clockBack(let seconds):
            now = now - .seconds(seconds)
            die()
        case .calm: break
        }
        look()
        for observation in observations { judge(observation) }
        if case .wait = step { demand() }
    }

    private mutating func second(_ seconds: Int) {
        now = now + .seconds(seconds)
        awake += seconds
        hasActed = true
        // One that is over stays so, whatever the clock does.
        for index in silences.indices where silences[index].until <= now { silences[index].isOver = true }
        for target in ModelTarget.allCases where settings.has(target.probe) && !failing.contains(target.probe) {
            truths[target]?.observe((readings[target] ?? .gone).value, of: target, settings: settings, at: now)
        }
        for target in acknowledged.keys { turnAcknowledgement(of: target) }
    }

    /// It ends with its episode, where the level rises, and with its time.
    private mutating func turnAcknowledgement(of target: ModelTarget) {
        guard let one = acknowledged[target], let truth = truths[target] else { return }
        let hasRisen = (truth.level ?? .info) > (one.level ?? .info)
        acknowledged[target]?.level = truth.level
        if !truth.isOn || truth.number != one.episode || hasRisen {
            acknowledged[target] = nil
        } else if one.until <= now {
            acknowledged[target] = nil
            acknowledgedUntil[target] = now
        }
    }

    func isAcknowledged(_ target: ModelTarget) -> Bool {
        guard let one = acknowledged[target], let truth = truths[target] else { return false }
        return truth.isOn && truth.number == one.episode && one.until > now
    }

    private mutating func reload(_ change: ModelSettings.Change) {
        settings.apply(change)
        disturbedAt = awake
        for target in ModelTarget.allCases where !settings.has(target.probe) { truths[target]?.end(at: now) }
        for id in ears.keys {
            ears[id]?.due = []
            ears[id]?.isClean = false
        }
        guard !settings.pager else { return }
        for target in ModelTarget.allCases { ears[EarID(receiver: .pager, target: target)] = ModelEar() }
        keys = keys.filter { $0.value.receiver != .pager }
        lastMessages = lastMessages.filter { $0.key.receiver != .pager }
    }

    private mutating func die() {
        disturbedAt = awake
        for (key, value) in keys where value.isUnderWay {
            keys[key]?.isUnderWay = false
            keys[key]?.mayHaveArrived = true
        }
    }

    /// All that was written was written under a clock that was ahead.
    mutating func moveBack(by step: Duration) {
        for target in ModelTarget.allCases { truths[target]?.moveBack(by: step) }
        lastMessages = lastMessages.mapValues { $0 - step }
        silencedAt = silencedAt.mapValues { $0 - step }
        acknowledgedUntil = acknowledgedUntil.mapValues { $0 - step }
    }

    // MARK: Who is to hear of what

    func isSilenced(_ target: ModelTarget) -> Bool {
        silences.contains {
            !$0.isOver && $0.from <= now && now < $0.until && $0.pattern.matches(target, level: truths[target]?.level)
        }
    }

    func isInhibited(_ target: ModelTarget) -> Bool {
        guard settings.inhibits, target.probe == .used else { return false }
        let sources = ModelTarget.allCases.filter { $0.probe == .down && $0.pool == target.pool }
        return sources.contains { truths[$0]?.isOn == true }
    }

    func route(of id: EarID) -> ModelRoute? {
        settings.routes(of: id.target, level: truths[id.target]?.level).first { $0.receiver == id.receiver }
    }

    /// Takes note of how each receiver stands to each target.
    private mutating func look() {
        for target in ModelTarget.allCases {
            guard let truth = truths[target] else { continue }
            let isSilenced = truth.isOn && isSilenced(target)
            if isSilenced { silencedAt[target] = now }
            let isHeld = isSilenced || (truth.isOn && isInhibited(target))
            let routes = settings.routes(of: target, level: truth.level)
            for receiver in ModelReceiver.allCases {
                let id = EarID(receiver: receiver, target: target)
                let route = routes.first { $0.receiver == receiver }
                let standing = ModelEar.Standing(
                    isOn: truth.isOn, level: truth.level, route: truth.isOn ? route?.id : nil,
                    isHeld: truth.isOn && (isHeld || route?.isMuted(at: now) == true))
                ears[id]?.take(
                    standing, truth: truth, wait: route?.wait ?? 0, now: now, awake: awake, hasActed: hasActed)
            }
        }
    }

    /// What must have been said by now.
    private mutating func demand() {
        for receiver in settings.receivers {
            guard let worksSince = worksSince[receiver] else { continue }
            for target in ModelTarget.allCases {
                let id = EarID(receiver: receiver, target: target)
                guard let ear = ears[id], let truth = truths[target],
                    awake - max(worksSince, ear.disturbedAt, disturbedAt) >= Self.patience
                else { continue }
                demand(of: ear, truth: truth, who: "\(receiver.rawValue) \(target.rawValue)", at: id)
            }
        }
    }

    private mutating func demand(of ear: ModelEar, truth: ModelTruth, who: String, at id: EarID) {
        let missing = ear.due.subtracting(ear.heard)
        if !missing.isEmpty && id.receiver.sendsResolved {
            faults.append("\(who): never heard of the episodes \(missing.sorted())")
        }
        ears[id]?.due = []
        guard truth.isOn else {
            if ear.believed != nil && id.receiver.sendsResolved {
                faults.append("\(who): it is over, and that was not told")
            }
            return
        }
        guard !ear.standing.isHeld else { return }
        if ear.standing.route != nil {
            if ear.claimed?.episode != truth.number { faults.append("\(who): it is on, and that was not told") }
        } else {
            guard ear.taken == truth.number || ear.believed?.episode == truth.number else { return }
            // The route of its group may be one that is no more.
            guard !settings.tree.contains(where: { $0.mutes || $0.speaksOnly }) else { return }
            if ear.claimed?.episode != truth.number { faults.append("\(who): rejected elsewhere, and not told here") }
        }
        if let claimed = ear.claimed, claimed.episode == truth.number, claimed.level != truth.level {
            faults.append("\(who): it was told of \(Self.name(claimed.level)), and it is \(Self.name(truth.level))")
        }
    }

    static func name(_ level: Severity?) -> String { level?.rawValue ?? "-" }
}

extension ModelEar {
    /// Takes note of how things stand now.
    mutating func take(
        _ new: Standing, truth: ModelTruth, wait: Int, now: Timestamp, awake: Int, hasActed: Bool
    ) {
        defer { standing = new }
        if new != standing { disturbedAt = awake }
        let isSame = new.isOn && standing.isOn && new.route == standing.route
        let isTold = new.isOn && new.route != nil && !new.isHeld
        if new.isOn && !standing.isOn {
            isClean = isTold && truth.episodes.last?.startedAt == now
            isRipe = false
        }
        if isTold { open.insert(truth.number) }
        // One that is held is told with those before it, once it is not.
        if new.isOn && !isTold { due = [] }
        if new.isOn && (!isTold || (standing.isOn && !isSame)) { isClean = false }
        if hasActed, isClean, isTold, let start = truth.episodes.last?.startedAt, now - start >= .seconds(wait) {
            isRipe = true
        }
        if !new.isOn && standing.isOn && isClean && isRipe { due.insert(truth.number) }
    }
}
