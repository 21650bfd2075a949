package import PromQL
package import Templates

/// A rule that may raise alerts, checked and compiled.
package struct AlertRule: Sendable {
    /// What raises and clears it.
    package enum Condition: Sendable, Hashable {
        /// Thresholds on the expression's value, lowest level first, never empty.
        case levels([LevelRule])
        /// Prometheus's form: an element in the result means active.
        case presence(holdFor: Duration, keepFiringFor: Duration)
    }

    /// Other thresholds for the alerts whose labels match, from the settings file.
    package struct Override: Sendable {
        package let matchers: [Matcher]
        package let levels: [LevelRule]

        package init(matchers: [Matcher], levels: [LevelRule]) {
            self.matchers = matchers
            self.levels = levels
        }
    }

    /// What to do when the value is unknown: its series stopped because a probe failed.
    package enum NoDataPolicy: String, Sendable, Hashable, Codable, CaseIterable {
        /// Hold the state and mark it stale.
        case keep
        /// Raise a NoData attribute on the same alert; an alert that was well fires at its lowest level.
        case alert
        /// Take missing for well.
        case ok
    }

    package let name: String
    /// 0, or which of several Prometheus rules of the same name this is.
    package let ordinal: Int
    package let location: SourceLocation
    package let expression: Expression
    package let condition: Condition
    package let overrides: [Override]
    package let noData: NoDataPolicy
    package let flapping: FlappingPolicy?
    package let labels: [String: Template]
    package let annotations: [String: Template]
    /// The named diagnosis query that is run when the alert fires or rises: a `diagnose` block of the rule's runbook, or
    /// `runbook/block`; nil for none.
    package let evidence: String?
    /// Where `evidence` stands; nil for none.
    package let evidenceLocation: SourceLocation?
    /// The runbook's name, under `Alerts/runbooks/`, or a URL; nil for none.
    package let runbook: String?

    package init(
        name: String, ordinal: Int = 0, location: SourceLocation, expression: Expression, condition: Condition,
        overrides: [Override] = [], noData: NoDataPolicy = .keep, flapping: FlappingPolicy? = nil,
        labels: [String: Template] = [:], annotations: [String: Template] = [:], evidence: String? = nil,
        evidenceLocation: SourceLocation? = nil, runbook: String? = nil
    ) {
        self.name = name
        self.ordinal = ordinal
        self.location = location
        self.expression = expression
        self.condition = condition
        self.overrides = overrides
        self.noData = noData
        self.flapping = flapping
        self.labels = labels
        self.annotations = annotations
        self.evidence = evidence
        self.evidenceLocation = evidenceLocation
        self.runbook = runbook
    }

    /// The thresholds that stand for an alert with these labels: the first matching override's, else the rule's own.
    /// Nil for a rule in Prometheus's form.
    package func levels(for labels: Labels) -> [LevelRule]? {
        guard case .levels(let own) = condition else { return nil }
        let chosen = overrides.first { override in override.matchers.allSatisfy { $0.matches(labels) } }
        return chosen?.levels ?? own
    }
}
