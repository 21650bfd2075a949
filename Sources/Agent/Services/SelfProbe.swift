import Alerting
package import Probes
package import PromQL

/// Samples the agent itself, so that rules can watch it like anything else.
package struct SelfProbe: Probe {
    /// By which the engine knows it before there is one.
    static let own: (id: String, targetLabels: Labels) = ("agent:tocsin", ["instance": "tocsin"])

    package let id = Self.own.id
    package let kind = ProbeKind.agent
    package let targetLabels: Labels = Self.own.targetLabels
    package let interval: Duration
    package let deadline = Duration.seconds(5)
    private let engine: EngineService
    private let version: String

    package init(engine: EngineService, version: String, interval: Duration = .seconds(5)) {
        self.engine = engine
        self.version = version
        self.interval = interval
    }

    package func sample(at now: Timestamp) async -> ProbeResult {
        let own = MetricsText.own(status: await engine.status(), version: version)
        return ProbeResult(
            samples: own.map {
                Sample(labels: $0.labels.setting(Labels.metricName, $0.name), value: $0.value, at: now)
            },
            failure: nil)
    }
}
