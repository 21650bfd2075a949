import Alerting
import PromQL

/// One thing that happens in a run of the model test. Each makes sense without those before it, so that a failing list
/// can be cut down; each is a line of text that can be read back.
enum ModelStep: Hashable, Sendable {
    /// A target shows something else; a second passes.
    case sample(ModelTarget, ModelReading)
    /// Time passes while all goes on as before; seconds.
    case wait(Int)
    /// From now on a probe fails, or works.
    case probe(ModelProbe, fails: Bool)
    /// Somebody sets a silence; seconds from now until it begins, and for how long it holds.
    case silence(ModelPattern, after: Int, lasts: Int)
    /// Somebody ends the silence that was set as the nth, if it is not over.
    case expire(Int)
    /// Somebody acknowledges what is on and meant; for how many seconds.
    case acknowledge(ModelPattern, lasts: Int)
    /// Somebody takes back the acknowledgements of what is meant.
    case withdraw(ModelPattern)
    /// From now on a receiver answers so.
    case receiver(ModelReceiver, ModelAnswer)
    /// The settings are read again, changed.
    case reload(ModelSettings.Change)
    /// A second passes, the agent dies in the middle of it, and starts again after a pause in seconds.
    case crash(CrashMoment, pause: Int)
    /// The agent stands still for a while, as when a machine sleeps; seconds.
    case standStill(Int)
    /// The agent dies, the wall clock is set back by these seconds, and it starts again.
    case clockBack(Int)
    /// The probes and the receivers work for more than a minute.
    case calm

    /// Where a crash comes in the second.
    enum CrashMoment: String, CaseIterable, Sendable {
        /// What was decided is not stored, so nothing of it has left.
        case beforeCommit = "before-commit"
        /// What was decided is stored, and no byte has left.
        case beforeSend = "before-send"
        /// The receivers have what was sent, and their answers never come.
        case beforeAnswer = "before-answer"
        /// The answers are here, and not stored.
        case afterAnswer = "after-answer"
    }

    /// What it is made of: steps that the world and the model know.
    var parts: [ModelStep] {
        guard self == .calm else { return [self] }
        return ModelReceiver.allCases.map { .receiver($0, .works) }
            + ModelProbe.allCases.map { .probe($0, fails: false) }
            + Array(repeating: .wait(5), count: 14)
    }
}

extension ModelStep: CustomStringConvertible {
    var description: String {
        switch self {
        case .sample(let target, let reading): "sample \(target.rawValue) \(reading.rawValue)"
        case .wait(let seconds): "wait \(seconds)"
        case .probe(let probe, let fails): "probe \(probe.rawValue) \(fails ? "fails" : "works")"
        case .silence(let pattern, let after, let lasts): "silence \(pattern) \(after) \(lasts)"
        case .expire(let number): "expire \(number)"
        case .acknowledge(let pattern, let lasts): "acknowledge \(pattern) \(lasts)"
        case .withdraw(let pattern): "withdraw \(pattern)"
        case .receiver(let receiver, let answer): "receiver \(receiver.rawValue) \(answer.rawValue)"
        case .reload(let change): "reload \(change)"
        case .crash(let moment, let pause): "crash \(moment.rawValue) \(pause)"
        case .standStill(let seconds): "stand-still \(seconds)"
        case .clockBack(let seconds): "clock-back \(seconds)"
        case .calm: "calm"
        }
    }

    /// Reads a line as `description` writes it; nil for anything else.
    init?(_ line: String) {
        let words = line.split(separator: " ").map(String.init)
        func word(_ index: Int) -> String { index < words.count ? words[index] : "" }
        let step: ModelStep?
        switch word(0) {
        case "sample":
            step = ModelTarget(rawValue: word(1)).flatMap { target in
                ModelReading(rawValue: word(2)).map { .sample(target, $0) }
            }
        case "wait": step = Int(word(1)).map { .wait($0) }
        case "probe": step = ModelProbe(rawValue: word(1)).map { .probe($0, fails: word(2) == "fails") }
        case "silence":
            step = ModelPattern(word(1)).flatMap { pattern in
                Int(word(2)).flatMap { after in Int(word(3)).map { .silence(pattern, after: after, lasts: $0) } }
            }
        case "expire": step = Int(word(1)).map { .expire($0) }
        case "acknowledge":
            step = ModelPattern(word(1)).flatMap { pattern in
                Int(word(2)).map { .acknowledge(pattern, lasts: $0) }
            }
        case "withdraw": step = ModelPattern(word(1)).map { .withdraw($0) }
        case "receiver":
            step = ModelReceiver(rawValue: word(1)).flatMap { receiver in
                ModelAnswer(rawValue: word(2)).map { .receiver(receiver, $0) }
            }
        case "reload": step = ModelSettings.Change(words.dropFirst().joined(separator: " ")).map { .reload($0) }
        case "crash":
            step = CrashMoment(rawValue: word(1)).flatMap { moment in
                Int(word(2)).map { .crash(moment, pause: $0) }
            }
        case "stand-still": step = Int(word(1)).map { .standStill($0) }
        case "clock-back": step = Int(word(1)).map { .clockBack($0) }
        case "calm": step = .calm
        default: step = nil
        }
        guard let step else { return nil }
        self = step
    }
}

/// What a rule and a label set are about: an alert.
enum ModelTarget: String, CaseIterable, Sendable {
    case usedA = "used/a"
    case usedB = "used/b"
    case usedC = "used/c"
    case downA = "down/a"
    case downB = "down/b"

    var probe: ModelProbe { rawValue.hasPrefix("used") ? .used : .down }
    var pool: String { String(rawValue.suffix(1)) }
    /// The rule's name.
    var rule: String { probe == .used ? "Used" : "Down" }
    /// The alert's id: by rule and labels, as every receiver sees it.
    var id: AlertID { AlertID(labels: ["alertname": rule, "job": probe.rawValue, "pool": pool]) }

    static let byID = Dictionary(uniqueKeysWithValues: allCases.map { ($0.id, $0) })
}

/// A probe gives the series of all its targets.
enum ModelProbe: String, CaseIterable, Sendable {
    case used, down

    var metric: String { "pool_\(rawValue)" }
}

/// What a target shows. For `down` anything above 0.6 is down.
enum ModelReading: String, CaseIterable, Sendable {
    case low = "0.5"
    case lowish = "0.65"
    case middle = "0.75"
    case high = "0.85"
    case higher = "0.92"
    case highest = "0.99"
    /// Its series is not there.
    case gone

    /// Nil where the series is not there.
    var value: Double? { Double(rawValue) }
}

/// Which alerts somebody means, by one label.
enum ModelPattern: Hashable, Sendable, CustomStringConvertible {
    case rule(String)
    case pool(String)
    case severity(Severity)

    var description: String {
        switch self {
        case .rule(let name): "alertname=\(name)"
        case .pool(let name): "pool=\(name)"
        case .severity(let level): "severity=\(level)"
        }
    }

    init?(_ text: String) {
        let parts = text.split(separator: "=").map(String.init)
        guard parts.count == 2 else { return nil }
        switch parts[0] {
        case "alertname": self = .rule(parts[1])
        case "pool": self = .pool(parts[1])
        case "severity":
            guard let level = Severity(rawValue: parts[1]) else { return nil }
            self = .severity(level)
        default: return nil
        }
    }

    func matches(_ target: ModelTarget, level: Severity?) -> Bool {
        switch self {
        case .rule(let name): target.rule == name
        case .pool(let name): target.pool == name
        case .severity(let wanted): level == wanted
        }
    }

    func matcher() throws -> Matcher {
        switch self {
        case .rule(let name): try Matcher("alertname", .equal, name)
        case .pool(let name): try Matcher("pool", .equal, name)
        case .severity(let level): try Matcher(Severity.label, .equal, level.rawValue)
        }
    }
}

/// A receiver with one channel.
enum ModelReceiver: String, CaseIterable, Sendable {
    case ops, pager, team, spare
    /// Wants no resolves.
    case log

    var destination: Destination { Destination(receiver: rawValue, channel: "webhook", index: 0) }
    var sendsResolved: Bool { self != .log }
    /// Wants to hear that somebody acknowledged.
    var tellsAcknowledgements: Bool { self == .pager || self == .ops }
}

/// How a receiver answers.
enum ModelAnswer: String, CaseIterable, Sendable {
    case works
    /// No connection.
    case refuses
    /// 429 with `Retry-After`.
    case busy
    /// The request goes out, and neither arrives nor is answered.
    case swallows
    /// It has the message, and its answer gets lost.
    case mumbles
    /// It will never take the message.
    case rejects
    /// It has the message, and answers well once it answers otherwise than so.
    case hangs

    static let retryAfter = 20

    /// Whether the receiver has the message.
    var arrives: Bool {
        switch self {
        case .works, .mumbles, .hangs: true
        case .refuses, .busy, .swallows, .rejects: false
        }
    }

    /// What the agent is told; nil for nothing yet.
    var outcome: DeliveryOutcome? {
        switch self {
        case .works: .delivered(answer: "ok")
        case .refuses: .retry(reason: "refused", retryAfter: nil, mayHaveArrived: false)
        case .busy: .retry(reason: "429", retryAfter: .seconds(Self.retryAfter), mayHaveArrived: false)
        case .swallows, .mumbles: .retry(reason: "timed out", retryAfter: nil, mayHaveArrived: true)
        case .rejects: .rejected(reason: "404")
        case .hangs: nil
        }
    }
}
