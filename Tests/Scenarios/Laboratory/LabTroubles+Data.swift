import Support

extension LabTrouble {
    /// Sessions whose events are out of order, by the runbook's own measure: numbered other than by time.
    private static let jumbled = """
        SELECT DISTINCT session_id FROM (
            SELECT session_id, "offset", row_number() OVER (PARTITION BY session_id ORDER BY created_at, "offset", id) - 1 AS place
              FROM parlant_event) e WHERE "offset" <> place
        """
    private static let order = LabRemedy.runbook("event-order", each: "session", of: jumbled)

    /// Rows that contradict each other.
    static let data: [LabTrouble] = [
        .trouble(.orphanedEvents(), "ParlantOrphans", mendedBy: [.runbook("orphaned-rows", "events")]),
        .trouble(.sessionsWithoutAgent(), "ParlantOrphans", mendedBy: [.runbook("orphaned-rows", "sessions")]),
        .trouble(.agentsWithoutWorkspace(), "ParlantWorkspaceMissing", mendedBy: [workspaces]),
        .trouble(
            .transitionsWithoutState(), "ParlantTransitionBroken", mendedBy: [.runbook("journey-transitions")]),
        .trouble(.eventGap(), "ParlantEventOrder", mendedBy: [order]),
        .trouble(.missingFirstEvents(), "ParlantEventOrder", mendedBy: [order]),
        .trouble(
            .duplicateEvents(), "ParlantEventOrder", "ParlantIndexMissing",
            mendedBy: [order, .runbook("missing-indexes", "parlant_event_session_offset_idx")]),
        .trouble(.timeRunningBackwards(), "ParlantEventOrder", mendedBy: [order]),
        .trouble(.noInitialState(), "ParlantJourneyBroken", mendedBy: [.runbook("journey-states", "promote")]),
        .trouble(.severalInitialStates(), "ParlantJourneyBroken", mendedBy: [.runbook("journey-states", "several")]),
        .trouble(
            .transitionToAnotherJourney(), "ParlantTransitionBroken",
            mendedBy: [
                .advice("delete the transition", "DELETE FROM parlant_journey_transition WHERE condition = 'lost';")
            ]),
        .trouble(
            .unreachableState(), "ParlantJourneyStateUnreachable",
            mendedBy: [.advice("delete the state", "DELETE FROM parlant_journey_state WHERE name = 'Nowhere';")]),
        .trouble(
            .noFinalState(), "ParlantJourneyWithoutEnd", mendedBy: [.runbook("journey-transitions", "final")]),
        .trouble(
            .unreachableFinalState(), "ParlantJourneyWithoutEnd", "ParlantJourneyStateUnreachable",
            mendedBy: [
                .advice(
                    "add the transition",
                    """
                    INSERT INTO parlant_journey_transition (journey_id, from_state_id, to_state_id)
                        SELECT d.journey_id, d.id, f.id FROM parlant_journey_state d
                        JOIN parlant_journey_state f ON f.journey_id = d.journey_id AND f.is_final
                        WHERE d.name = 'Decide' AND NOT EXISTS
                            (SELECT FROM parlant_journey_transition t WHERE t.to_state_id = f.id);
                    """)
            ]),
        .trouble(
            .crossWorkspaceKnowledge(), "ParlantKnowledgeBaseAccess", mendedBy: [.runbook("knowledge-base-access")]),
        .trouble(
            .knowledgeWithoutWorkspace(), "ParlantKnowledgeBaseAccess", mendedBy: [.runbook("knowledge-base-access")]),
        .trouble(
            .deletedKnowledge(), "ParlantKnowledgeBaseAccess",
            mendedBy: [.runbook("knowledge-base-access", "deleted")]),
        .trouble(
            .thresholdsOutOfRange(), "ParlantKnowledgeBaseAccess",
            mendedBy: [.runbook("knowledge-base-access", "thresholds")]),
        .trouble(
            .neverSearchedKnowledge(), "ParlantKnowledgeBaseNeverSearched",
            mendedBy: [
                .advice(
                    "disable the assignment",
                    "UPDATE parlant_agent_knowledge_base SET enabled = false WHERE last_searched_at IS NULL;")
            ]),
        .harmless(.longUnsearchedKnowledge(), because: "it was searched before: nobody has asked lately"),
    ]

    private static let workspaces = LabRemedy.runbook(
        "missing-workspace", each: "workspace",
        of: """
            SELECT DISTINCT workspace_id FROM parlant_agent x
            WHERE NOT EXISTS (SELECT FROM workspace w WHERE w.id = x.workspace_id)
            """, with: ["owner": "user-1"])

    private static let checked = LabRemedy.advice(
        "the health check runs",
        """
        UPDATE parlant_tool_integration SET health_status = 'healthy', last_health_check = now() AT TIME ZONE 'UTC'
        WHERE enabled;
        """)

    /// Tools and their integrations.
    static let tools: [LabTrouble] = [
        .trouble(
            .unhealthyIntegrations(), "IntegrationUnhealthy",
            mendedBy: [.runbook("tool-integrations", "reset-health"), checked]),
        .trouble(.staleIntegrations(), "IntegrationStale", mendedBy: [checked]),
        .trouble(.unknownIntegrations(), "IntegrationNeverChecked", mendedBy: [checked]),
        .trouble(
            .growingErrors(), "IntegrationErrorsGrowing",
            mendedBy: [.time("by itself: ten minutes without errors")]),
        .trouble(
            .toolsWithoutIntegration(), "ParlantToolWithoutIntegration",
            mendedBy: [
                .advice(
                    "disable the tool",
                    """
                    UPDATE parlant_tool t SET enabled = false WHERE NOT EXISTS
                        (SELECT FROM parlant_tool_integration i WHERE i.parlant_tool_id = t.id);
                    """)
            ]),
        .trouble(
            .unmappedParameters(), "ParlantToolMappingIncomplete",
            mendedBy: [
                .advice(
                    "map the parameter",
                    "UPDATE parlant_tool_integration SET parameter_mapping = parameter_mapping || '{\"day\": \"$.day\"}';"
                )
            ]),
        .harmless(
            .toolsWithDisabledIntegrations(),
            because: "somebody switched them off: disabled integrations are not watched, whatever their health"),
        .harmless(.oddParameters(), because: "parameters that are no JSON schema require nothing"),
    ]
}
