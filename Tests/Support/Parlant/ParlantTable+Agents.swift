extension ParlantTable {
    /// Agents and what they say.
    package static let agents = [agent, guideline, cannedResponse, term]

    static let agent = ParlantTable(
        "parlant_agent",
        columns: [
            .init("id", "uuid", isRequired: true, default: "gen_random_uuid()"),
            .init("workspace_id", "text", isRequired: true),
            .init("created_by", "text", isRequired: true),
            .init("name", "text", isRequired: true),
            .init("description", "text"),
            .init("status", "agent_status", isRequired: true, default: "'active'"),
            .init("composition_mode", "composition_mode", isRequired: true, default: "'fluid'"),
            .init("system_prompt", "text"),
            .init("model_provider", "text", isRequired: true, default: "'openai'"),
            .init("model_name", "text", isRequired: true, default: "'gpt-4'"),
            .init("temperature", "integer", default: "70"),
            .init("max_tokens", "integer", default: "2000"),
            .init("total_sessions", "integer", isRequired: true, default: "0"),
            .init("total_messages", "integer", isRequired: true, default: "0"),
            .init("last_active_at", "timestamp"),
            .init("created_at", "timestamp", isRequired: true, default: "now()"),
            .init("updated_at", "timestamp", isRequired: true, default: "now()"),
            .init("deleted_at", "timestamp"),
            .init("response_timeout_ms", "integer", default: "30000"),
            .init("max_context_length", "integer", default: "8000"),
            .init("system_instructions", "text"),
            .init("allow_interruption", "boolean", isRequired: true, default: "true"),
            .init("allow_proactive_messages", "boolean", isRequired: true, default: "false"),
            .init("conversation_style", "text", default: "'professional'"),
            .init("data_retention_days", "integer", default: "30"),
            .init("allow_data_export", "boolean", isRequired: true, default: "true"),
            .init("pii_handling_mode", "text", default: "'standard'"),
            .init("integration_metadata", "jsonb", default: "'{}'"),
            .init("custom_config", "jsonb", default: "'{}'"),
            .init("total_tokens_used", "integer", isRequired: true, default: "0"),
            .init("total_cost", "integer", isRequired: true, default: "0"),
            .init("average_session_duration", "integer"),
        ],
        references: [
            .init("created_by", to: "user", onDelete: .cascade),
            .init("workspace_id", to: "workspace", onDelete: .cascade),
        ],
        indexes: [
            .init("parlant_agent_composition_mode_idx", ["composition_mode"]),
            .init(
                "parlant_agent_comprehensive_idx", ["workspace_id", "status", "composition_mode", "last_active_at"],
                where: "(deleted_at IS NULL)"),
            .init("parlant_agent_conversation_style_idx", ["conversation_style"]),
            .init("parlant_agent_created_by_idx", ["created_by"]),
            .init("parlant_agent_deleted_at_idx", ["deleted_at"]),
            .init("parlant_agent_deleted_idx", ["deleted_at", "workspace_id"], where: "(deleted_at IS NOT NULL)"),
            .init("parlant_agent_last_active_idx", ["last_active_at"]),
            .init(
                "parlant_agent_model_performance_idx", ["model_provider", "model_name", "average_session_duration"],
                where: "(deleted_at IS NULL)"),
            .init("parlant_agent_model_provider_idx", ["model_provider"]),
            .init("parlant_agent_status_idx", ["status"]),
            .init(
                "parlant_agent_usage_stats_idx", ["workspace_id", "total_sessions", "total_cost"],
                where: "((deleted_at IS NULL) AND (status = 'active'::agent_status))"),
            .init("parlant_agent_workspace_active_idx", ["workspace_id", "last_active_at"]),
            .init("parlant_agent_workspace_id_idx", ["workspace_id"]),
            .init("parlant_agent_workspace_status_idx", ["workspace_id", "status"]),
        ]
    )

    static let guideline = ParlantTable(
        "parlant_guideline",
        columns: [
            .init("id", "uuid", isRequired: true, default: "gen_random_uuid()"),
            .init("agent_id", "uuid", isRequired: true),
            .init("condition", "text", isRequired: true),
            .init("action", "text", isRequired: true),
            .init("priority", "integer", isRequired: true, default: "100"),
            .init("enabled", "boolean", isRequired: true, default: "true"),
            .init("tool_ids", "jsonb", default: "'[]'"),
            .init("match_count", "integer", isRequired: true, default: "0"),
            .init("last_matched_at", "timestamp"),
            .init("created_at", "timestamp", isRequired: true, default: "now()"),
            .init("updated_at", "timestamp", isRequired: true, default: "now()"),
        ],
        references: [
            .init("agent_id", to: "parlant_agent", onDelete: .cascade)
        ],
        indexes: [
            .init("parlant_guideline_agent_enabled_idx", ["agent_id", "enabled"]),
            .init("parlant_guideline_agent_id_idx", ["agent_id"]),
            .init("parlant_guideline_enabled_idx", ["enabled"]),
            .init("parlant_guideline_last_matched_idx", ["last_matched_at"]),
            .init("parlant_guideline_priority_idx", ["priority"]),
            .init(
                "parlant_guideline_usage_idx", ["agent_id", "match_count", "last_matched_at"], where: "(enabled = true)"
            ),
        ]
    )

    static let cannedResponse = ParlantTable(
        "parlant_canned_response",
        columns: [
            .init("id", "uuid", isRequired: true, default: "gen_random_uuid()"),
            .init("agent_id", "uuid", isRequired: true),
            .init("template", "text", isRequired: true),
            .init("category", "text"),
            .init("tags", "jsonb", default: "'[]'"),
            .init("conditions", "jsonb", default: "'[]'"),
            .init("priority", "integer", isRequired: true, default: "100"),
            .init("enabled", "boolean", isRequired: true, default: "true"),
            .init("requires_exact_match", "boolean", isRequired: true, default: "false"),
            .init("use_count", "integer", isRequired: true, default: "0"),
            .init("last_used_at", "timestamp"),
            .init("created_at", "timestamp", isRequired: true, default: "now()"),
            .init("updated_at", "timestamp", isRequired: true, default: "now()"),
        ],
        references: [
            .init("agent_id", to: "parlant_agent", onDelete: .cascade)
        ],
        indexes: [
            .init("parlant_canned_response_agent_category_idx", ["agent_id", "category"]),
            .init("parlant_canned_response_agent_id_idx", ["agent_id"]),
            .init("parlant_canned_response_category_idx", ["category"]),
            .init("parlant_canned_response_enabled_idx", ["enabled"]),
            .init("parlant_canned_response_last_used_idx", ["last_used_at"]),
            .init(
                "parlant_canned_response_matching_idx", ["agent_id", "enabled", "priority"], where: "(enabled = true)"),
            .init("parlant_canned_response_priority_idx", ["priority"]),
        ]
    )

    static let term = ParlantTable(
        "parlant_term",
        columns: [
            .init("id", "uuid", isRequired: true, default: "gen_random_uuid()"),
            .init("agent_id", "uuid", isRequired: true),
            .init("name", "text", isRequired: true),
            .init("description", "text", isRequired: true),
            .init("synonyms", "jsonb", default: "'[]'"),
            .init("category", "text"),
            .init("examples", "jsonb", default: "'[]'"),
            .init("importance", "integer", isRequired: true, default: "100"),
            .init("created_at", "timestamp", isRequired: true, default: "now()"),
            .init("updated_at", "timestamp", isRequired: true, default: "now()"),
        ],
        references: [
            .init("agent_id", to: "parlant_agent", onDelete: .cascade)
        ],
        indexes: [
            .init("parlant_term_agent_id_idx", ["agent_id"]),
            .init("parlant_term_agent_name_idx", ["agent_id", "name"], isUnique: true),
            .init("parlant_term_category_idx", ["category"]),
            .init("parlant_term_importance_idx", ["importance"]),
            .init("parlant_term_name_idx", ["name"]),
        ]
    )
}
