package import PromQL

/// What somebody asks of a silence, before it is one.
package struct SilenceDraft: Hashable, Sendable {
    /// The silence to change; nil for a new one.
    package var id: String?
    package var matchers: [Matcher]
    /// A time that has passed means now.
    package var startsAt: Timestamp
    package var endsAt: Timestamp
    package var createdBy: String
    package var comment: String
    /// The named intervals in which it holds; empty for all the time, nil for those of the silence that it changes.
    package var during: [String]?

    package init(
        id: String? = nil, matchers: [Matcher], startsAt: Timestamp, endsAt: Timestamp, createdBy: String,
        comment: String, during: [String]? = nil
    ) {
        self.during = during
        self.id = id
        self.matchers = matchers
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.createdBy = createdBy
        self.comment = comment
    }

    func check(at now: Timestamp) throws(SilenceProblem) {
        guard !matchers.isEmpty, matchers.count <= SilenceBook.mostMatchers else {
            throw .wrong("a silence needs 1 to \(SilenceBook.mostMatchers) matchers, found \(matchers.count)")
        }
        guard !matchers.allSatisfy({ $0.matches(value: "") }) else {
            throw .wrong("at least one matcher must not match the empty string; this would silence everything")
        }
        let texts = matchers.flatMap { [$0.name, $0.value] } + [createdBy, comment]
        guard texts.allSatisfy({ $0.utf8.count <= SilenceBook.longestText }) else {
            throw .wrong("a text of it is longer than \(SilenceBook.longestText) bytes")
        }
        let isPlain = (texts + [id ?? ""]).allSatisfy { text in
            text.unicodeScalars.allSatisfy { $0 == "\n" || $0 == "\t" || ($0.value >= 0x20 && $0.value != 0x7F) }
        }
        guard isPlain else { throw .wrong("a text of it holds control characters") }
        guard startsAt < endsAt else { throw .wrong("start time must be before end time") }
        guard endsAt > now else { throw .wrong("end time can't be in the past") }
    }
}

/// Why a silence can't be made, changed or ended.
package enum SilenceProblem: Error, Hashable, Sendable, CustomStringConvertible {
    case notFound(String)
    case isOver(String)
    case tooMany(Int)
    case wrong(String)

    package var description: String {
        switch self {
        case .notFound(let id): "there is no silence \(id)"
        case .isOver(let id): "the silence \(id) is over already"
        case .tooMany(let most): "there are \(most) silences already; end some with `tocsin silence expire`"
        case .wrong(let reason): reason
        }
    }
}
