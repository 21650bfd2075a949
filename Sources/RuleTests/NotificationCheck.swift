import Alerting
import PromQL
import Settings

/// Compares what messages told with an entry of `notification_test`.
enum NotificationCheck {
    /// What one message told of one alert.
    struct Told {
        /// From the start of the test.
        let at: Duration
        let alert: NotifiedAlert
        let receiver: String
        let occasion: Notification.Occasion
    }

    /// What a message tells: each alert that is news in it, and of a reminder all.
    static func told(_ message: Notification, at time: Duration) -> [Told] {
        message.alerts.filter { $0.change != .unchanged || message.occasion == .reminder }.map {
            Told(at: time, alert: $0, receiver: message.destination.receiver, occasion: message.occasion)
        }
    }

    /// What is wrong; nil where nothing is.
    ///
    /// - Parameter told: everything, in order.
    static func failure(_ expectation: NotificationExpectation, told: [Told]) -> RuleTestReport.Failure? {
        let found = told.filter { $0.at <= expectation.evalTime }
        let isMet =
            found.count == expectation.told.count && zip(expectation.told, found).allSatisfy { matches($0, $1) }
        guard !isMet else { return nil }
        let difference = Difference(expectation.told, found, matches: matches)
        var lines = difference.lines(expected: { [line($0)] }, found: { [line($0)] })
        if difference.isEmpty { lines = ["the same messages in another order:"] + found.map { "+ " + line($0) } }
        return RuleTestReport.Failure(
            location: difference.missing.first?.location ?? expectation.location,
            title: "messages up to \(expectation.evalTime.promQL): \(expectation.told.count) expected, "
                + "\(found.count) left", difference: lines)
    }

    private static func matches(_ expected: NotificationExpectation.Expected, _ told: Told) -> Bool {
        func agrees<Value: Equatable>(_ wanted: Value?, _ own: Value?) -> Bool { wanted == nil || wanted == own }
        return expected.at == told.at && expected.alertname == told.alert.rule
            && expected.change == told.alert.change && agrees(expected.level, told.alert.level)
            && agrees(expected.receiver, told.receiver) && agrees(expected.occasion, told.occasion)
            && expected.labels.allSatisfy { told.alert.labels[$0.key] ?? "" == $0.value }
    }

    private static func line(_ expected: NotificationExpectation.Expected) -> String {
        line(
            [expected.at.promQL, expected.alertname, expected.change.rawValue],
            labels: expected.labels.isEmpty ? nil : expected.labels, level: expected.level,
            receiver: expected.receiver, occasion: expected.occasion)
    }

    private static func line(_ told: Told) -> String {
        line(
            [told.at.promQL, told.alert.rule, told.alert.change.rawValue],
            labels: told.alert.labels.dropping(["alertname"]).dictionary, level: told.alert.level,
            receiver: told.receiver, occasion: told.occasion)
    }

    private static func line(
        _ head: [String], labels: [String: String]?, level: Severity?, receiver: String?,
        occasion: Notification.Occasion?
    ) -> String {
        var parts = head
        if let level { parts.append(level.rawValue) }
        if let labels { parts.append(Shown.labels(labels)) }
        if let receiver { parts.append("receiver: \(receiver)") }
        if let occasion { parts.append("occasion: \(occasion.rawValue)") }
        return parts.joined(separator: " ")
    }
}
