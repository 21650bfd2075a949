import Drivers
import PromQL

extension ParlantProbe {
    /// What regular maintenance should have done: events of completed sessions past their 90 days, and how old the
    /// newest day of `parlant_agent_analytics_daily` is where there is such a view.
    package static func retention(
        name: String, source: ParlantSource, interval: Duration = .seconds(300), deadline: Duration = .seconds(10)
    ) -> ParlantProbe {
        ParlantProbe(.retention, name: name, source: source, interval: interval, deadline: deadline) {
            settings, catalog in
            [events(settings)] + analytics(settings, catalog)
        }
    }

    /// Looks at the oldest 1,000 events alone: where one of them should be gone the job does not run.
    private static func events(_ settings: ParlantSource.Settings) -> ParlantQuestion {
        ParlantQuestion(
            name: "retention",
            needs: [
                "parlant_event": ["created_at", "session_id"], "parlant_session": ["id", "status", "ended_at"],
            ],
            found: [("parlant_event", "created_at"), ("parlant_session", "id")],
            sql: """
                SELECT count(*) AS parlant_events_past_retention,
                       coalesce(extract(epoch FROM (now() AT TIME ZONE $1) - min(e.created_at)), 0)::float8
                           AS parlant_events_past_retention_oldest_seconds
                  FROM (SELECT created_at, session_id FROM parlant_event ORDER BY created_at LIMIT 1000) e
                  JOIN parlant_session s ON s.id = e.session_id
                 WHERE e.created_at < (now() AT TIME ZONE $1) - interval '90 days'
                   AND s.status = 'completed' AND s.ended_at < (now() AT TIME ZONE $1) - interval '90 days'
                """, parameters: [.text(settings.timeZone)])
    }

    private static let view = "parlant_agent_analytics_daily"

    /// By its newest day, since the catalogue does not know when a view was refreshed.
    private static func analytics(
        _ settings: ParlantSource.Settings, _ catalog: ParlantCatalog
    ) -> [ParlantQuestion] {
        let names = ["date", "day", "activity_date", "session_date"]
        guard let known = catalog.tables[view], let day = names.first(where: known.columns.contains) else { return [] }
        return [
            ParlantQuestion(
                name: "analytics", needs: [view: [day]],
                sql: """
                    SELECT extract(epoch FROM (now() AT TIME ZONE $1) - max(\(day.quotedAsIdentifier))::timestamp)::float8
                               AS parlant_analytics_age_seconds
                      FROM \(view)
                    """, parameters: [.text(settings.timeZone)])
        ]
    }
}
