import PromQL

/// What one message stands for that tells many at once.
package struct Digest: Hashable, Sendable, Codable {
    /// Why they are told together.
    package enum Cause: String, Hashable, Sendable, Codable, CaseIterable {
        /// It was wrong already when the agent began to watch.
        case firstLook = "first_look"
        /// So many came at once.
        case storm
        /// They waited for a receiver that could not be reached.
        case outage
    }

    /// How many alerts of one rule it tells.
    package struct Count: Hashable, Sendable, Codable {
        package var rule: String
        package var firing: Int
        package var over: Int
        /// The highest among those that fire; nil where none does, or in Prometheus's form.
        package var level: Severity?

        package init(rule: String, firing: Int, over: Int, level: Severity?) {
            self.rule = rule
            self.firing = firing
            self.over = over
            self.level = level
        }
    }

    package var cause: Cause
    /// How many messages it stands for.
    package var messages: Int
    package var firing: Int
    package var over: Int
    /// The highest level among what fires; nil where nothing does.
    package var level: Severity?
    /// By rule: what fires and is worst first, then by number; at most `mostRules`.
    package var rules: [Count]
    package var omittedRules: Int

    package init(
        cause: Cause, messages: Int, firing: Int, over: Int, level: Severity?, rules: [Count], omittedRules: Int
    ) {
        self.cause = cause
        self.messages = messages
        self.firing = firing
        self.over = over
        self.level = level
        self.rules = rules
        self.omittedRules = omittedRules
    }

    package static let mostRules = 20
    /// The alerts that are named in it one by one.
    package static let mostNamed = 20

    /// - Returns: the digest, and the alerts that it names: what fires and is worst first.
    static func of(_ messages: [Notification], cause: Cause) -> (digest: Digest, named: [NotifiedAlert]) {
        var alerts: [AlertID: NotifiedAlert] = [:]
        for message in messages {
            for alert in message.alerts where alert.change != .unchanged || message.occasion == .reminder {
                alerts[alert.id] = alert
            }
        }
        var counts: [String: Count] = [:]
        for alert in alerts.values {
            counts[alert.rule, default: Count(rule: alert.rule, firing: 0, over: 0, level: nil)].note(alert)
        }
        let rules = counts.values.sorted { one, other in
            if (one.firing > 0) != (other.firing > 0) { return one.firing > 0 }
            if one.level != other.level { return one.rank > other.rank }
            if one.total != other.total { return one.total > other.total }
            return one.rule < other.rule
        }
        let sorted = alerts.values.sorted { one, other in
            if one.isFiring != other.isFiring { return one.isFiring }
            let levels = (one.level ?? .info, other.level ?? .info)
            if levels.0 != levels.1 { return levels.0 > levels.1 }
            return (one.startedAt, one.id) < (other.startedAt, other.id)
        }
        let firing = sorted.count(where: \.isFiring)
        let digest = Digest(
            cause: cause, messages: messages.count, firing: firing, over: sorted.count - firing,
            level: rules.compactMap(\.level).max(), rules: Array(rules.prefix(mostRules)),
            omittedRules: max(0, rules.count - mostRules))
        return (digest, Array(sorted.prefix(mostNamed)))
    }

    /// `97 firing, 3 resolved`.
    package var counts: String {
        [(firing, "firing"), (over, "resolved")].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }
}

extension Digest.Count {
    fileprivate var total: Int { firing + over }

    fileprivate var rank: Int { level.flatMap { Severity.allCases.firstIndex(of: $0) } ?? -1 }

    fileprivate mutating func note(_ alert: NotifiedAlert) {
        guard alert.isFiring else {
            over += 1
            return
        }
        firing += 1
        level = [level, alert.level].compactMap { $0 }.max()
    }
}
