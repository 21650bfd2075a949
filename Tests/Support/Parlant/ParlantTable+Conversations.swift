extension ParlantTable {
    /// Sessions, what happened in them and what they remember.
    package static let conversations = [session, event, variable]

    static let session = ParlantTable(
        "parlant_session",
        columns: [
            .init("id", "uuid", isRequired: true, default: "gen_random_uuid()"),
            .init("agent_id", "uuid", isRequired: true),
            .init("workspace_id", "text", isRequired: true),
            .init("user_id", "text"),
            .init("customer_id", "text"),
            .init("mode", "session_mode", isRequired: true, default: "'auto'"),
            .init("status", "session_status", isRequired: true, default: "'active'"),
            .init("title", "text"),
            .init("metadata", "jsonb", default: "'{}'"),
            .init("current_journey_id", "uuid"),
            .init("current_state_id", "uuid"),
            .init("variables", "jsonb", default: "'{}'"),
            .init("event_count", "integer", isRequired: true, default: "0"),
            .init("message_count", "integer", isRequired: true, default: "0"),
            .init("started_at", "timestamp", isRequired: true, default: "now()"),
            .init("last_activity_at", "timestamp", isRequired: true, default: "now()"),
            .init("ended_at", "timestamp"),
            .init("created_at", "timestamp", isRequired: true, default: "now()"),
            .init("updated_at", "timestamp", isRequired: true, default: "now()"),
            .init("tokens_used", "integer", isRequired: true, default: "0"),
            .init("cost", "integer", isRequired: true, default: "0"),
            .init("average_response_time", "integer"),
            .init("satisfaction_score", "integer"),
            .init("session_type", "text", default: "'conversation'"),
            .init("tags", "jsonb", default: "'[]'"),
            .init("user_agent", "text"),
            .init("ip_address", "text"),
            .init("referrer", "text"),
            .init("locale", "text", default: "'en'"),
            .init("timezone", "text", default: "'UTC'"),
        ],
        references: [
            .init("agent_id", to: "parlant_agent", onDelete: .cascade),
            .init("current_journey_id", to: "parlant_journey", onDelete: .setNull),
            .init("current_state_id", to: "parlant_journey_state", onDelete: .setNull),
            .init("user_id", to: "user", onDelete: .setNull),
            .init("workspace_id", to: "workspace", onDelete: .cascade),
        ],
        indexes: [
            .init("parlant_session_agent_active_idx", ["agent_id", "last_activity_at"]),
            .init("parlant_session_agent_id_idx", ["agent_id"]),
            .init("parlant_session_agent_status_idx", ["agent_id", "status"]),
            .init(
                "parlant_session_analytics_idx", ["workspace_id", "started_at", "status"],
                where: "(ended_at IS NOT NULL)"),
            .init("parlant_session_comprehensive_idx", ["workspace_id", "agent_id", "status", "last_activity_at"]),
            .init("parlant_session_cost_analysis_idx", ["agent_id", "cost", "started_at"], where: "(cost > 0)"),
            .init("parlant_session_current_journey_idx", ["current_journey_id"]),
            .init("parlant_session_customer_id_idx", ["customer_id"]),
            .init(
                "parlant_session_duration_idx", ["agent_id", "ended_at", "started_at"], where: "(ended_at IS NOT NULL)"),
            .init("parlant_session_last_activity_idx", ["last_activity_at"]),
            .init("parlant_session_locale_idx", ["locale"]),
            .init("parlant_session_satisfaction_idx", ["satisfaction_score"]),
            .init("parlant_session_status_idx", ["status"]),
            .init("parlant_session_type_idx", ["session_type"]),
            .init("parlant_session_user_id_idx", ["user_id"]),
            .init("parlant_session_workspace_id_idx", ["workspace_id"]),
            .init("parlant_session_workspace_type_idx", ["workspace_id", "session_type"]),
        ]
    )

    static let event = ParlantTable(
        "parlant_event",
        columns: [
            .init("id", "uuid", isRequired: true, default: "gen_random_uuid()"),
            .init("session_id", "uuid", isRequired: true),
            .init("offset", "integer", isRequired: true),
            .init("event_type", "event_type", isRequired: true),
            .init("content", "jsonb", isRequired: true),
            .init("metadata", "jsonb", default: "'{}'"),
            .init("tool_call_id", "text"),
            .init("journey_id", "uuid"),
            .init("state_id", "uuid"),
            .init("created_at", "timestamp", isRequired: true, default: "now()"),
        ],
        references: [
            .init("journey_id", to: "parlant_journey", onDelete: .setNull),
            .init("session_id", to: "parlant_session", onDelete: .cascade),
            .init("state_id", to: "parlant_journey_state", onDelete: .setNull),
        ],
        indexes: [
            .init("parlant_event_created_at_idx", ["created_at"]),
            .init("parlant_event_journey_idx", ["journey_id"]),
            .init(
                "parlant_event_journey_tracking_idx", ["journey_id", "state_id", "created_at"],
                where: "(journey_id IS NOT NULL)"),
            .init("parlant_event_session_id_idx", ["session_id"]),
            .init("parlant_event_session_offset_idx", ["session_id", "offset"], isUnique: true),
            .init("parlant_event_session_type_idx", ["session_id", "event_type"]),
            .init("parlant_event_timeline_idx", ["session_id", "created_at", "event_type"]),
            .init("parlant_event_tool_call_idx", ["tool_call_id"]),
            .init(
                "parlant_event_tool_usage_idx", ["tool_call_id", "event_type", "created_at"],
                where: "(tool_call_id IS NOT NULL)"),
            .init("parlant_event_type_idx", ["event_type"]),
        ]
    )

    static let variable = ParlantTable(
        "parlant_variable",
        columns: [
            .init("id", "uuid", isRequired: true, default: "gen_random_uuid()"),
            .init("agent_id", "uuid", isRequired: true),
            .init("session_id", "uuid"),
            .init("key", "text", isRequired: true),
            .init("scope", "text", isRequired: true, default: "'session'"),
            .init("value", "jsonb", isRequired: true),
            .init("value_type", "text", isRequired: true),
            .init("is_private", "boolean", isRequired: true, default: "false"),
            .init("description", "text"),
            .init("created_at", "timestamp", isRequired: true, default: "now()"),
            .init("updated_at", "timestamp", isRequired: true, default: "now()"),
        ],
        references: [
            .init("agent_id", to: "parlant_agent", onDelete: .cascade),
            .init("session_id", to: "parlant_session", onDelete: .cascade),
        ],
        indexes: [
            .init("parlant_variable_agent_id_idx", ["agent_id"]),
            .init("parlant_variable_agent_key_idx", ["agent_id", "key"]),
            .init("parlant_variable_agent_scope_idx", ["agent_id", "scope", "key"]),
            .init("parlant_variable_key_idx", ["key"]),
            .init("parlant_variable_scope_idx", ["scope"]),
            .init("parlant_variable_session_id_idx", ["session_id"]),
            .init("parlant_variable_session_key_idx", ["session_id", "key"], isUnique: true),
            .init("parlant_variable_session_lookup_idx", ["session_id", "is_private", "updated_at"]),
        ]
    )
}
