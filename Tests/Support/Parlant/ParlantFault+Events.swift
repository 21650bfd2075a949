extension ParlantFault {
    /// An event gone from the middle of sessions.
    package static func eventGap(sessions: Int = 3) -> ParlantFault {
        ParlantFault(
            "event gap", count: sessions,
            inject: "DELETE FROM parlant_event WHERE \"offset\" = 3 AND session_id IN \(long(sessions));",
            rows: """
                SELECT session_id FROM parlant_event JOIN parlant_session s ON s.id = session_id
                GROUP BY session_id HAVING max("offset") - min("offset") + 1 > count(DISTINCT "offset") ORDER BY 1
                """)
    }

    /// Sessions that begin at 1 instead of 0.
    package static func missingFirstEvents(sessions: Int = 3) -> ParlantFault {
        ParlantFault(
            "missing first events", count: sessions,
            inject: "DELETE FROM parlant_event WHERE \"offset\" = 0 AND session_id IN \(long(sessions));",
            rows: """
                SELECT session_id FROM parlant_event JOIN parlant_session s ON s.id = session_id
                GROUP BY session_id HAVING min("offset") > 0 ORDER BY 1
                """)
    }

    /// Two events with one offset, which the unique index would refuse: it goes first.
    package static func duplicateEvents(sessions: Int = 3) -> ParlantFault {
        ParlantFault(
            "duplicate events", count: sessions, brings: ["missing index"],
            inject: """
                DROP INDEX IF EXISTS parlant_event_session_offset_idx;
                INSERT INTO parlant_event (session_id, "offset", event_type, content, created_at)
                    SELECT session_id, "offset", event_type, content, created_at FROM parlant_event
                    WHERE "offset" = 3 AND session_id IN \(long(sessions));
                """,
            rows: """
                SELECT session_id, "offset" FROM parlant_event GROUP BY 1, 2 HAVING count(*) > 1 ORDER BY 1, 2
                """)
    }

    /// An event older than the one before it.
    package static func timeRunningBackwards(sessions: Int = 3) -> ParlantFault {
        ParlantFault(
            "time running backwards", count: sessions,
            inject: """
                UPDATE parlant_event SET created_at = created_at - interval '1 hour'
                WHERE "offset" = 3 AND session_id IN \(long(sessions));
                """,
            rows: """
                SELECT id FROM (SELECT id, created_at,
                    lag(created_at) OVER (PARTITION BY session_id ORDER BY "offset") AS before FROM parlant_event) e
                WHERE created_at < before ORDER BY 1
                """)
    }

    private static func long(_ sessions: Int) -> String {
        first(sessions, of: "parlant_session", where: "event_count > 6 AND status = 'completed'")
    }
}
