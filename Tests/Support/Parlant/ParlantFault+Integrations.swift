extension ParlantFault {
    package static func unhealthyIntegrations(count: Int = 2) -> ParlantFault {
        change(
            "unhealthy integrations", count, to: "health_status = 'unhealthy', last_error = 'connection refused'",
            when: "enabled AND health_status NOT IN ('healthy', 'unknown')")
    }

    /// Healthy when last looked at, a day ago.
    package static func staleIntegrations(count: Int = 2) -> ParlantFault {
        change(
            "stale integrations", count, to: "last_health_check = \(utc) - interval '1 day'",
            when: "enabled AND last_health_check < \(utc) - interval '12 hours'")
    }

    /// Never looked at, as a new one is.
    ///
    /// - Parameter isNull: NULL in place of the column's default `unknown`.
    package static func unknownIntegrations(count: Int = 2, isNull: Bool = false) -> ParlantFault {
        change(
            "unknown integrations", count,
            to: "health_status = \(isNull ? "NULL" : "DEFAULT"), last_health_check = NULL",
            when: "enabled AND coalesce(health_status, 'unknown') = 'unknown'")
    }

    /// Seven more errors; injected again, seven more.
    package static func growingErrors(count: Int = 2) -> ParlantFault {
        change(
            "growing errors", count, to: "error_count = error_count + 7, last_error = 'timeout'",
            when: "error_count > 0")
    }

    package static func toolsWithoutIntegration(count: Int = 2) -> ParlantFault {
        ParlantFault(
            "tools without integration", count: count,
            inject: """
                DELETE FROM parlant_tool_integration WHERE parlant_tool_id IN \(first(count, of: "parlant_tool"));
                """,
            rows: """
                SELECT id, name FROM parlant_tool t WHERE enabled AND NOT EXISTS
                    (SELECT FROM parlant_tool_integration WHERE parlant_tool_id = t.id) ORDER BY 1
                """)
    }

    /// Enabled tools whose every integration is not; those are unhealthy besides, which should trouble nobody.
    package static func toolsWithDisabledIntegrations(count: Int = 2) -> ParlantFault {
        ParlantFault(
            "tools with disabled integrations", count: count,
            inject: """
                UPDATE parlant_tool_integration SET enabled = false, health_status = 'unhealthy'
                WHERE parlant_tool_id IN \(first(count, of: "parlant_tool"));
                """,
            rows: """
                SELECT t.id, t.name FROM parlant_tool t JOIN parlant_tool_integration i ON parlant_tool_id = t.id
                WHERE t.enabled GROUP BY t.id HAVING NOT bool_or(i.enabled) ORDER BY 1
                """)
    }

    /// A required parameter that the mapping does not know.
    package static func unmappedParameters(count: Int = 2) -> ParlantFault {
        ParlantFault(
            "unmapped parameters", count: count,
            inject: """
                UPDATE parlant_tool_integration SET parameter_mapping = parameter_mapping - 'day'
                WHERE id IN \(first(count, of: "parlant_tool_integration"));
                """,
            rows: """
                SELECT i.id, required FROM parlant_tool_integration i JOIN parlant_tool t ON t.id = parlant_tool_id,
                    jsonb_array_elements_text(CASE jsonb_typeof(parameters -> 'required') WHEN 'array'
                        THEN parameters -> 'required' ELSE '[]' END) required
                WHERE i.enabled AND NOT coalesce(parameter_mapping, '{}') ? required ORDER BY 1, 2
                """)
    }

    /// Parameters that are no JSON schema: whoever takes them apart must not stumble.
    package static func oddParameters() -> ParlantFault {
        ParlantFault(
            "odd parameters", count: 4,
            inject: """
                UPDATE parlant_tool t SET parameters = odd::jsonb
                FROM (SELECT id, row_number() OVER (ORDER BY id) FROM parlant_tool) numbered(id, n)
                JOIN unnest(ARRAY['[]', '"none"', 'null', '{"properties": [], "required": "city"}'])
                    WITH ORDINALITY odd(odd, n) USING (n)
                WHERE t.id = numbered.id;
                """,
            rows: """
                SELECT id, name FROM parlant_tool WHERE jsonb_typeof(parameters -> 'properties') IS DISTINCT FROM 'object'
                    OR jsonb_typeof(parameters -> 'required') NOT IN ('array') ORDER BY 1
                """)
    }

    private static func change(_ name: String, _ count: Int, to change: String, when condition: String) -> ParlantFault
    {
        ParlantFault(
            name, count: count,
            inject: """
                UPDATE parlant_tool_integration SET \(change), updated_at = \(utc)
                WHERE id IN \(first(count, of: "parlant_tool_integration", where: "enabled"));
                """,
            rows: "SELECT id, target_id FROM parlant_tool_integration WHERE \(condition) ORDER BY 1")
    }
}
