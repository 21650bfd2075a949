extension ParlantFault {
    /// One for each foreign key of the schema.
    package static func orphans(in schema: ParlantSchema) -> [ParlantFault] {
        schema.tables.filter(\.isParlant).flatMap { table in
            table.references.map { orphans(of: $0, in: table) }
        }
    }

    /// Rows whose reference leads nowhere: loaded past the foreign key, as a restore or a replica does.
    package static func orphans(
        of reference: ParlantTable.Reference, in table: ParlantTable, count: Int = 2
    ) -> ParlantFault {
        let column = reference.column.quoted
        let type = table.columns.first { $0.name == reference.column }?.type ?? "uuid"
        let key = "\(table.name).\(reference.column)"
        let change: String
        if copied.contains(key) {
            // Changing the rows themselves would take them from where they belong, which is another trouble.
            let chosen = key == "parlant_event.session_id" ? "\"offset\" = 0" : "true"
            change = """
                INSERT INTO \(table.name) SELECT (jsonb_populate_record(r, jsonb_build_object(
                    'id', gen_random_uuid(), \(reference.column.literal), gen_random_uuid()))).*
                FROM \(table.name) r WHERE id IN \(first(count, of: table.name, where: chosen));
                """
        } else {
            change = """
                UPDATE \(table.name) SET \(column) = gen_random_uuid()::\(type)
                WHERE id IN \(first(count, of: table.name, where: "\(column) IS NOT NULL"));
                """
        }
        return ParlantFault(
            name(of: key), count: count,
            brings: key == "parlant_journey_transition.journey_id" ? ["transition to another journey"] : [],
            inject: "SET session_replication_role = replica;\n" + change,
            rows: """
                SELECT id FROM \(table.name) r WHERE \(column) IS NOT NULL
                    AND NOT EXISTS (SELECT FROM \(reference.target.quoted) t WHERE t.id = r.\(column)) ORDER BY id
                """)
    }

    package static func orphanedEvents(count: Int = 2) -> ParlantFault {
        orphans(of: "session_id", in: .event, count: count)
    }

    package static func sessionsWithoutAgent(count: Int = 2) -> ParlantFault {
        orphans(of: "agent_id", in: .session, count: count)
    }

    package static func agentsWithoutWorkspace(count: Int = 2) -> ParlantFault {
        orphans(of: "workspace_id", in: .agent, count: count)
    }

    package static func transitionsWithoutState(count: Int = 2) -> ParlantFault {
        orphans(of: "to_state_id", in: .journeyTransition, count: count)
    }

    private static func orphans(of column: String, in table: ParlantTable, count: Int) -> ParlantFault {
        let known = table.references.first { $0.column == column }
        return orphans(
            of: known ?? .init(column, to: table.name, onDelete: .cascade), in: table, count: count)
    }

    private static let copied: Set<String> = [
        "parlant_agent.workspace_id", "parlant_event.session_id", "parlant_journey_state.journey_id",
        "parlant_journey_transition.journey_id", "parlant_journey_transition.from_state_id",
        "parlant_journey_transition.to_state_id", "parlant_tool_integration.parlant_tool_id",
    ]

    private static func name(of key: String) -> String {
        switch key {
        case "parlant_event.session_id": "orphaned events"
        case "parlant_session.agent_id": "sessions without agent"
        case "parlant_agent.workspace_id": "agents without workspace"
        case "parlant_journey_transition.to_state_id": "transitions without state"
        default: "orphans of \(key)"
        }
    }
}
