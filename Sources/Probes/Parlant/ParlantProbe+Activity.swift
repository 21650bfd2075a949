import Drivers
import PromQL

extension ParlantProbe {
    /// What goes on: active sessions and those that nobody uses any more, events by workspace and type, and the age of
    /// the newest.
    package static func activity(
        name: String, source: ParlantSource, interval: Duration = .seconds(15), deadline: Duration = .seconds(10)
    ) -> ParlantProbe {
        ParlantProbe(.activity, name: name, source: source, interval: interval, deadline: deadline) { settings, _ in
            [sessions(settings), newestEvent(settings), recentEvents(settings)]
        }
    }

    /// Up to 5,000 of them: more are active, and how many more does not matter.
    private static func sessions(_ settings: ParlantSource.Settings) -> ParlantQuestion {
        ParlantQuestion(
            name: "sessions", needs: ["parlant_session": ["status", "last_activity_at"]],
            found: [("parlant_session", "status")],
            sql: """
                SELECT count(*) AS parlant_active_sessions,
                       count(*) FILTER (WHERE last_activity_at < (now() AT TIME ZONE $1) - interval '4 hours')
                           AS parlant_idle_sessions
                  FROM (SELECT last_activity_at FROM parlant_session WHERE status = 'active' LIMIT 5000) active
                """, parameters: [.text(settings.timeZone)])
    }

    /// The week's number says whether this database is in use at all; past 1,000 it is not counted on.
    private static func newestEvent(_ settings: ParlantSource.Settings) -> ParlantQuestion {
        ParlantQuestion(
            name: "newest event", needs: ["parlant_event": ["created_at"]],
            found: [("parlant_event", "created_at")],
            sql: """
                SELECT extract(epoch FROM (now() AT TIME ZONE $1) - (SELECT max(created_at) FROM parlant_event))::float8
                           AS parlant_newest_event_age_seconds,
                       (SELECT count(*)
                          FROM (SELECT FROM parlant_event
                                 WHERE created_at >= (now() AT TIME ZONE $1) - interval '7 days' LIMIT 1000) week)
                           AS parlant_events_last_week
                """, parameters: [.text(settings.timeZone)])
    }

    /// Of the newest 1,000 events at most. They are counted by session first, and each session is looked up by itself:
    /// a join reads the whole table of sessions.
    private static func recentEvents(_ settings: ParlantSource.Settings) -> ParlantQuestion {
        ParlantQuestion(
            name: "recent events",
            needs: [
                "parlant_event": ["created_at", "event_type", "session_id"],
                "parlant_session": ["id", "workspace_id"],
            ],
            found: [("parlant_event", "created_at"), ("parlant_session", "id")],
            sql: """
                SELECT coalesce((SELECT workspace_id FROM parlant_session s WHERE s.id = e.session_id), '') AS workspace,
                       e.event_type::text AS type, sum(e.recent)::int8 AS parlant_events_last_5m,
                       sum(e.events)::int8 AS parlant_events_last_hour
                  FROM (SELECT session_id, event_type, count(*) AS events,
                               count(*) FILTER (WHERE created_at >= (now() AT TIME ZONE $1) - interval '5 minutes')
                                   AS recent
                          FROM (SELECT created_at, event_type, session_id FROM parlant_event
                                 WHERE created_at >= (now() AT TIME ZONE $1) - interval '1 hour'
                                 ORDER BY created_at DESC LIMIT 1000) newest
                         GROUP BY 1, 2) e
                 GROUP BY 1, 2 ORDER BY 4 DESC, 1, 2
                """, parameters: [.text(settings.timeZone)], labels: ["workspace", "type"])
    }
}
