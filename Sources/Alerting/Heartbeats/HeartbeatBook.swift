package import PromQL

/// Which heartbeats are waited for, and when each is late. It remembers when each came, over restarts and reloads.
package struct HeartbeatBook: Sendable {
    private var heartbeats: [String: Heartbeat] = [:]
    private var marks: [String: HeartbeatMark]
    private var due: [String: Timestamp] = [:]
    private var queue = DueQueue<String>()
    /// Not late before: the agent was away, and what was sent meanwhile was lost.
    private var graceUntil: Timestamp
    private var changed: Set<String> = []

    /// The longest time that one that reports often has after the agent was away.
    static let longestGrace = Duration.seconds(90)

    init(marks: [HeartbeatMark] = [], startedAt: Timestamp) {
        self.marks = Dictionary(marks.map { ($0.name, $0) }, uniquingKeysWith: { _, last in last })
        graceUntil = startedAt
    }

    /// When the next is late; nil where none can be.
    package var nextDue: Timestamp? { queue.next }

    /// Waits for these from now on. One that is known keeps when it came.
    mutating func set(_ all: [Heartbeat], at now: Timestamp) {
        let names = Set(all.map(\.name))
        for name in marks.keys.sorted() where !names.contains(name) {
            marks[name] = nil
            changed.insert(name)
            due[name] = nil
            queue.set(name, nil)
        }
        heartbeats = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { _, last in last })
        for heartbeat in all {
            if marks[heartbeat.name] == nil {
                marks[heartbeat.name] = HeartbeatMark(name: heartbeat.name, since: now)
                changed.insert(heartbeat.name)
            }
            schedule(heartbeat)
        }
    }

    /// The agent was away until now: those that report often have some time to do it again.
    mutating func allowForPause(at now: Timestamp) {
        graceUntil = now
        for heartbeat in heartbeats.values { schedule(heartbeat) }
    }

    private mutating func schedule(_ heartbeat: Heartbeat) {
        guard let mark = marks[heartbeat.name] else { return }
        let late = (mark.lastAt ?? mark.since) + heartbeat.timeout
        let time = max(late, graceUntil + min(heartbeat.timeout, Self.longestGrace))
        due[heartbeat.name] = time
        queue.set(heartbeat.name, time)
    }

    /// Takes note that one came.
    ///
    /// - Returns: it; nil where none of that name is waited for.
    mutating func beat(_ name: String, at now: Timestamp) -> Heartbeat? {
        guard let heartbeat = heartbeats[name] else { return nil }
        marks[name]?.lastAt = now
        changed.insert(name)
        schedule(heartbeat)
        return heartbeat
    }

    /// Takes out those that are late now.
    mutating func takeLate(at now: Timestamp) -> [(heartbeat: Heartbeat, lastAt: Timestamp?)] {
        var late: [(Heartbeat, Timestamp?)] = []
        while let name = queue.popDue(at: now) {
            if let heartbeat = heartbeats[name] { late.append((heartbeat, marks[name]?.lastAt)) }
        }
        return late
    }

    /// Takes out what the store must hear of; a mark is nil where one is no longer waited for.
    mutating func takeChanged() -> [(name: String, mark: HeartbeatMark?)] {
        defer { changed = [] }
        return changed.sorted().map { ($0, marks[$0]) }
    }

    /// Every heartbeat, by name.
    package func standings(at now: Timestamp) -> [HeartbeatStanding] {
        heartbeats.values.sorted { $0.name < $1.name }.compactMap { heartbeat in
            guard let mark = marks[heartbeat.name], let due = due[heartbeat.name] else { return nil }
            let isLate = (mark.lastAt ?? mark.since) + heartbeat.timeout <= now
            let state: HeartbeatStanding.State = isLate ? .missing : mark.lastAt == nil ? .pending : .alive
            return HeartbeatStanding(heartbeat: heartbeat, state: state, lastAt: mark.lastAt, dueAt: due)
        }
    }
}
