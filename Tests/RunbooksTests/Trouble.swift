import Testing

/// A trouble to inject, the remedy that mends it, and how many rows that changes.
struct Trouble: Sendable, CustomTestStringConvertible {
    let runbook: String
    let remedy: String?
    let values: [String: String]
    let rows: Int
    let injection: String
    /// A query whose answer after mending is `t`: what must be left, and how.
    let expectation: String

    init(
        _ runbook: String, _ remedy: String? = nil, values: [String: String] = [:], rows: Int, by injection: String,
        leaving expectation: String = "SELECT true"
    ) {
        self.runbook = runbook
        self.remedy = remedy
        self.values = values
        self.rows = rows
        self.injection = injection
        self.expectation = expectation
    }

    /// Whether Deploy/mend-role.sql does not suffice.
    var needsOwner: Bool {
        ["foreign-keys", "missing-indexes", "stale-statistics", "disabled-triggers"].contains(runbook)
    }

    var testDescription: String { "\(runbook) \(remedy ?? "")" }

    private static func id(_ number: Int) -> String { MendingFixture.id(number) }
    private static let unguarded = "SET session_replication_role = replica;"

    static let all: [Trouble] = [
        Trouble(
            "orphaned-rows", "agents", rows: 1, by: "\(unguarded) DELETE FROM workspace WHERE id = 'other'",
            leaving: "SELECT count(*) = 1 FROM parlant_agent"),
        Trouble(
            "orphaned-rows", "sessions", rows: 1, by: "\(unguarded) DELETE FROM parlant_agent WHERE id = '\(id(1))'",
            leaving: "SELECT count(*) = 0 FROM parlant_session"),
        Trouble(
            "orphaned-rows", "events", rows: 5, by: "\(unguarded) DELETE FROM parlant_session",
            leaving: "SELECT count(*) = 0 FROM parlant_event"),
        Trouble("orphaned-rows", "states", rows: 2, by: "\(unguarded) DELETE FROM parlant_journey"),
        Trouble("orphaned-rows", "assignments", rows: 1, by: "\(unguarded) DELETE FROM knowledge_base"),
        Trouble(
            "orphaned-rows", "tools", rows: 1,
            by: """
                \(unguarded) INSERT INTO parlant_agent_tool (agent_id, tool_id) VALUES ('\(id(1))', '\(id(99))');
                INSERT INTO parlant_agent_tool (agent_id, tool_id) VALUES ('\(id(1))', '\(id(40))')
                """, leaving: "SELECT count(*) = 1 FROM parlant_agent_tool"),
        Trouble("orphaned-rows", "integrations", rows: 1, by: "\(unguarded) DELETE FROM parlant_tool"),
        Trouble(
            "journey-states", "several", rows: 1, by: "UPDATE parlant_journey_state SET is_initial = true",
            leaving: "SELECT is_initial FROM parlant_journey_state WHERE id = '\(id(30))'"),
        Trouble(
            "journey-states", "promote", rows: 1, by: "UPDATE parlant_journey_state SET is_initial = false",
            leaving: "SELECT is_initial FROM parlant_journey_state WHERE id = '\(id(30))'"),
        Trouble(
            "journey-states", "start", rows: 1, by: "DELETE FROM parlant_journey_state",
            leaving: "SELECT name = 'Start' AND is_initial FROM parlant_journey_state"),
        Trouble(
            "journey-transitions", rows: 1,
            by: "\(unguarded) DELETE FROM parlant_journey_state WHERE id = '\(id(31))'",
            leaving: "SELECT count(*) = 0 FROM parlant_journey_transition"),
        Trouble(
            "journey-transitions", rows: 1,
            by: "\(unguarded) UPDATE parlant_journey_transition SET journey_id = '\(id(99))'",
            leaving: "SELECT count(*) = 0 FROM parlant_journey_transition"),
        Trouble(
            "journey-transitions", "final", rows: 1,
            by: "UPDATE parlant_journey_state SET is_final = false, state_type = 'chat'",
            leaving: """
                SELECT array_agg(id) FILTER (WHERE is_final) = ARRAY['\(id(31))'::uuid] FROM parlant_journey_state
                """),
        Trouble(
            "disabled-triggers", rows: 6, by: "ALTER TABLE parlant_event DISABLE TRIGGER ALL",
            leaving: "SELECT count(*) = 0 FROM pg_trigger WHERE tgenabled = 'D'"),
        Trouble(
            "idle-sessions", rows: 1,
            by: """
                UPDATE parlant_session SET last_activity_at = (now() AT TIME ZONE 'UTC') - interval '5 hours';
                INSERT INTO parlant_session (agent_id, workspace_id, last_activity_at)
                    VALUES ('\(id(1))', 'acme', now() AT TIME ZONE 'UTC')
                """,
            leaving: """
                SELECT count(*) FILTER (WHERE status = 'active') = 1
                       AND bool_and(status = 'active' OR ended_at = last_activity_at) FROM parlant_session
                """),
        Trouble(
            "orphaned-rows", "references", rows: 3,
            by: """
                \(unguarded) UPDATE parlant_session SET current_journey_id = '\(id(99))', user_id = 'nobody';
                UPDATE parlant_event SET state_id = '\(id(99))', journey_id = '\(id(20))' WHERE "offset" = 2
                """,
            leaving: """
                SELECT (SELECT count(*) = 1 FROM parlant_event WHERE state_id IS NULL AND journey_id IS NOT NULL)
                       AND current_journey_id IS NULL AND user_id IS NULL FROM parlant_session
                """),
        Trouble(
            "orphaned-rows", "parts", rows: 4,
            by: """
                \(unguarded) UPDATE parlant_journey SET agent_id = '\(id(99))';
                INSERT INTO parlant_term (agent_id, name, description) VALUES
                    ('\(id(99))', 'lost', 'x'), ('\(id(1))', 'kept', 'x');
                INSERT INTO parlant_variable (agent_id, session_id, key, value, value_type)
                    VALUES ('\(id(98))', '\(id(99))', 'twice', '1', 'number')
                """,
            leaving: """
                SELECT (SELECT array_agg(name) = ARRAY['kept'] FROM parlant_term)
                       AND NOT EXISTS (SELECT FROM parlant_journey_state) AND NOT EXISTS (SELECT FROM parlant_variable)
                """),
        Trouble(
            "orphaned-rows", "creators", values: ["owner": "ada"], rows: 1,
            by: "\(unguarded) UPDATE parlant_agent SET created_by = 'gone' WHERE id = '\(id(1))'",
            leaving: "SELECT bool_and(created_by = 'ada') FROM parlant_agent"),
        Trouble(
            "knowledge-base-access", "deleted", rows: 1, by: "UPDATE knowledge_base SET deleted_at = now()",
            leaving: "SELECT bool_and(NOT enabled) FROM parlant_agent_knowledge_base"),
        Trouble(
            "knowledge-base-access", "thresholds", rows: 1,
            by: """
                UPDATE parlant_agent_knowledge_base SET search_threshold = 101;
                INSERT INTO knowledge_base (id, user_id, workspace_id, name) VALUES ('own', 'ada', 'other', 'Own');
                INSERT INTO parlant_agent_knowledge_base (agent_id, knowledge_base_id, search_threshold)
                    VALUES ('\(id(2))', 'own', 60)
                """,
            leaving: "SELECT array_agg(search_threshold ORDER BY 1) = ARRAY[60, 80] FROM parlant_agent_knowledge_base"),
        Trouble(
            "missing-workspace", values: ["workspace": "gone", "owner": "ada"], rows: 1,
            by: "\(unguarded) UPDATE parlant_session SET workspace_id = 'gone'",
            leaving: "SELECT count(*) = 1 FROM workspace WHERE id = 'gone'"),
        Trouble(
            "event-order", values: ["session": id(10)], rows: 3,
            by: """
                DELETE FROM parlant_event WHERE "offset" = 3;
                INSERT INTO parlant_event (session_id, "offset", event_type, content, created_at)
                    SELECT '\(id(10))', 9, 'agent_message', '{}', created_at FROM parlant_event WHERE "offset" = 0
                """,
            // The newcomer with the time of the first comes second, where another stands; 0 and 4 stay.
            leaving: """
                SELECT array_agg("offset" ORDER BY created_at, event_type = 'agent_message') = ARRAY[0, 1, 2, 3, 4]
                  FROM parlant_event
                """),
        Trouble(
            "knowledge-base-access", rows: 1,
            by: "INSERT INTO parlant_agent_knowledge_base (agent_id, knowledge_base_id) VALUES ('\(id(2))', 'kb')",
            // The rightful assignment of the same knowledge base stays.
            leaving: "SELECT array_agg(agent_id) = ARRAY['\(id(1))'::uuid] FROM parlant_agent_knowledge_base"),
        Trouble(
            "knowledge-base-access", rows: 1, by: "UPDATE knowledge_base SET workspace_id = NULL",
            leaving: "SELECT count(*) = 0 FROM parlant_agent_knowledge_base"),
        Trouble(
            "missing-workspace", values: ["workspace": "other", "owner": "ada"], rows: 1,
            by: "\(unguarded) DELETE FROM workspace WHERE id = 'other'",
            leaving: "SELECT owner_id = 'ada' FROM workspace WHERE id = 'other'"),
        Trouble(
            "retention", rows: 5,
            by: """
                UPDATE parlant_session SET status = 'completed', ended_at = now() - interval '100 days';
                UPDATE parlant_event SET created_at = now() - interval '101 days';
                INSERT INTO parlant_event (session_id, "offset", event_type, content)
                    VALUES ('\(id(10))', 5, 'status_update', '{}')
                """, leaving: "SELECT count(*) = 1 FROM parlant_event"),
        Trouble(
            "tool-integrations", "reset-health", rows: 1,
            by: "UPDATE parlant_tool_integration SET health_status = 'unhealthy', error_count = 7, last_error = 'no'",
            leaving: "SELECT health_status = 'unknown' AND error_count = 0 FROM parlant_tool_integration"),
        Trouble(
            "foreign-keys", "missing", rows: 2,
            by: """
                ALTER TABLE parlant_event DROP CONSTRAINT parlant_event_session_id_fk;
                ALTER TABLE parlant_journey_transition DROP CONSTRAINT parlant_journey_transition_to_state_id_fk
                """,
            leaving: "SELECT count(*) = 2 FROM pg_constraint WHERE contype = 'f' AND NOT convalidated"),
        Trouble(
            "foreign-keys", "validate", rows: 1,
            by: """
                ALTER TABLE parlant_event DROP CONSTRAINT parlant_event_session_id_fk;
                ALTER TABLE parlant_event ADD FOREIGN KEY (session_id) REFERENCES parlant_session NOT VALID
                """, leaving: "SELECT count(*) = 0 FROM pg_constraint WHERE NOT convalidated"),
        Trouble(
            "missing-indexes", "parlant_session_agent_status_idx", rows: 1,
            by: "DROP INDEX parlant_session_agent_status_idx",
            leaving: "SELECT to_regclass('parlant_session_agent_status_idx') IS NOT NULL"),
        Trouble(
            "stale-statistics", rows: 1,
            by: """
                ALTER TABLE parlant_term SET (autovacuum_enabled = off);
                INSERT INTO parlant_term (agent_id, name, description)
                    SELECT '\(id(1))', n::text, 'x' FROM generate_series(1, 2000) n;
                SELECT pg_sleep(1.5)
                """),
    ]
}
