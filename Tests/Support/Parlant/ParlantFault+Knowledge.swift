extension ParlantFault {
    /// Agents given a knowledge base of another workspace, beside their own.
    package static func crossWorkspaceKnowledge(count: Int = 2) -> ParlantFault {
        ParlantFault(
            "knowledge of another workspace", count: count,
            inject: """
                INSERT INTO parlant_agent_knowledge_base (agent_id, knowledge_base_id, search_count, last_searched_at)
                    SELECT DISTINCT ON (a.id) a.id, k.id, 5, \(utc) FROM parlant_agent a
                    JOIN knowledge_base k ON k.workspace_id <> a.workspace_id ORDER BY a.id, k.id LIMIT \(count);
                """,
            rows: assignments(where: "k.workspace_id <> a.workspace_id"))
    }

    /// A knowledge base of no workspace: `<>` does not see it.
    package static func knowledgeWithoutWorkspace() -> ParlantFault {
        ParlantFault(
            "knowledge without workspace",
            inject: "UPDATE knowledge_base SET workspace_id = NULL WHERE id = \(assigned);",
            rows: assignments(where: "k.workspace_id IS NULL"))
    }

    /// A knowledge base marked as deleted that agents still have.
    package static func deletedKnowledge() -> ParlantFault {
        ParlantFault(
            "deleted knowledge",
            inject: "UPDATE knowledge_base SET deleted_at = \(utc) - interval '2 days' WHERE id = \(assigned);",
            rows: assignments(where: "k.deleted_at IS NOT NULL AND enabled"))
    }

    package static func neverSearchedKnowledge(count: Int = 2) -> ParlantFault {
        change(
            "never searched knowledge", count, to: "search_count = 0, last_searched_at = NULL",
            when: "enabled AND last_searched_at IS NULL AND ab.created_at < \(utc) - interval '30 days'")
    }

    package static func longUnsearchedKnowledge(count: Int = 2) -> ParlantFault {
        change(
            "long unsearched knowledge", count, to: "last_searched_at = \(utc) - interval '45 days'",
            when: "enabled AND last_searched_at < \(utc) - interval '30 days'")
    }

    /// One threshold above 100, the others below 0.
    package static func thresholdsOutOfRange(count: Int = 2) -> ParlantFault {
        change(
            "thresholds out of range", count,
            to: "search_threshold = CASE WHEN id = (SELECT min(id::text)::uuid FROM parlant_agent_knowledge_base) "
                + "THEN 101 ELSE -1 END",
            when: "search_threshold NOT BETWEEN 0 AND 100")
    }

    private static let assigned = "(SELECT min(knowledge_base_id) FROM parlant_agent_knowledge_base)"

    private static func assignments(where condition: String) -> String {
        """
        SELECT ab.id, k.id, a.id FROM parlant_agent_knowledge_base ab JOIN parlant_agent a ON a.id = agent_id
        JOIN knowledge_base k ON k.id = knowledge_base_id WHERE \(condition) ORDER BY 1
        """
    }

    private static func change(_ name: String, _ count: Int, to change: String, when condition: String) -> ParlantFault
    {
        ParlantFault(
            name, count: count,
            inject: """
                UPDATE parlant_agent_knowledge_base SET \(change)
                WHERE id IN \(first(count, of: "parlant_agent_knowledge_base", where: "enabled"));
                """,
            rows: assignments(where: condition))
    }
}
