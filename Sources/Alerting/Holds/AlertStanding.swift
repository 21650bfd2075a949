package import PromQL

/// An alert with what holds it back and where it goes, as somebody who asks is told.
package struct AlertStanding: Hashable, Sendable {
    package let alert: Alert
    /// The ids of the silences that match it, oldest first.
    package let silencedBy: [String]
    /// The alerts that inhibit it.
    package let inhibitedBy: [AlertID]
    /// The routes that take it.
    package let routes: [Route]
    /// The intervals because of which every route that takes it says nothing now.
    package let mutedBy: [String]

    package var isHeld: Bool { !silencedBy.isEmpty || !inhibitedBy.isEmpty || !mutedBy.isEmpty }
}

extension NotificationPlanner {
    /// How an alert stands with all stages.
    mutating func standing(of alert: Alert, at now: Timestamp) -> AlertStanding {
        let routes = route.matching(alert.routedLabels)
        let muted = routes.map { intervals.hold(of: $0, at: now)?.by }
        return AlertStanding(
            alert: alert, silencedBy: silences.matching(alert.routedLabels, at: now).map(\.id),
            inhibitedBy: inhibitions.inhibitors(of: alert).map(\.source), routes: routes,
            mutedBy: muted.contains(nil) ? [] : Set(muted.compactMap { $0 }).sorted())
    }
}

extension Engine {
    /// Every alert that fires, with what holds it back; by id.
    package mutating func standings(at now: Timestamp) -> [AlertStanding] {
        rules.alerts.values.filter(\.isOn).sorted { $0.id < $1.id }.map { planner.standing(of: $0, at: now) }
    }
}
