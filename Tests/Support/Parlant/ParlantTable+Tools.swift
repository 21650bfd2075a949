extension ParlantTable {
    /// Tools, knowledge bases and who may use them.
    package static let tools = [tool, toolIntegration, agentTool, agentKnowledgeBase]

    static let tool = ParlantTable(
        "parlant_tool",
        columns: [
            .init("id", "uuid", isRequired: true, default: "gen_random_uuid()"),
            .init("workspace_id", "text", isRequired: true),
            .init("name", "text", isRequired: true),
            .init("display_name", "text", isRequired: true),
            .init("description", "text", isRequired: true),
            .init("sim_tool_id", "text"),
            .init("tool_type", "text", isRequired: true),
            .init("parameters", "jsonb", isRequired: true),
            .init("return_schema", "jsonb"),
            .init("usage_guidelines", "text"),
            .init("error_handling", "jsonb", default: "'{}'"),
            .init("enabled", "boolean", isRequired: true, default: "true"),
            .init("is_public", "boolean", isRequired: true, default: "false"),
            .init("use_count", "integer", isRequired: true, default: "0"),
            .init("success_rate", "integer", default: "100"),
            .init("last_used_at", "timestamp"),
            .init("created_at", "timestamp", isRequired: true, default: "now()"),
            .init("updated_at", "timestamp", isRequired: true, default: "now()"),
            .init("execution_timeout", "integer", default: "30000"),
            .init("retry_policy", "jsonb", default: "'{\"backoff_ms\": 1000, \"max_attempts\": 3}'"),
            .init("rate_limit_per_minute", "integer", default: "60"),
            .init("rate_limit_per_hour", "integer", default: "1000"),
            .init("requires_auth", "boolean", isRequired: true, default: "false"),
            .init("auth_type", "text"),
            .init("auth_config", "jsonb", default: "'{}'"),
            .init("is_deprecated", "boolean", isRequired: true, default: "false"),
        ],
        references: [
            .init("workspace_id", to: "workspace", onDelete: .cascade)
        ],
        indexes: [
            .init("parlant_tool_auth_type_idx", ["auth_type"]),
            .init("parlant_tool_deprecated_idx", ["is_deprecated"]),
            .init("parlant_tool_enabled_idx", ["enabled"]),
            .init("parlant_tool_last_used_idx", ["last_used_at"]),
            .init("parlant_tool_name_idx", ["name"]),
            .init("parlant_tool_public_idx", ["is_public"]),
            .init(
                "parlant_tool_reliability_idx", ["workspace_id", "success_rate", "use_count"], where: "(enabled = true)"
            ),
            .init("parlant_tool_sim_tool_idx", ["sim_tool_id"]),
            .init("parlant_tool_type_idx", ["tool_type"]),
            .init("parlant_tool_workspace_deprecated_idx", ["workspace_id", "is_deprecated"]),
            .init("parlant_tool_workspace_id_idx", ["workspace_id"]),
            .init("parlant_tool_workspace_name_idx", ["workspace_id", "name"], isUnique: true),
        ]
    )

    static let toolIntegration = ParlantTable(
        "parlant_tool_integration",
        columns: [
            .init("id", "uuid", isRequired: true, default: "gen_random_uuid()"),
            .init("parlant_tool_id", "uuid", isRequired: true),
            .init("integration_type", "text", isRequired: true),
            .init("target_id", "text", isRequired: true),
            .init("configuration", "jsonb", default: "'{}'"),
            .init("enabled", "boolean", isRequired: true, default: "true"),
            .init("parameter_mapping", "jsonb", default: "'{}'"),
            .init("response_mapping", "jsonb", default: "'{}'"),
            .init("last_health_check", "timestamp"),
            .init("health_status", "text", default: "'unknown'"),
            .init("error_count", "integer", isRequired: true, default: "0"),
            .init("last_error", "text"),
            .init("created_at", "timestamp", isRequired: true, default: "now()"),
            .init("updated_at", "timestamp", isRequired: true, default: "now()"),
        ],
        references: [
            .init("parlant_tool_id", to: "parlant_tool", onDelete: .cascade)
        ],
        indexes: [
            .init("parlant_tool_integration_health_idx", ["health_status"]),
            .init("parlant_tool_integration_parlant_tool_idx", ["parlant_tool_id"]),
            .init("parlant_tool_integration_target_idx", ["target_id"]),
            .init("parlant_tool_integration_type_idx", ["integration_type"]),
            .init("parlant_tool_integration_type_target_idx", ["integration_type", "target_id"]),
            .init(
                "parlant_tool_integration_unique", ["parlant_tool_id", "integration_type", "target_id"], isUnique: true),
        ]
    )

    static let agentTool = ParlantTable(
        "parlant_agent_tool",
        columns: [
            .init("id", "uuid", isRequired: true, default: "gen_random_uuid()"),
            .init("agent_id", "uuid", isRequired: true),
            .init("tool_id", "uuid", isRequired: true),
            .init("configuration", "jsonb", default: "'{}'"),
            .init("enabled", "boolean", isRequired: true, default: "true"),
            .init("priority", "integer", isRequired: true, default: "100"),
            .init("use_count", "integer", isRequired: true, default: "0"),
            .init("last_used_at", "timestamp"),
            .init("created_at", "timestamp", isRequired: true, default: "now()"),
            .init("updated_at", "timestamp", isRequired: true, default: "now()"),
        ],
        references: [
            .init("agent_id", to: "parlant_agent", onDelete: .cascade),
            .init("tool_id", to: "parlant_tool", onDelete: .cascade),
        ],
        indexes: [
            .init("parlant_agent_tool_agent_enabled_idx", ["agent_id", "enabled"]),
            .init("parlant_agent_tool_agent_id_idx", ["agent_id"]),
            .init(
                "parlant_agent_tool_performance_idx", ["agent_id", "enabled", "use_count"], where: "(enabled = true)"),
            .init("parlant_agent_tool_priority_idx", ["priority"]),
            .init("parlant_agent_tool_tool_id_idx", ["tool_id"]),
            .init("parlant_agent_tool_unique", ["agent_id", "tool_id"], isUnique: true),
        ]
    )

    static let agentKnowledgeBase = ParlantTable(
        "parlant_agent_knowledge_base",
        columns: [
            .init("id", "uuid", isRequired: true, default: "gen_random_uuid()"),
            .init("agent_id", "uuid", isRequired: true),
            .init("knowledge_base_id", "text", isRequired: true),
            .init("enabled", "boolean", isRequired: true, default: "true"),
            .init("search_threshold", "integer", default: "80"),
            .init("max_results", "integer", default: "5"),
            .init("priority", "integer", isRequired: true, default: "100"),
            .init("search_count", "integer", isRequired: true, default: "0"),
            .init("last_searched_at", "timestamp"),
            .init("created_at", "timestamp", isRequired: true, default: "now()"),
            .init("updated_at", "timestamp", isRequired: true, default: "now()"),
        ],
        references: [
            .init("agent_id", to: "parlant_agent", onDelete: .cascade),
            .init("knowledge_base_id", to: "knowledge_base", onDelete: .cascade),
        ],
        indexes: [
            .init("parlant_agent_kb_agent_enabled_idx", ["agent_id", "enabled"]),
            .init("parlant_agent_kb_agent_id_idx", ["agent_id"]),
            .init("parlant_agent_kb_kb_id_idx", ["knowledge_base_id"]),
            .init("parlant_agent_kb_priority_idx", ["priority"]),
            .init("parlant_agent_kb_search_idx", ["agent_id", "enabled", "priority"], where: "(enabled = true)"),
            .init("parlant_agent_kb_unique", ["agent_id", "knowledge_base_id"], isUnique: true),
        ]
    )
}
