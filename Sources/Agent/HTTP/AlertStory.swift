import Foundation

/// The story of one alert in the order of time: what happened to it, what was decided about telling, and how each
/// attempt ended.
package struct AlertStory: Codable, Sendable, Hashable {
    package enum Kind: String, Codable, Sendable {
        /// The alert changed.
        case transition
        /// It was decided to tell, or not to.
        case decision
        /// An attempt began or ended.
        case attempt
    }

    /// One line of it.
    package struct Step: Codable, Sendable, Hashable {
        package let time: String
        package let kind: Kind
        /// The event or the decision, such as `fired` or `withheld`.
        package let what: String
        package let destination: String?
        package let group: String?
        package let level: String?
        package let value: Double?
        package let message: Int64?
        package let attempt: Int?
        package let status: Int?
        /// Seconds.
        package let latency: Double?
        /// Why, or what was said.
        package let text: String?
    }

    /// What the rule's expression gave of late for this alert.
    package struct Samples: Codable, Sendable, Hashable {
        package struct Reading: Codable, Sendable, Hashable {
            /// RFC 3339.
            package let time: String
            package let value: Double

            package init(time: String, value: Double) {
                self.time = time
                self.value = value
            }
        }

        /// The expression.
        package let query: String
        /// In the order of time.
        package let values: [Reading]

        package init(query: String, values: [Reading]) {
            self.query = query
            self.values = values
        }
    }

    /// Nil where they are not known: a rule that is no more, an alert of others.
    package var samples: Samples?
    package let id: String
    package let rule: String
    package let labels: [String: String]
    package let steps: [Step]

    /// - Parameters:
    ///   - events: of one alert, in any order; at least one.
    ///   - entries: that are about it, in the order in which they were written.
    /// - Returns: nil without an event.
    package init?(events: [EventView], entries: [LedgerView]) {
        // An alert may have carried other labels' texts before; the newest names it.
        guard let newest = events.max(by: { $0.time < $1.time }) else { return nil }
        id = newest.alert
        rule = newest.rule
        labels = newest.labels
        let all =
            events.map { Self.step($0) } + entries.map { Self.step($0) }
        // Times are of one length in UTC, so that their texts are in their order. At one time what happened comes before
        // what was decided of it, and both in the order in which they were written.
        steps = all.enumerated().sorted { one, other in
            (one.element.time, one.offset) < (other.element.time, other.offset)
        }.map(\.element)
    }

    private static func step(_ event: EventView) -> Step {
        Step(
            time: event.time, kind: .transition, what: event.event, destination: nil, group: nil, level: event.level,
            value: event.value, message: nil, attempt: nil, status: nil, latency: nil,
            text: text([event.summary, event.reason]))
    }

    private static func step(_ entry: LedgerView) -> Step {
        Step(
            time: entry.time, kind: entry.attempt == nil ? .decision : .attempt, what: entry.decision,
            destination: entry.destination, group: entry.group, level: nil, value: nil, message: entry.message,
            attempt: entry.attempt, status: entry.status, latency: entry.latency, text: text([entry.reason]))
    }

    private static func text(_ parts: [String?]) -> String? {
        let known = parts.compactMap { $0 }.filter { !$0.isEmpty }
        return known.isEmpty ? nil : known.joined(separator: " — ")
    }
}
