package import PromQL

/// Every silence, and when each begins, ends and is forgotten.
package struct SilenceBook: Sendable {
    /// What has become of a silence.
    struct Change: Sendable {
        let silence: Silence
        /// Nil where nothing worth an event happened, such as a later end.
        let event: AlertEvent.Kind?
    }

    /// The most silences that are pending or active at once.
    package static let mostOpen = 1_000
    /// How long one that is over can still be looked at.
    package static let kept = Duration.seconds(5 * 86_400)
    /// The most that are kept in all; of those that are over the oldest go first.
    package static let mostKept = 5_000
    /// The most matchers of one.
    package static let mostMatchers = 64
    /// The longest comment, and the longest value of a matcher, in bytes.
    package static let longestText = 4_096

    package private(set) var all: [String: Silence]
    /// The state that the history knows of each; a change to another is an event.
    private var known: [String: Silence.State] = [:]
    private var queue = DueQueue<String>()
    /// What silences name in `during`.
    private var intervals: [String: RecurringTime] = [:]
    /// Those that hold something back or will, under a label that they ask for: so that a look costs little, however
    /// many there are.
    private var open: [Condition: [Silence]] = [:]

    /// A label and its value; nil for silences that ask for no value in particular.
    private struct Condition: Hashable {
        let name: String
        let value: String?
    }

    /// - Parameter silences: as the store gave them back. What began or ended since then is told by `advance`.
    init(_ silences: [Silence] = []) {
        all = Dictionary(silences.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
        for silence in silences {
            known[silence.id] = silence.noted
            queue.set(silence.id, silence.noted == .expired ? silence.endsAt + Self.kept : silence.startsAt)
        }
        listOpen()
    }

    /// Takes over the intervals of the settings. What they change for silences is told by `advance`.
    mutating func setIntervals(_ all: [RecurringTime]) {
        intervals = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { _, last in last })
        for (id, silence) in self.all where silence.during != nil && known[id] != .expired {
            var changed = silence
            changed.windows = windows(of: silence)
            self.all[id] = changed
            queue.set(id, silence.updatedAt)
        }
        listOpen()
    }

    private func windows(of silence: Silence) -> [RecurringTime] {
        (silence.during ?? []).compactMap { intervals[$0] }
    }

    /// When something begins, ends or is forgotten next; nil for never.
    var nextDue: Timestamp? { queue.next }

    /// Whether there is one that holds something back, or will.
    var isAnyOpen: Bool { !open.isEmpty }

    /// How many silences are in each state.
    package func counts(at now: Timestamp) -> [Silence.State: Int] {
        all.values.reduce(into: [:]) { $0[$1.state(at: now), default: 0] += 1 }
    }

    /// The silences that match these labels and hold now, oldest first.
    func matching(_ labels: Labels, at now: Timestamp) -> [Silence] {
        let conditions = labels.map { Condition(name: $0.name, value: $0.value) } + [Condition(name: "", value: nil)]
        return conditions.flatMap { open[$0] ?? [] }.filter { $0.state(at: now) == .active && $0.matches(labels) }
            .sorted { ($0.startsAt, $0.id) < ($1.startsAt, $1.id) }
    }

    /// Takes over what has begun, ended, and been kept for long enough.
    ///
    /// - Returns: the changes, and the ids of those that are forgotten.
    mutating func advance(to now: Timestamp) -> (changes: [Change], forgotten: [String]) {
        var changes: [Change] = []
        var forgotten: [String] = []
        while let id = queue.popDue(at: now) {
            guard let silence = all[id] else { continue }
            if known[id] == .expired, silence.endsAt + Self.kept <= now {
                forget(id)
                forgotten.append(id)
            } else if let change = note(id, at: now) {
                changes.append(change)
            }
        }
        if !changes.isEmpty { listOpen() }
        return (changes, forgotten)
    }

    /// Makes a silence, or changes one.
    ///
    /// As in Alertmanager one that is changed keeps its id where that is possible: the matchers are the same, it is not
    /// over, and a beginning that has passed stays. Else it ends, and a new one takes its place.
    ///
    /// - Parameter newID: the id of a new one.
    /// - Returns: the id, what has changed, and the ids of those that had to be forgotten.
    mutating func set(
        _ draft: SilenceDraft, newID: String, at now: Timestamp
    ) throws(SilenceProblem) -> (id: String, changes: [Change], forgotten: [String]) {
        try draft.check(at: now)
        var silence = Silence(
            id: newID, matchers: draft.matchers, startsAt: max(draft.startsAt, now), endsAt: draft.endsAt,
            updatedAt: now, createdBy: draft.createdBy, comment: draft.comment,
            during: draft.during.flatMap { $0.isEmpty ? nil : $0 })
        for name in silence.during ?? [] where intervals[name] == nil {
            throw .wrong("no time interval is called `\(name)`; the settings' `time_intervals` define them")
        }
        var changes: [Change] = []
        if let id = draft.id {
            guard let old = all[id] else { throw .notFound(id) }
            // Alertmanager's clients know nothing of it.
            if draft.during == nil { silence.during = old.during }
            if old.matchers == draft.matchers, old.keepsBeginning(of: draft, at: now) {
                silence.id = id
                silence.noted = old.noted
                if old.startsAt <= now { silence.startsAt = old.startsAt }
            } else if old.state(at: now) != .expired {
                changes += end(id, at: now)
            }
        }
        silence.windows = windows(of: silence)
        if all[silence.id] == nil { try checkRoom(at: now) }
        all[silence.id] = silence
        known[silence.id] = silence.noted
        changes.append(note(silence.id, at: now) ?? Change(silence: silence, event: nil))
        listOpen()
        return (silence.id, changes, makeRoom())
    }

    /// Ends a silence now; one that has not begun never does.
    mutating func expire(_ id: String, at now: Timestamp) throws(SilenceProblem) -> [Change] {
        guard let silence = all[id] else { throw .notFound(id) }
        guard silence.state(at: now) != .expired else { throw .isOver(id) }
        defer { listOpen() }
        return end(id, at: now)
    }

    private mutating func end(_ id: String, at now: Timestamp) -> [Change] {
        guard var silence = all[id] else { return [] }
        silence.startsAt = min(silence.startsAt, now)
        silence.endsAt = now
        silence.updatedAt = now
        all[id] = silence
        return note(id, at: now).map { [$0] } ?? []
    }

    /// Brings what is known of a silence to its present state, and sets when to look again.
    private mutating func note(_ id: String, at now: Timestamp) -> Change? {
        guard var silence = all[id] else { return nil }
        let state = silence.state(at: now)
        switch state {
        case .pending, .active: queue.set(id, silence.nextTurn(after: now))
        case .expired: queue.set(id, silence.endsAt + Self.kept)
        }
        let old = known[id]
        guard state != old else { return nil }
        known[id] = state
        silence.noted = state
        all[id] = silence
        switch state {
        // Between two windows.
        case .pending: return Change(silence: silence, event: old == .active ? .silenceEnded : nil)
        case .active: return Change(silence: silence, event: .silenceBegan)
        // One that ends between two windows has ended with the last of them.
        case .expired:
            return Change(silence: silence, event: silence.during == nil || old == .active ? .silenceEnded : nil)
        }
    }

    private func checkRoom(at now: Timestamp) throws(SilenceProblem) {
        let open = all.values.count { $0.state(at: now) != .expired }
        if open >= Self.mostOpen { throw .tooMany(Self.mostOpen) }
    }

    /// Forgets the oldest of those that are over, where there are too many.
    private mutating func makeRoom() -> [String] {
        guard all.count > Self.mostKept else { return [] }
        let over = all.values.filter { $0.noted == .expired }.sorted { ($0.endsAt, $0.id) < ($1.endsAt, $1.id) }
        let gone = over.prefix(all.count - Self.mostKept).map(\.id)
        for id in gone { forget(id) }
        return gone
    }

    private mutating func forget(_ id: String) {
        all[id] = nil
        known[id] = nil
        queue.set(id, nil)
    }

    private mutating func listOpen() {
        open = Dictionary(grouping: all.values.filter { $0.noted != .expired }) { silence in
            let equal = silence.matchers.first { $0.operation == .equal && !$0.value.isEmpty }
            return Condition(name: equal?.name ?? "", value: equal?.value)
        }
    }
}

extension Silence {
    /// Whether a change to this can be made in place.
    fileprivate func keepsBeginning(of draft: SilenceDraft, at now: Timestamp) -> Bool {
        guard state(at: now) != .expired else { return false }
        return startsAt <= now ? draft.startsAt == startsAt || draft.startsAt <= now : draft.startsAt >= now
    }
}
