package import PromQL

/// A node of the routing tree: which alerts go to which receiver, and how they are grouped there.
package struct Route: Sendable, Hashable {
    package enum GroupBy: Sendable, Hashable {
        case labels([String])
        /// `group_by: [...]`: every label, so each alert is a group of its own.
        case all
    }

    /// A step of escalation: who is told what nobody has acknowledged.
    package struct Escalation: Sendable, Hashable {
        /// How long after the announcement.
        package let after: Duration
        package let receiver: String

        package init(after: Duration, receiver: String) {
            self.after = after
            self.receiver = receiver
        }
    }

    /// Whether each alert is a group of its own, here and in all routes below.
    var hasNoGroups: Bool { groupBy == .all && routes.allSatisfy(\.hasNoGroups) }

    /// Where the node stands in the tree, as Alertmanager writes it: `{}/{team="db"}`. Part of a group's key.
    package let id: String
    package let receiver: String
    package let matchers: [Matcher]
    /// Whether later siblings are tried too when this one matched.
    package let continues: Bool
    package let groupBy: GroupBy
    /// How long a new group waits for more of its kind before the first message.
    package let groupWait: Duration
    /// The least time between two messages of a group; a risen level does not wait for it.
    package let groupInterval: Duration
    /// How long until what still fires is said again.
    package let repeatInterval: Duration
    /// The receiver that gets what this one rejects; nil for none.
    package let fallback: String?
    /// Who is told in turn while nobody acknowledges; the soonest first.
    package let escalation: [Escalation]
    /// The names of the intervals during which nothing is announced through it. Routes below don't take them over.
    package let muteIntervals: [String]
    /// The names of the only intervals during which something is announced through it; empty for always.
    package let activeIntervals: [String]
    package let routes: [Route]

    package init(
        id: String, receiver: String, matchers: [Matcher] = [], continues: Bool = false,
        groupBy: GroupBy = .labels([]), groupWait: Duration = .seconds(3), groupInterval: Duration = .seconds(300),
        repeatInterval: Duration = .seconds(4 * 3600), fallback: String? = nil, escalation: [Escalation] = [],
        muteIntervals: [String] = [], activeIntervals: [String] = [], routes: [Route] = []
    ) {
        self.id = id
        self.receiver = receiver
        self.matchers = matchers
        self.continues = continues
        self.groupBy = groupBy
        self.groupWait = groupWait
        self.groupInterval = groupInterval
        self.repeatInterval = repeatInterval
        self.fallback = fallback
        self.escalation = escalation
        self.muteIntervals = muteIntervals
        self.activeIntervals = activeIntervals
        self.routes = routes
    }

    /// The nodes that an alert with these labels goes to, in the tree's order: the deepest matching ones, and after
    /// the first match only the siblings that a `continue` lets through. Empty where this node does not match.
    package func matching(_ labels: Labels) -> [Route] {
        guard matchers.allSatisfy({ $0.matches(labels) }) else { return [] }
        var found: [Route] = []
        for route in routes {
            let below = route.matching(labels)
            found += below
            if !below.isEmpty && !route.continues { break }
        }
        return found.isEmpty ? [self] : found
    }

    /// As `matching`, each node with those above it: from this one down to the one that takes the alert.
    package func paths(for labels: Labels) -> [[Route]] {
        guard matchers.allSatisfy({ $0.matches(labels) }) else { return [] }
        var found: [[Route]] = []
        for route in routes {
            let below = route.paths(for: labels)
            found += below
            if !below.isEmpty && !route.continues { break }
        }
        return found.isEmpty ? [[self]] : found.map { [self] + $0 }
    }

    /// The labels of `labels` that this node groups by.
    package func groupLabels(of labels: Labels) -> Labels {
        switch groupBy {
        case .all: labels
        case .labels(let names): labels.keeping(names)
        }
    }
}
