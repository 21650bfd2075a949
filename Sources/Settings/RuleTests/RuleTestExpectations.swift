package import Alerting
package import PromQL

/// An entry of `alert_rule_test`: all alerts of a name that fire at a time.
package struct AlertExpectation: Sendable {
    package struct Expected: Hashable, Sendable {
        /// Without `alertname`.
        package let labels: [String: String]
        package let annotations: [String: String]
    }

    package let location: SourceLocation
    package let evalTime: Duration
    package let alertname: String
    package let alerts: [Expected]
}

/// An entry of `promql_expr_test`: what an expression gives at a time.
package struct ExpressionExpectation: Sendable {
    package struct Expected: Hashable, Sendable {
        package let labels: Labels
        package let value: Double
    }

    package let location: SourceLocation
    package let evalTime: Duration
    package let expression: Expression
    package let samples: [Expected]
    /// Whether a native histogram is expected, which Tocsin does not have.
    package let expectsHistogram: Bool
}

/// An entry of `alert_state_test`: all alerts of a name that are not simply well at a time. What is nil is not compared.
package struct StateExpectation: Sendable {
    package struct Expected: Hashable, Sendable {
        /// The alert must have these, and may have more.
        package let labels: [String: String]
        /// Only those named are compared.
        package let annotations: [String: String]?
        package let phase: Alert.Phase?
        package let level: Severity?
        package let value: Double?
        package let isStale: Bool?
        package let hasNoData: Bool?
        package let isFlapping: Bool?
    }

    package let location: SourceLocation
    package let evalTime: Duration
    package let alertname: String
    package let alerts: [Expected]
}

/// An entry of `notification_test`: all that was told by a time, in order.
package struct NotificationExpectation: Sendable {
    /// What one message tells of one alert. What is nil is not compared.
    package struct Expected: Hashable, Sendable {
        package let location: SourceLocation
        /// When the message leaves, from the start.
        package let at: Duration
        package let alertname: String
        /// The alert must have these, and may have more.
        package let labels: [String: String]
        package let change: NotifiedAlert.Change
        package let level: Severity?
        package let receiver: String?
        package let occasion: Notification.Occasion?
    }

    package let location: SourceLocation
    package let evalTime: Duration
    package let told: [Expected]
}
