package import PromQL

/// Somebody's word that alerts with certain labels are not to be told for a while. A row of the store.
package struct Silence: Hashable, Sendable {
    package enum State: String, Hashable, Sendable, Codable, CaseIterable {
        /// Begins later, or holds again in its next window. Exits: active, expired.
        case pending
        /// Holds back what it matches. Exits: pending (between two windows), expired.
        case active
        /// Over; kept for a while to be looked at.
        case expired
    }

    /// A UUID.
    package var id: String
    package var matchers: [Matcher]
    package var startsAt: Timestamp
    package var endsAt: Timestamp
    package var updatedAt: Timestamp
    package var createdBy: String
    package var comment: String
    /// The named intervals in which it holds, again and again until its end; nil for all the time.
    package var during: [String]?
    /// Those intervals as the settings have them now; one that is no more is never. No part of the row.
    package var windows: [RecurringTime] = []
    /// The state that the history was told of: a change to another one is an event.
    package var noted = State.pending

    package init(
        id: String, matchers: [Matcher], startsAt: Timestamp, endsAt: Timestamp, updatedAt: Timestamp,
        createdBy: String, comment: String, during: [String]? = nil
    ) {
        self.during = during
        self.id = id
        self.matchers = matchers
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.updatedAt = updatedAt
        self.createdBy = createdBy
        self.comment = comment
    }

    package func state(at now: Timestamp) -> State {
        if now >= endsAt { return .expired }
        guard now >= startsAt else { return .pending }
        return during == nil || windows.contains { $0.contains(now) } ? .active : .pending
    }

    /// When it may hold no more, or again: the end of a window, the beginning of one, or its own end.
    ///
    /// - Returns: later than `now`, unless it is over.
    func nextTurn(after now: Timestamp) -> Timestamp {
        if now < startsAt, startsAt < endsAt { return startsAt }
        let turns = during == nil ? [] : windows.map { $0.nextChange(after: now) }
        return (turns + [endsAt]).min() ?? endsAt
    }

    /// Until when it goes on without a break, where it holds now.
    package func holdsUntil(from now: Timestamp) -> Timestamp {
        guard during != nil else { return endsAt }
        var end = now
        // Where two windows touch, the end of one is not the end.
        for _ in 0..<Self.mostWindows where state(at: end) == .active { end = nextTurn(after: end) }
        return end
    }

    /// The most windows that are looked at in a row.
    private static let mostWindows = 16

    package func matches(_ labels: Labels) -> Bool { matchers.allSatisfy { $0.matches(labels) } }

    /// Who said so and why, as it fits behind «silenced».
    package var account: String { "by \(createdBy): \(comment)" }

    package var matcherText: String { "{" + matchers.map(\.description).joined(separator: ",") + "}" }
}

extension Silence: Codable {
    private enum Key: String, CodingKey {
        case id, matchers, startsAt, endsAt, updatedAt, createdBy, comment, during, noted
    }

    private struct Condition: Codable {
        let name: String
        let operation: String
        let value: String
    }

    package init(from decoder: any Decoder) throws {
        let row = try decoder.container(keyedBy: Key.self)
        let matchers = try row.decode([Condition].self, forKey: .matchers).map { condition in
            guard let operation = Matcher.Operation(rawValue: condition.operation),
                let matcher = try? Matcher(condition.name, operation, condition.value)
            else {
                throw DecodingError.dataCorruptedError(
                    forKey: .matchers, in: row, debugDescription: "not a matcher: \(condition)")
            }
            return matcher
        }
        self.init(
            id: try row.decode(String.self, forKey: .id), matchers: matchers,
            startsAt: try row.decode(Timestamp.self, forKey: .startsAt),
            endsAt: try row.decode(Timestamp.self, forKey: .endsAt),
            updatedAt: try row.decode(Timestamp.self, forKey: .updatedAt),
            createdBy: try row.decode(String.self, forKey: .createdBy),
            comment: try row.decode(String.self, forKey: .comment),
            during: try row.decodeIfPresent([String].self, forKey: .during))
        noted = try row.decode(State.self, forKey: .noted)
    }

    package func encode(to encoder: any Encoder) throws {
        var row = encoder.container(keyedBy: Key.self)
        try row.encode(id, forKey: .id)
        try row.encode(
            matchers.map { Condition(name: $0.name, operation: $0.operation.rawValue, value: $0.value) },
            forKey: .matchers)
        try row.encode(startsAt, forKey: .startsAt)
        try row.encode(endsAt, forKey: .endsAt)
        try row.encode(updatedAt, forKey: .updatedAt)
        try row.encode(createdBy, forKey: .createdBy)
        try row.encode(comment, forKey: .comment)
        try row.encodeIfPresent(during, forKey: .during)
        try row.encode(noted, forKey: .noted)
    }
}
