/// What the troubleshooting guide knows of the Parlant schema: its tables, what refers to what, and the indexes without
/// which its queries are slow. Real deployments have more of everything.
package struct ParlantModel {
    /// A column whose value must be the `id` of a row elsewhere, or NULL.
    package struct Reference: Hashable, Sendable {
        package let table: String
        package let column: String
        package let parent: String

        package init(_ table: String, _ column: String, _ parent: String) {
            self.table = table
            self.column = column
            self.parent = parent
        }
    }

    /// An index that the guide's queries need, by what it does and not by its name.
    package struct Index: Hashable, Sendable {
        package let table: String
        /// The columns that must lead the index, in this order.
        package let columns: [String]
        package let isUnique: Bool
        /// What a partial index may ask for, as part of its predicate: the guide's own queries ask for it too.
        package let predicate: String?
    }

    /// The fifteen tables of the extension.
    package static let tables = [
        "parlant_agent", "parlant_agent_knowledge_base", "parlant_agent_tool", "parlant_canned_response",
        "parlant_event", "parlant_guideline", "parlant_journey", "parlant_journey_guideline", "parlant_journey_state",
        "parlant_journey_transition", "parlant_session", "parlant_term", "parlant_tool", "parlant_tool_integration",
        "parlant_variable",
    ]

    /// The application's own tables that the extension's refer to.
    package static let hostTables = ["knowledge_base", "user", "workspace"]

    package static let references: [Reference] = [
        Reference("parlant_agent", "created_by", "user"),
        Reference("parlant_agent", "workspace_id", "workspace"),
        Reference("parlant_agent_knowledge_base", "agent_id", "parlant_agent"),
        Reference("parlant_agent_knowledge_base", "knowledge_base_id", "knowledge_base"),
        Reference("parlant_agent_tool", "agent_id", "parlant_agent"),
        Reference("parlant_agent_tool", "tool_id", "parlant_tool"),
        Reference("parlant_canned_response", "agent_id", "parlant_agent"),
        Reference("parlant_event", "journey_id", "parlant_journey"),
        Reference("parlant_event", "session_id", "parlant_session"),
        Reference("parlant_event", "state_id", "parlant_journey_state"),
        Reference("parlant_guideline", "agent_id", "parlant_agent"),
        Reference("parlant_journey", "agent_id", "parlant_agent"),
        Reference("parlant_journey_guideline", "guideline_id", "parlant_guideline"),
        Reference("parlant_journey_guideline", "journey_id", "parlant_journey"),
        Reference("parlant_journey_state", "journey_id", "parlant_journey"),
        Reference("parlant_journey_transition", "from_state_id", "parlant_journey_state"),
        Reference("parlant_journey_transition", "journey_id", "parlant_journey"),
        Reference("parlant_journey_transition", "to_state_id", "parlant_journey_state"),
        Reference("parlant_session", "agent_id", "parlant_agent"),
        Reference("parlant_session", "current_journey_id", "parlant_journey"),
        Reference("parlant_session", "current_state_id", "parlant_journey_state"),
        Reference("parlant_session", "user_id", "user"),
        Reference("parlant_session", "workspace_id", "workspace"),
        Reference("parlant_term", "agent_id", "parlant_agent"),
        Reference("parlant_tool", "workspace_id", "workspace"),
        Reference("parlant_tool_integration", "parlant_tool_id", "parlant_tool"),
        Reference("parlant_variable", "agent_id", "parlant_agent"),
        Reference("parlant_variable", "session_id", "parlant_session"),
    ]

    package static let indexes: [Index] = [
        Index(
            table: "parlant_agent", columns: ["workspace_id", "last_active_at"], isUnique: false,
            predicate: "deleted_at IS NULL"),
        Index(
            table: "parlant_session", columns: ["agent_id", "status"], isUnique: false,
            predicate: "status = 'active'::"),
        Index(table: "parlant_session", columns: ["last_activity_at"], isUnique: false, predicate: nil),
        Index(table: "parlant_event", columns: ["session_id", "offset"], isUnique: true, predicate: nil),
        Index(table: "parlant_event", columns: ["created_at"], isUnique: false, predicate: nil),
    ]

    private init() {}
}
