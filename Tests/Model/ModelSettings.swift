import Alerting
import PromQL

/// The settings that the agent has in a run: small, and all that a reload may change.
struct ModelSettings: Hashable, Sendable {
    enum Rules: String, CaseIterable, Sendable {
        case both, used, down
    }

    /// One thing that a reload changes.
    enum Change: Hashable, Sendable, CustomStringConvertible {
        case routes(Int)
        case rules(Rules)
        /// Whether a pool is used too much from a lower value on.
        case low(Bool)
        /// Whether a pool that is down inhibits that it is used too much.
        case inhibits(Bool)
        /// Whether the receiver `pager` is there.
        case pager(Bool)

        var description: String {
            switch self {
            case .routes(let number): "routes \(number)"
            case .rules(let rules): "rules \(rules.rawValue)"
            case .low(let isOn): "low \(isOn)"
            case .inhibits(let isOn): "inhibits \(isOn)"
            case .pager(let isOn): "pager \(isOn)"
            }
        }

        init?(_ text: String) {
            let words = text.split(separator: " ").map(String.init)
            guard words.count == 2 else { return nil }
            let change: Change?
            switch words[0] {
            case "routes": change = Int(words[1]).map { .routes($0) }
            case "rules": change = Rules(rawValue: words[1]).map { .rules($0) }
            case "low": change = Bool(words[1]).map { .low($0) }
            case "inhibits": change = Bool(words[1]).map { .inhibits($0) }
            case "pager": change = Bool(words[1]).map { .pager($0) }
            default: change = nil
            }
            guard let change else { return nil }
            self = change
        }
    }

    var routes = 0
    var rules = Rules.both
    var low = false
    var inhibits = true
    var pager = true

    mutating func apply(_ change: Change) {
        switch change {
        case .routes(let number): routes = number
        case .rules(let rules): self.rules = rules
        case .low(let isOn): low = isOn
        case .inhibits(let isOn): inhibits = isOn
        case .pager(let isOn): pager = isOn
        }
    }

    var receivers: [ModelReceiver] { ModelReceiver.allCases.filter { $0 != .pager || pager } }

    func has(_ probe: ModelProbe) -> Bool {
        switch rules {
        case .both: true
        case .used: probe == .used
        case .down: probe == .down
        }
    }

    /// Above it a pool is used too much, and below it no more; for the two levels.
    var warning: (raise: Double, clear: Double) { low ? (0.6, 0.55) : (0.8, 0.7) }
    static let critical = (raise: 0.95, clear: 0.9)

    /// The root first, then what stands below it.
    var tree: [ModelRoute] {
        let trees = Self.trees
        return trees[((routes % trees.count) + trees.count) % trees.count]
    }

    /// The kinds of trees that matter: one group, a level that goes elsewhere, one that goes elsewhere as well, one
    /// that goes to the same receiver in another group, mutes, and who takes what is rejected.
    static let trees: [[ModelRoute]] = [
        [ModelRoute("{}", .ops, groupBy: ["alertname"], fallback: .spare)],
        [
            ModelRoute("{}", .ops, groupBy: ["pool"]),
            ModelRoute("{}/critical", .pager, .severity(.critical), groupBy: ["pool"], wait: 0, fallback: .spare),
        ],
        [
            ModelRoute("{}", .ops),
            ModelRoute("{}/critical", .pager, .severity(.critical), continues: true, repeats: 90),
            ModelRoute("{}/a", .team, .pool("a"), continues: true, mutes: true),
            ModelRoute("{}/all", .ops, groupBy: ["alertname"]),
        ],
        [
            ModelRoute("{}", .ops, groupBy: ["pool"], fallback: .spare),
            ModelRoute("{}/critical", .ops, .severity(.critical), wait: 1, fallback: .spare),
        ],
        [
            ModelRoute("{}", .log, groupBy: ["pool"]),
            ModelRoute("{}/down", .team, .rule("Down"), groupBy: ["pool"], fallback: .spare, mutes: true),
            ModelRoute("{}/b", .spare, .pool("b"), groupBy: ["alertname"], speaksOnly: true),
        ],
    ]

    /// The routes that take an alert: the first that matches, and those after it that a `continue` lets through; the
    /// root where none does.
    func routes(of target: ModelTarget, level: Severity?) -> [ModelRoute] {
        var found: [ModelRoute] = []
        for route in tree.dropFirst() where route.pattern?.matches(target, level: level) ?? true {
            found.append(route)
            if !route.continues { break }
        }
        return (found.isEmpty ? [tree[0]] : found).filter { receivers.contains($0.receiver) }
    }

    /// The route of a message's group; the root where it is no more.
    func route(ofGroup key: String) -> ModelRoute {
        tree.first { key.hasPrefix($0.id + ":") } ?? tree[0]
    }

    /// A minute in four is quiet. The routes that mute say nothing then, and those that speak only in it nothing else.
    static func isQuiet(_ time: Timestamp) -> Bool { (time.milliseconds / 60_000) % 4 == 0 && isPlanned(time) }

    /// The quiet minutes are planned for two and a half hours of a day: a list for the whole of it would be long.
    private static let planned = 13 * 60 + 20..<16 * 60
    private static func isPlanned(_ time: Timestamp) -> Bool {
        planned.contains(Int(time.milliseconds / 60_000 % (24 * 60)))
    }

    /// For the engine.
    func configuration() throws -> Engine.Configuration {
        let place = SourceLocation(file: "model.yml", line: 1, column: 1)
        var groups: [RuleGroup] = []
        if has(.used) {
            let rule = AlertRule(
                name: "Used", location: place, expression: try Expression("pool_used"),
                condition: .levels([
                    try Self.level(.warning, warning), try Self.level(.critical, Self.critical),
                ]))
            groups.append(RuleGroup(name: "used", file: "model.yml", interval: .seconds(1), rules: [.alert(rule)]))
        }
        if has(.down) {
            let rule = AlertRule(
                name: "Down", location: place, expression: try Expression("pool_down > 0.6"),
                condition: .presence(holdFor: .zero, keepFiringFor: .zero))
            groups.append(RuleGroup(name: "down", file: "model.yml", interval: .seconds(1), rules: [.alert(rule)]))
        }
        let inhibition = InhibitRule(
            sources: [try Matcher("alertname", .equal, "Down")], targets: [try Matcher("alertname", .equal, "Used")],
            equal: ["pool"])
        let quiet = RecurringTime.Span(minutes: Self.planned.filter { $0 % 4 == 0 }.map { $0..<$0 + 1 })
        return Engine.Configuration(
            groups: groups, route: try ModelRoute.route(of: tree),
            policies: receivers.map {
                DestinationPolicy(
                    destination: $0.destination, sendsResolved: $0.sendsResolved,
                    tellsAcknowledgements: $0.tellsAcknowledgements)
            },
            probes: ModelProbe.allCases.map { ($0.rawValue, ["job": $0.rawValue]) },
            inhibitRules: inhibits ? [inhibition] : [],
            intervals: [RecurringTime(name: ModelRoute.quiet, spans: [quiet])])
    }

    private static func level(_ level: Severity, _ limits: (raise: Double, clear: Double)) throws -> LevelRule {
        LevelRule(
            level: level, raise: try Threshold("> \(limits.raise)"), clear: try Threshold("< \(limits.clear)"),
            raiseFor: .zero, clearFor: .zero)
    }
}

/// A node of a small routing tree: a root and what stands below it.
struct ModelRoute: Hashable, Sendable {
    let id: String
    let receiver: ModelReceiver
    let pattern: ModelPattern?
    let continues: Bool
    let groupBy: [String]
    /// Seconds, all three.
    let wait: Int
    let interval = 6
    let repeats: Int
    let fallback: ModelReceiver?
    /// Whether it says nothing in the quiet minutes.
    let mutes: Bool
    /// Whether it says something only in the quiet minutes.
    let speaksOnly: Bool

    static let quiet = "quiet"

    init(
        _ id: String, _ receiver: ModelReceiver, _ pattern: ModelPattern? = nil, continues: Bool = false,
        groupBy: [String] = [], wait: Int = 2, repeats: Int = 40, fallback: ModelReceiver? = nil, mutes: Bool = false,
        speaksOnly: Bool = false
    ) {
        self.id = id
        self.receiver = receiver
        self.pattern = pattern
        self.continues = continues
        self.groupBy = groupBy
        self.wait = wait
        self.repeats = repeats
        self.fallback = fallback
        self.mutes = mutes
        self.speaksOnly = speaksOnly
    }

    /// Whether it may say nothing now.
    func isMuted(at now: Timestamp) -> Bool {
        (mutes && ModelSettings.isQuiet(now)) || (speaksOnly && !ModelSettings.isQuiet(now))
    }

    static func route(of tree: [ModelRoute]) throws -> Route {
        try tree[0].route(below: tree.dropFirst().map { try $0.route(below: []) })
    }

    private func route(below: [Route]) throws -> Route {
        Route(
            id: id, receiver: receiver.rawValue, matchers: try pattern.map { [try $0.matcher()] } ?? [],
            continues: continues, groupBy: .labels(groupBy), groupWait: .seconds(wait),
            groupInterval: .seconds(interval), repeatInterval: .seconds(repeats), fallback: fallback?.rawValue,
            muteIntervals: mutes ? [Self.quiet] : [], activeIntervals: speaksOnly ? [Self.quiet] : [], routes: below)
    }
}
