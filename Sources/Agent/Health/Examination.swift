import Alerting
import Drivers
import Probes
import PromQL
package import Settings

/// Looks at everything once and judges it by the rules without waiting: what would raise an alert if it lasted.
///
/// Rules over a time (rates, trends) find nothing in so short a time; what needs two looks gets them a second apart.
package struct Examination {
    private init() {}

    /// - Parameter pause: between the two looks.
    package static func report(
        of loaded: LoadedConfiguration, assembly: Assembly, pause: Duration = .seconds(1)
    ) async -> HealthReport {
        let set = assembly.probes(of: loaded.settings)
        let clock = AgentClock()
        var configuration = assembly.engineConfiguration(of: loaded, probes: set.probes)
        configuration.groups = loaded.groups.map(\.withoutWaiting)
        var engine = Engine(configuration, startedAt: clock.now)
        for look in 1...2 {
            if look == 2 { try? await Task.sleep(for: pause) }
            for probe in set.probes {
                engine.ingest(await ProbeRunner.run(probe, now: { clock.now }), at: clock.now)
            }
        }
        _ = engine.advance(to: clock.now, sending: 0)
        for connection in set.connections { await connection.close() }
        return HealthReport(
            alerts: Array(engine.rules.alerts.values), probes: engine.probes.answered, failures: engine.probes.failures,
            samples: engine.window.latest(at: clock.now), at: clock.now)
    }
}

extension RuleGroup {
    /// The same rules, each of which raises at once.
    fileprivate var withoutWaiting: RuleGroup {
        RuleGroup(
            name: name, file: file, interval: interval,
            rules: rules.map { entry in
                guard case .alert(let rule) = entry else { return entry }
                return .alert(rule.withoutWaiting)
            }, limit: limit)
    }
}

extension AlertRule {
    fileprivate var withoutWaiting: AlertRule {
        let atOnce: Condition
        switch condition {
        case .levels(let levels): atOnce = .levels(levels.map(\.withoutWaiting))
        case .presence: atOnce = .presence(holdFor: .zero, keepFiringFor: .zero)
        }
        return AlertRule(
            name: name, ordinal: ordinal, location: location, expression: expression, condition: atOnce,
            overrides: overrides.map {
                Override(matchers: $0.matchers, levels: $0.levels.map(\.withoutWaiting))
            }, noData: noData, labels: labels, annotations: annotations, evidence: evidence,
            evidenceLocation: evidenceLocation, runbook: runbook)
    }
}

extension LevelRule {
    fileprivate var withoutWaiting: LevelRule {
        LevelRule(level: level, raise: raise, clear: clear, raiseFor: .zero, clearFor: .zero)
    }
}
