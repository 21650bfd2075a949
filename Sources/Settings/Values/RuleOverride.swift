package import Alerting
package import PromQL

/// A change to a rule that the settings make without editing the rule's file; nil fields change nothing.
package struct RuleOverride: Hashable, Sendable {
    /// A change to one level; nil fields change nothing.
    package struct LevelChange: Hashable, Sendable {
        package var raise: Threshold?
        package var clear: Threshold?
        package var raiseFor: Duration?
        package var clearFor: Duration?
        /// Where it stands, for what is found wrong when it meets the rule.
        package var location: SourceLocation

        package init(
            raise: Threshold? = nil, clear: Threshold? = nil, raiseFor: Duration? = nil, clearFor: Duration? = nil,
            location: SourceLocation
        ) {
            self.raise = raise
            self.clear = clear
            self.raiseFor = raiseFor
            self.clearFor = clearFor
            self.location = location
        }
    }

    /// The name of the rule or rules that change.
    package var alert: String
    /// For which alerts of the rule; empty means for all of them.
    package var matchers: [Matcher]
    package var levels: [Severity: LevelChange]
    /// `for` of a rule in Prometheus's form.
    package var holdFor: Duration?
    /// `keep_firing_for` of a rule in Prometheus's form.
    package var keepFiringFor: Duration?
    package var noData: AlertRule.NoDataPolicy?
    /// False takes the rule out.
    package var enabled: Bool
    /// Where the alert's name stands.
    package var location: SourceLocation

    package init(
        alert: String, matchers: [Matcher] = [], levels: [Severity: LevelChange] = [:], holdFor: Duration? = nil,
        keepFiringFor: Duration? = nil, noData: AlertRule.NoDataPolicy? = nil, enabled: Bool = true,
        location: SourceLocation
    ) {
        self.alert = alert
        self.matchers = matchers
        self.levels = levels
        self.holdFor = holdFor
        self.keepFiringFor = keepFiringFor
        self.noData = noData
        self.enabled = enabled
        self.location = location
    }
}
