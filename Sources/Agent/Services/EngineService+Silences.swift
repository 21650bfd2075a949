package import Alerting
import PromQL

extension EngineService {
    /// Every silence that is still kept, with its state; the open ones first, by their end.
    package func silences() -> [(silence: Silence, state: Silence.State)] {
        let now = now
        func rank(_ state: Silence.State) -> Int {
            switch state {
            case .active: 0
            case .pending: 1
            case .expired: 2
            }
        }
        return engine.planner.silences.all.values.map { ($0, $0.state(at: now)) }.sorted { one, other in
            if one.1 != other.1 { return rank(one.1) < rank(other.1) }
            switch one.1 {
            case .active: return (one.0.endsAt, one.0.id) < (other.0.endsAt, other.0.id)
            case .pending: return (one.0.startsAt, one.0.id) < (other.0.startsAt, other.0.id)
            case .expired: return (one.0.endsAt, one.0.id) > (other.0.endsAt, other.0.id)
            }
        }
    }

    /// Makes or changes a silence, and waits until that is stored.
    ///
    /// - Returns: its id.
    package func setSilence(_ draft: SilenceDraft, newID: String) async throws(SilenceProblem) -> String {
        let id = try engine.setSilence(draft, newID: newID, at: now)
        await stored()
        return id
    }

    /// Ends a silence, and waits until that is stored.
    package func expireSilence(_ id: String) async throws(SilenceProblem) {
        try engine.expireSilence(id, at: now)
        await stored()
    }

    /// Every alert that fires, with what holds it back.
    package func standings() -> [AlertStanding] { engine.standings(at: now) }

    /// The names of all receivers.
    package var receiverNames: [String] { engine.receivers }

    /// The routing tree.
    package var route: Route { engine.planner.route }
}
