package import PromQL

/// An alert as somebody else sent it, checked and with its times filled in.
package struct ReceivedAlert: Hashable, Sendable {
    /// Its identity; never empty.
    package let labels: Labels
    package let annotations: [String: String]
    package let startsAt: Timestamp
    /// When it is over unless it is sent again. One that lies in the past says that it is over.
    package let endsAt: Timestamp
    /// Whether the sender named no end, and `endsAt` is `resolve_timeout` from when it came.
    package let isEndAssumed: Bool
    /// Where its sender shows it; nil for nowhere.
    package let generatorURL: String?

    package init(
        labels: Labels, annotations: [String: String] = [:], startsAt: Timestamp, endsAt: Timestamp,
        isEndAssumed: Bool = false, generatorURL: String? = nil
    ) {
        self.labels = labels
        self.annotations = annotations
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.isEndAssumed = isEndAssumed
        self.generatorURL = generatorURL
    }

    /// `Alert.ordinal` of what was sent: no rule has it.
    package static let ordinal = -1
}

extension Alert {
    /// What the sender of an alert said of it last.
    package struct Reception: Hashable, Sendable, Codable {
        package var endsAt: Timestamp
        /// Whether the sender named no end.
        package var isEndAssumed: Bool
        /// Where its sender shows it; nil for nowhere.
        package var generatorURL: String?

        package init(endsAt: Timestamp, isEndAssumed: Bool, generatorURL: String? = nil) {
            self.endsAt = endsAt
            self.isEndAssumed = isEndAssumed
            self.generatorURL = generatorURL
        }
    }
}
