import PromQL

/// The named intervals, each with the state in which it is and when that ends: computed once, and kept until then.
struct IntervalBook: Sendable {
    private struct State: Sendable {
        let from: Timestamp
        let isInside: Bool
        let until: Timestamp
    }

    private let intervals: [String: RecurringTime]
    private var states: [String: State] = [:]

    init(_ intervals: [RecurringTime] = []) {
        self.intervals = Dictionary(intervals.map { ($0.name, $0) }, uniquingKeysWith: { _, last in last })
    }

    /// What keeps a route from speaking now; nil where nothing does.
    mutating func hold(of route: Route, at now: Timestamp) -> Hold? {
        for name in route.muteIntervals {
            guard let state = state(of: name, at: now), state.isInside else { continue }
            return Hold(
                .muted, by: name,
                reason: "muted: it is the time of `\(name)`, which the route mutes, until \(state.until)",
                until: state.until)
        }
        guard !route.activeIntervals.isEmpty else { return nil }
        let states = route.activeIntervals.compactMap { state(of: $0, at: now) }
        guard !states.contains(where: \.isInside), let until = states.map(\.until).min() else { return nil }
        let names = route.activeIntervals.map { "`\($0)`" }.joined(separator: ", ")
        return Hold(
            .notActive, by: route.activeIntervals.joined(separator: ", "),
            reason: "not active: the route speaks only in \(names), which is looked at again at \(until)", until: until)
    }

    private mutating func state(of name: String, at now: Timestamp) -> State? {
        if let known = states[name], known.from <= now, now < known.until { return known }
        guard let interval = intervals[name] else { return nil }
        let state = State(from: now, isInside: interval.contains(now), until: interval.nextChange(after: now))
        states[name] = state
        return state
    }
}
