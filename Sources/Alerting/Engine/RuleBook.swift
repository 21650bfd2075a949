package import PromQL
import Templates

/// The rules, their alerts, and when each group is due: evaluates and decides, acts on nothing.
package struct RuleBook: Sendable {
    /// Which rule an alert comes from, stable while rules are added around it.
    package struct RuleKey: Hashable, Sendable {
        package let name: String
        package let ordinal: Int
    }

    /// What is remembered of one rule.
    struct Memory: Sendable {
        var health: RuleHealth
        /// The series that the rule gave last, to mark what it stops giving: a recording rule's own, and `ALERTS` and
        /// `ALERTS_FOR_STATE` of an alerting rule.
        var recorded: Set<Labels> = []
        /// How often running it took longer than it may.
        private var overruns = 0
        /// It is not evaluated before; nil where it may be.
        private(set) var restsUntil: Timestamp?

        init(health: RuleHealth) {
            self.health = health
        }

        /// Takes note of an evaluation's time. One alone may be late because the machine or the process stood still;
        /// from the second on the rule rests, so that it costs the others a tenth of the time at most.
        mutating func note(_ took: Duration, failed: Bool, longest: Duration, at now: Timestamp) {
            overruns = failed && took > longest ? overruns + 1 : 0
            restsUntil = overruns > 1 ? now + longest * 10 : nil
        }
    }

    package private(set) var groups: [RuleGroup]
    /// Every alert that is not simply well.
    package internal(set) var alerts: [AlertID: Alert]
    /// By group and rule, in the order of `groups`.
    var memories: [[Memory]]
    /// Gives the time that has passed since some moment, to measure evaluations; the shell sets one that does.
    package var stopwatch: @Sendable () -> Duration = { .zero }
    package private(set) var externalLabels: Labels
    package private(set) var externalURL: String
    /// What expressions are evaluated with: the evaluation interval is the resolution of subqueries that name none.
    /// While a rule is evaluated, with its deadline.
    package var limits = EvaluationLimits(maxSamples: Self.mostSamples)
    var alertsByRule: [RuleKey: Set<AlertID>]
    /// The alerts that must be written to the store, or removed from it where they are no longer here.
    var changed: Set<AlertID> = []
    /// Evaluations of rules since the start.
    package internal(set) var evaluations = 0
    /// The alerts whose texts were expanded with the present rules.
    var withTexts: Set<AlertID> = []
    /// The diagnosis that each rule names as its evidence, as `runbook/block`.
    private(set) var diagnoses: [RuleKey: String] = [:]
    private var nextEvaluation: [Timestamp]
    private var readers: [String: [Int]] = [:]
    private var readersOfAll: [Int] = []
    /// What each rule looks back at.
    private(set) var pasts: RulePasts
    let startedAt: Timestamp
    /// The alerts that others sent and that fire, by their end.
    var receivedEnds = DueQueue<AlertID>()
    /// What recording rules gave since it was last taken out, of the metrics that rules read the past of.
    private var gathered: [Sample] = []

    /// The most samples that one rule may read. Messages wait while rules are evaluated, so rules get less than people.
    package static let mostSamples = 10_000_000
    /// The longest that one rule may take.
    private static let longestEvaluation = Duration.seconds(5)
    /// A rule is given this long also in groups of shorter intervals: the machine may be busy with something else.
    private static let shortestDeadline = Duration.seconds(1)

    package init(
        groups: [RuleGroup], alerts: [Alert], externalLabels: Labels = Labels(), externalURL: String = "",
        startedAt: Timestamp
    ) {
        self.groups = groups
        self.alerts = Dictionary(alerts.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
        self.externalLabels = externalLabels
        self.externalURL = externalURL
        self.startedAt = startedAt
        pasts = RulePasts(groups)
        alertsByRule = [:]
        memories = groups.map { group in
            group.expressions.map { Memory(health: RuleHealth(of: $0, loadedAt: startedAt)) }
        }
        nextEvaluation = groups.map { startedAt + $0.interval }
        for alert in alerts where alert.isOfRule {
            alertsByRule[RuleKey(name: alert.rule, ordinal: alert.ordinal), default: []].insert(alert.id)
        }
        indexRules()
        waitForSenders(at: startedAt)
    }

    /// Takes over other rules, all due at once. Alerts are kept with their timers.
    ///
    /// - Returns: the series of recording rules that are no more.
    package mutating func replace(
        groups: [RuleGroup], externalLabels: Labels, externalURL: String, at now: Timestamp
    ) -> Set<Labels> {
        var known: [String: Memory] = [:]
        for (group, rules) in zip(self.groups, memories) {
            for (place, memory) in zip(Self.places(in: group), rules) { known[place] = memory }
        }
        memories = groups.map { group in
            zip(Self.places(in: group), group.expressions).map { place, expression in
                known[place] ?? Memory(health: RuleHealth(of: expression, loadedAt: now))
            }
        }
        let recorded = Set(known.values.flatMap(\.recorded))
        let gone = recorded.subtracting(memories.flatMap { $0.flatMap(\.recorded) })
        self.groups = groups
        self.externalLabels = externalLabels
        self.externalURL = externalURL
        withTexts = []
        nextEvaluation = groups.map { _ in now }
        pasts = RulePasts(groups)
        indexRules()
        return gone
    }

    /// What a rule is known by when rules are loaded again: it keeps its memory while its text stays the same.
    private static func places(in group: RuleGroup) -> [String] {
        group.rules.enumerated().map { index, entry in
            "\(group.file)\0\(group.name)\0\(index)\0\(entry.name)\0\(entry.expression.text)"
        }
    }

    /// How each rule of a group fares, in order.
    package func health(ofGroup index: Int) -> [RuleHealth] { memories[index].map(\.health) }

    /// How many rules failed in their last evaluation.
    package var failing: Int { memories.reduce(0) { $0 + $1.count { $0.health.last?.error != nil } } }

    /// Evaluations kept of each rule: vmalert's 20, and fewer where there are thousands of rules.
    var mostEvaluations: Int {
        min(20, max(1, 20_000 / max(1, memories.reduce(0) { $0 + $1.count })))
    }

    private mutating func indexRules() {
        diagnoses = Self.diagnoses(of: groups)
        readers = [:]
        readersOfAll = []
        for (index, group) in groups.enumerated() {
            guard let names = group.metricNames else {
                readersOfAll.append(index)
                continue
            }
            for name in names { readers[name, default: []].append(index) }
        }
    }

    /// The earliest time at which a group is due; nil without groups.
    package var nextDue: Timestamp? { nextEvaluation.min() }

    /// Makes the groups that read these metrics due now.
    package mutating func wake(metrics: Set<String>, at now: Timestamp) {
        guard !metrics.isEmpty else { return }
        for name in metrics {
            for index in readers[name] ?? [] { nextEvaluation[index] = min(nextEvaluation[index], now) }
        }
        for index in readersOfAll { nextEvaluation[index] = min(nextEvaluation[index], now) }
    }

    /// Evaluates the groups that are due, in order. What a recording rule gave wakes the groups that read it: later
    /// ones in the same pass, earlier ones in the next.
    package mutating func evaluateDue(at now: Timestamp, probes: ProbeBook, window: inout SampleWindow) -> [AlertEvent]
    {
        var events: [AlertEvent] = []
        let most = mostEvaluations
        let standing = limits
        defer { limits = standing }
        for index in groups.indices where nextEvaluation[index] <= now {
            nextEvaluation[index] = now + groups[index].interval
            var recorded: Set<String> = []
            let longest = max(min(groups[index].interval, Self.longestEvaluation), Self.shortestDeadline)
            for (place, entry) in groups[index].rules.enumerated() {
                if let rest = memories[index][place].restsUntil, now < rest { continue }
                evaluations += 1
                let began = stopwatch()
                limits = Self.ended(standing, after: longest, from: began, by: stopwatch)
                var statistics = EvaluationStatistics()
                let outcome: Outcome
                switch entry {
                case .alert(let rule):
                    outcome = evaluate(
                        rule, of: groups[index], at: now, probes: probes, window: window, statistics: &statistics,
                        events: &events)
                    // Not inout: while `self` reads, that would copy the memories of all rules, for every rule.
                    let shown = memories[index][place].recorded
                    let shows = showAlerts(of: rule, at: now, window: &window, shown: shown)
                    if shows != shown {
                        memories[index][place].recorded = shows
                        recorded.formUnion(["ALERTS", "ALERTS_FOR_STATE"])
                    }
                case .record(let rule):
                    outcome = Self.record(
                        rule, limit: groups[index].limit, limits: limits, at: now, probes: probes, window: &window,
                        recorded: &memories[index][place].recorded, statistics: &statistics)
                    recorded.insert(rule.record)
                    if window.reach.readsThePast(of: rule.record) { gathered += outcome.samples }
                }
                let took = stopwatch() - began
                memories[index][place].note(took, failed: outcome.error != nil, longest: longest, at: now)
                memories[index][place].health.note(
                    RuleHealth.Evaluation(
                        at: now, duration: took, seriesRead: statistics.seriesRead,
                        samplesRead: statistics.samplesRead, seriesReturned: outcome.seriesReturned,
                        error: outcome.error),
                    matched: statistics.matched, keeping: most)
            }
            wake(metrics: recorded, at: now, except: index)
        }
        return events
    }

    /// The limits of one evaluation that begins now: one bad subquery must not hold up the alerts of all others.
    private static func ended(
        _ limits: EvaluationLimits, after longest: Duration, from began: Duration,
        by stopwatch: @escaping @Sendable () -> Duration
    ) -> EvaluationLimits {
        var limits = limits
        limits.isCancelled = { stopwatch() - began > longest }
        limits.whyCancelled = "the rule took longer than \(longest.promQL); narrow its selectors, ranges or subqueries"
        return limits
    }

    private mutating func wake(metrics: Set<String>, at now: Timestamp, except own: Int) {
        let next = nextEvaluation[own]
        wake(metrics: metrics, at: now)
        nextEvaluation[own] = next
    }

    /// How an evaluation ended.
    struct Outcome {
        var seriesReturned = 0
        var error: String?
        /// Of a recording rule.
        var samples: [Sample] = []
    }

    /// Takes out what recording rules gave since the last call.
    mutating func takeGathered() -> [Sample] {
        defer { gathered = [] }
        return gathered
    }

    /// Takes over which series recording rules gave before a restart. They are unknown until their rule is evaluated;
    /// those of a rule that is no more have ended.
    mutating func restore(_ series: Set<Labels>, in window: inout SampleWindow, at end: Timestamp) {
        for (name, labels) in Dictionary(grouping: series, by: { $0.metric ?? "" }) {
            let places = memories.indices.flatMap { group in
                memories[group].indices.map { (group, $0) }.filter { group, rule in
                    guard case .record(let entry) = groups[group].rules[rule] else { return false }
                    return entry.record == name
                }
            }
            // Of several rules of one name nobody knows any more which gave what.
            guard places.count == 1, let (group, rule) = places.first else {
                for one in labels { window.markStale(one, at: end) }
                continue
            }
            memories[group][rule].recorded.formUnion(labels)
            for one in labels { window.markUnknown(one, at: end) }
        }
    }

    /// Ends the alerts whose rule is no more.
    package mutating func resolveOrphans(at now: Timestamp) -> [AlertEvent] {
        var known: Set<RuleKey> = []
        for case .alert(let rule) in groups.flatMap(\.rules) {
            known.insert(RuleKey(name: rule.name, ordinal: rule.ordinal))
        }
        let machine = AlertMachine(
            condition: .presence(holdFor: .zero, keepFiringFor: .zero), interval: .seconds(15))
        var events: [AlertEvent] = []
        for (key, ids) in alertsByRule where !known.contains(key) {
            for id in ids.sorted() {
                guard var alert = alerts[id] else { continue }
                events += machine.observe(.absent(reason: "its rule was removed"), at: now, of: &alert)
                alerts[id] = alert
                changed.insert(id)
                if alert.phase == .inactive { forget(id) }
            }
        }
        return events.sorted { $0.alert < $1.alert }
    }

    /// Lets the timers of missing data begin anew: the agent did not run, and so could not have had any.
    package mutating func restartNoDataTimers(at now: Timestamp) {
        for (id, alert) in alerts where alert.machine.noDataSince != nil {
            alerts[id]?.machine.noDataSince = now
            changed.insert(id)
        }
    }

    /// Takes out which alerts changed since the last call.
    package mutating func takeChanged() -> Set<AlertID> {
        defer { changed = [] }
        return changed
    }

    /// Forgets an alert that is over and that nobody waits to hear of.
    package mutating func forget(_ id: AlertID) {
        guard let alert = alerts.removeValue(forKey: id) else { return }
        withTexts.remove(id)
        receivedEnds.set(id, nil)
        alertsByRule[RuleKey(name: alert.rule, ordinal: alert.ordinal)]?.remove(id)
    }
}

extension RuleGroup {
    /// The compiled expressions of its rules.
    package var expressions: [Expression] { rules.map(\.expression) }

    /// The metrics that its rules read; nil where one may read any.
    package var metricNames: Set<String>? {
        var names: Set<String> = []
        for expression in expressions {
            guard let own = expression.metricNames else { return nil }
            names.formUnion(own)
        }
        return names
    }
}
