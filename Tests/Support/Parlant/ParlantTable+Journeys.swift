extension ParlantTable {
    /// Journeys and their states.
    package static let journeys = [journey, journeyState, journeyTransition, journeyGuideline]

    static let journey = ParlantTable(
        "parlant_journey",
        columns: [
            .init("id", "uuid", isRequired: true, default: "gen_random_uuid()"),
            .init("agent_id", "uuid", isRequired: true),
            .init("title", "text", isRequired: true),
            .init("description", "text"),
            .init("conditions", "jsonb", isRequired: true),
            .init("enabled", "boolean", isRequired: true, default: "true"),
            .init("allow_skipping", "boolean", isRequired: true, default: "true"),
            .init("allow_revisiting", "boolean", isRequired: true, default: "true"),
            .init("total_sessions", "integer", isRequired: true, default: "0"),
            .init("completion_rate", "integer", default: "0"),
            .init("last_used_at", "timestamp"),
            .init("created_at", "timestamp", isRequired: true, default: "now()"),
            .init("updated_at", "timestamp", isRequired: true, default: "now()"),
        ],
        references: [
            .init("agent_id", to: "parlant_agent", onDelete: .cascade)
        ],
        indexes: [
            .init("parlant_journey_agent_enabled_idx", ["agent_id", "enabled"]),
            .init("parlant_journey_agent_id_idx", ["agent_id"]),
            .init(
                "parlant_journey_effectiveness_idx", ["agent_id", "completion_rate", "total_sessions"],
                where: "(enabled = true)"),
            .init("parlant_journey_enabled_idx", ["enabled"]),
            .init("parlant_journey_last_used_idx", ["last_used_at"]),
        ]
    )

    static let journeyState = ParlantTable(
        "parlant_journey_state",
        columns: [
            .init("id", "uuid", isRequired: true, default: "gen_random_uuid()"),
            .init("journey_id", "uuid", isRequired: true),
            .init("name", "text", isRequired: true),
            .init("state_type", "journey_state_type", isRequired: true),
            .init("chat_prompt", "text"),
            .init("tool_id", "text"),
            .init("tool_config", "jsonb"),
            .init("condition", "text"),
            .init("is_initial", "boolean", isRequired: true, default: "false"),
            .init("is_final", "boolean", isRequired: true, default: "false"),
            .init("allow_skip", "boolean", isRequired: true, default: "true"),
            .init("metadata", "jsonb", default: "'{}'"),
            .init("created_at", "timestamp", isRequired: true, default: "now()"),
            .init("updated_at", "timestamp", isRequired: true, default: "now()"),
        ],
        references: [
            .init("journey_id", to: "parlant_journey", onDelete: .cascade)
        ],
        indexes: [
            .init("parlant_journey_state_final_idx", ["is_final"]),
            .init("parlant_journey_state_initial_idx", ["is_initial"]),
            .init("parlant_journey_state_journey_id_idx", ["journey_id"]),
            .init("parlant_journey_state_journey_type_idx", ["journey_id", "state_type"]),
            .init("parlant_journey_state_type_idx", ["state_type"]),
        ]
    )

    static let journeyTransition = ParlantTable(
        "parlant_journey_transition",
        columns: [
            .init("id", "uuid", isRequired: true, default: "gen_random_uuid()"),
            .init("journey_id", "uuid", isRequired: true),
            .init("from_state_id", "uuid", isRequired: true),
            .init("to_state_id", "uuid", isRequired: true),
            .init("condition", "text"),
            .init("priority", "integer", isRequired: true, default: "100"),
            .init("use_count", "integer", isRequired: true, default: "0"),
            .init("last_used_at", "timestamp"),
            .init("created_at", "timestamp", isRequired: true, default: "now()"),
        ],
        references: [
            .init("from_state_id", to: "parlant_journey_state", onDelete: .cascade),
            .init("journey_id", to: "parlant_journey", onDelete: .cascade),
            .init("to_state_id", to: "parlant_journey_state", onDelete: .cascade),
        ],
        indexes: [
            .init("parlant_journey_transition_flow_idx", ["journey_id", "from_state_id", "priority"]),
            .init("parlant_journey_transition_from_state_idx", ["from_state_id"]),
            .init("parlant_journey_transition_journey_from_idx", ["journey_id", "from_state_id"]),
            .init("parlant_journey_transition_journey_id_idx", ["journey_id"]),
            .init("parlant_journey_transition_priority_idx", ["priority"]),
            .init("parlant_journey_transition_to_state_idx", ["to_state_id"]),
        ]
    )

    static let journeyGuideline = ParlantTable(
        "parlant_journey_guideline",
        columns: [
            .init("id", "uuid", isRequired: true, default: "gen_random_uuid()"),
            .init("journey_id", "uuid", isRequired: true),
            .init("guideline_id", "uuid", isRequired: true),
            .init("priority_override", "integer"),
            .init("enabled", "boolean", isRequired: true, default: "true"),
            .init("journey_specific_condition", "text"),
            .init("match_count", "integer", isRequired: true, default: "0"),
            .init("last_matched_at", "timestamp"),
            .init("created_at", "timestamp", isRequired: true, default: "now()"),
            .init("updated_at", "timestamp", isRequired: true, default: "now()"),
        ],
        references: [
            .init("guideline_id", to: "parlant_guideline", onDelete: .cascade),
            .init("journey_id", to: "parlant_journey", onDelete: .cascade),
        ],
        indexes: [
            .init("parlant_journey_guideline_guideline_id_idx", ["guideline_id"]),
            .init("parlant_journey_guideline_journey_enabled_idx", ["journey_id", "enabled"]),
            .init("parlant_journey_guideline_journey_id_idx", ["journey_id"]),
            .init("parlant_journey_guideline_priority_override_idx", ["priority_override"]),
            .init("parlant_journey_guideline_unique", ["journey_id", "guideline_id"], isUnique: true),
        ]
    )
}
