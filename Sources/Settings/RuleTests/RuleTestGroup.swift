package import Alerting
package import PromQL

/// One entry of `tests`: series, what happens while they come, and what is expected.
package struct RuleTestGroup: Sendable {
    /// The agent's process ends and starts anew.
    package struct Restart: Hashable, Sendable {
        /// When it ends, from the start of the test.
        package let at: Duration
        /// For how long nothing runs; zero where it starts again at once.
        package let down: Duration
    }

    /// Somebody silences or acknowledges what matches.
    package struct Planned: Hashable, Sendable {
        /// From the start of the test.
        package let at: Duration
        package let length: Duration
        package let matchers: [Matcher]
        package let location: SourceLocation
    }

    /// As the file names it, or `unnamed#` and its number from 0, as promtool has it.
    package let name: String
    package let location: SourceLocation
    /// The time between two values of a series.
    package let interval: Duration
    /// The time that `eval_time: 0` means.
    package let start: Timestamp
    /// Of two entries for one series the last stands. Without those that hold native histograms.
    package let series: [InputSeries]
    /// The series that are left out, since they hold native histograms.
    package let skippedSeries: [Labels]
    package let externalLabels: Labels
    package let externalURL: String

    package let alertTests: [AlertExpectation]
    package let expressionTests: [ExpressionExpectation]
    package let stateTests: [StateExpectation]
    package let notificationTests: [NotificationExpectation]
    package let restarts: [Restart]
    package let silences: [Planned]
    package let acknowledgements: [Planned]

    /// Whether it says something that only Tocsin knows: then the agent's own engine runs it, else rules are evaluated
    /// as promtool does it.
    package var needsEngine: Bool {
        !stateTests.isEmpty || !notificationTests.isEmpty || !restarts.isEmpty
            || !silences.isEmpty || !acknowledgements.isEmpty
            || series.contains { $0.probe != nil || $0.values.holdsFailure }
    }

    /// The last time that is looked at, from the start.
    package var end: Duration {
        let times =
            alertTests.map(\.evalTime) + expressionTests.map(\.evalTime) + stateTests.map(\.evalTime)
            + notificationTests.map(\.evalTime)
        return times.max() ?? .zero
    }
}

/// A series with the values that it brings.
package struct InputSeries: Sendable {
    package let labels: Labels
    package let values: SeriesValues
    /// The probe that brings it; nil for the one of its `instance`.
    package let probe: String?
    package let location: SourceLocation
}
