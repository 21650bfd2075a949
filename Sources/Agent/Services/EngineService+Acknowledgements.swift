package import Alerting

extension EngineService {
    /// Every acknowledgement of an alert that fires, with the alert; by alert.
    package func acknowledgements() -> [(Acknowledgement, Alert)] {
        let now = now
        return withAlerts(engine.planner.acknowledgements.all.values.filter { $0.isActive(at: now) })
    }

    /// Acknowledges, and waits until that is stored.
    package func acknowledge(
        _ draft: AcknowledgementDraft
    ) async throws(AcknowledgementProblem) -> [(Acknowledgement, Alert)] {
        let made = withAlerts(try engine.acknowledge(draft, at: now))
        await stored()
        return made
    }

    /// Takes acknowledgements back, and waits until that is stored.
    package func unacknowledge(
        _ selection: AlertSelection, by author: String?
    ) async throws(AcknowledgementProblem) -> [(Acknowledgement, Alert)] {
        let ended = withAlerts(try engine.unacknowledge(selection, by: author, at: now))
        await stored()
        return ended
    }

    private func withAlerts(_ all: some Sequence<Acknowledgement>) -> [(Acknowledgement, Alert)] {
        all.sorted { $0.alert < $1.alert }.compactMap { one in engine.rules.alerts[one.alert].map { (one, $0) } }
    }
}
