package import PromQL

/// Somebody's word that they look after an alert that fires: until it ends the alert is neither repeated nor escalated.
/// A row of the store. Each alert has one at most, and it is of the episode during which it was made.
///
/// It ends when its time is over, when it is withdrawn, when the alert's level rises, and when the alert resolves.
package struct Acknowledgement: Hashable, Sendable, Codable {
    package var alert: AlertID
    /// The alert's level, as it was or has fallen since; a higher one ends the acknowledgement. Nil in Prometheus's form.
    package var level: Severity?
    package var createdAt: Timestamp
    package var endsAt: Timestamp
    package var createdBy: String
    package var comment: String
    /// When the alert resolved; nil while it fires. It is kept until the resolve is told, which names it.
    package var resolvedAt: Timestamp?

    package init(
        alert: AlertID, level: Severity?, createdAt: Timestamp, endsAt: Timestamp, createdBy: String, comment: String
    ) {
        self.alert = alert
        self.level = level
        self.createdAt = createdAt
        self.endsAt = endsAt
        self.createdBy = createdBy
        self.comment = comment
    }

    /// Whether it holds back repeats and escalation.
    package func isActive(at now: Timestamp) -> Bool { resolvedAt == nil && now < endsAt }

    /// Who said so and why, as it fits behind «acknowledged».
    package var account: String { "by \(createdBy)\(comment.isEmpty ? "" : ": \(comment)")" }
}

/// Which alerts somebody means: those that all matchers match, or those of a group, or both.
package struct AlertSelection: Hashable, Sendable {
    package var matchers: [Matcher]
    /// A group's key as messages and the ledger have it; nil for all groups.
    package var group: String?
    /// One alert alone; nil for all that match.
    package var alert: AlertID?

    package init(matchers: [Matcher] = [], group: String? = nil, alert: AlertID? = nil) {
        self.matchers = matchers
        self.group = group
        self.alert = alert
    }

    package var description: String {
        if let alert { return "the alert \(alert)" }
        let matched = "{" + matchers.map(\.description).joined(separator: ",") + "}"
        guard let group else { return matched }
        return matchers.isEmpty ? "the group \(group)" : "\(matched) in the group \(group)"
    }

    func check() throws(AcknowledgementProblem) {
        guard !matchers.isEmpty || group?.isEmpty == false || alert != nil else {
            throw .wrong("say which alerts: with matchers or with a group")
        }
        guard matchers.count <= SilenceBook.mostMatchers else {
            throw .wrong("up to \(SilenceBook.mostMatchers) matchers are taken, found \(matchers.count)")
        }
    }
}

/// What somebody who acknowledges says.
package struct AcknowledgementDraft: Hashable, Sendable {
    package var selection: AlertSelection
    package var endsAt: Timestamp
    package var createdBy: String
    package var comment: String

    package init(selection: AlertSelection, endsAt: Timestamp, createdBy: String, comment: String) {
        self.selection = selection
        self.endsAt = endsAt
        self.createdBy = createdBy
        self.comment = comment
    }

    func check(at now: Timestamp) throws(AcknowledgementProblem) {
        try selection.check()
        guard endsAt > now else { throw .wrong("the end can't be in the past") }
        guard !createdBy.isEmpty else { throw .wrong("say who acknowledges") }
        for text in [createdBy, comment] {
            guard text.utf8.count <= SilenceBook.longestText else {
                throw .wrong("a text of it is longer than \(SilenceBook.longestText) bytes")
            }
            let isPlain = text.unicodeScalars.allSatisfy {
                $0 == "\n" || $0 == "\t" || ($0.value >= 0x20 && $0.value != 0x7F)
            }
            guard isPlain else { throw .wrong("a text of it holds control characters") }
        }
    }
}

/// Why nothing was acknowledged or taken back.
package enum AcknowledgementProblem: Error, Hashable, Sendable, CustomStringConvertible {
    case nothingFires(AlertSelection)
    case notAcknowledged(AlertSelection)
    case wrong(String)

    package var description: String {
        switch self {
        case .nothingFires(let selection): "no alert that fires is \(selection.description); see `tocsin alerts`"
        case .notAcknowledged(let selection): "no acknowledged alert is \(selection.description)"
        case .wrong(let reason): reason
        }
    }
}
