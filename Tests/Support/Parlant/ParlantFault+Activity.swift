extension ParlantFault {
    /// Nothing has happened for hours: everything is that much older.
    ///
    /// - Parameter hours: at least three to count as silence here; from four on, active sessions are idle too.
    package static func silence(hours: Int = 3) -> ParlantFault {
        ParlantFault(
            "silence", count: 1, brings: hours < 4 ? [] : ["idle sessions"],
            inject: older(by: "\(hours) hours", sessions: "true")
                + "\(flush)\nVACUUM ANALYZE parlant_event, parlant_session;",
            rows: """
                SELECT max(created_at) FROM parlant_event
                HAVING coalesce(max(created_at), '-infinity') < \(utc) - interval '2 hours'
                """)
    }

    /// Sessions that are active by their status, and nothing has happened in them for over four hours.
    package static func idleSessions(count: Int = 2) -> ParlantFault {
        ParlantFault(
            "idle sessions", count: count,
            inject: older(by: "5 hours", sessions: chosen(count, status: "active")),
            rows: """
                SELECT id FROM parlant_session WHERE status = 'active'
                    AND last_activity_at < \(utc) - interval '4 hours' ORDER BY 1
                """)
    }

    /// Events of sessions that ended over 90 days ago, which a cleaning should have taken away.
    package static func oldEvents(sessions: Int = 2) -> ParlantFault {
        ParlantFault(
            "old events",
            inject: older(by: "91 days", sessions: chosen(sessions, status: "completed")),
            rows: """
                SELECT e.id, s.id FROM parlant_event e JOIN parlant_session s ON s.id = session_id
                WHERE status = 'completed' AND e.created_at < \(utc) - interval '90 days'
                    AND ended_at < \(utc) - interval '90 days' ORDER BY 1
                """)
    }

    /// Picked by name, so that the oldest and the newest sessions are not all among them.
    private static func chosen(_ count: Int, status: String) -> String {
        "s.id IN \(first(count, of: "parlant_session", where: "status = \(status.literal)"))"
    }

    private static func older(by interval: String, sessions: String) -> String {
        """
        UPDATE parlant_event e SET created_at = e.created_at - interval '\(interval)' FROM parlant_session s
            WHERE s.id = session_id AND \(sessions);
        UPDATE parlant_session s SET started_at = started_at - interval '\(interval)',
            last_activity_at = last_activity_at - interval '\(interval)', ended_at = ended_at - interval '\(interval)',
            created_at = created_at - interval '\(interval)', updated_at = updated_at - interval '\(interval)'
            WHERE \(sessions);

        """
    }
}
