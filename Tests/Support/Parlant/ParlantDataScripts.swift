/// The SQL that makes the rows, in sets.
struct ParlantDataScripts {
    let data: ParlantData
    /// The moment of filling, as an SQL expression for a timestamp in UTC.
    let now: String

    /// Opens a transaction, with `key(kind, number)` for the identifiers.
    var begin: String {
        """
        BEGIN;
        CREATE FUNCTION pg_temp.key(kind text, number bigint) RETURNS uuid LANGUAGE sql IMMUTABLE
            AS $$ SELECT md5('\(data.seed) ' || kind || ' ' || number)::uuid $$;

        """
    }

    private func since(_ days: Int) -> String { "\(now) - interval '\(days) days'" }

    /// Users, workspaces, knowledge bases and tools.
    var people: String {
        """
        INSERT INTO "user" (id, name, email, created_at, updated_at)
            SELECT 'user-' || n, 'User ' || n, 'user' || n || '@example.com', \(since(200)), \(since(100))
            FROM generate_series(1, \(data.users)) n;
        INSERT INTO workspace (id, name, owner_id, created_at, updated_at)
            SELECT 'workspace-' || n, 'Workspace ' || n, 'user-' || (n - 1) % \(data.users) + 1, \(since(190)),
                \(since(100))
            FROM generate_series(1, \(data.workspaces)) n;
        INSERT INTO knowledge_base (id, user_id, workspace_id, name, created_at, updated_at)
            SELECT 'kb-' || n, w.owner_id, w.id, 'Handbook ' || n, \(since(150)), \(since(3))
            FROM generate_series(1, \(data.knowledgeBases)) n
            JOIN workspace w ON w.id = 'workspace-' || (n - 1) % \(data.workspaces) + 1;
        INSERT INTO parlant_tool (id, workspace_id, name, display_name, description, tool_type, parameters, use_count,
                success_rate, last_used_at, created_at, updated_at)
            SELECT pg_temp.key('tool', n), 'workspace-' || (n - 1) % \(data.workspaces) + 1, 'lookup_' || n,
                'Lookup ' || n, 'Looks things up', (ARRAY['http', 'workflow', 'sim'])[n % 3 + 1],
                '{"type": "object", "properties": {"city": {"type": "string"}, "day": {"type": "string"},
                    "limit": {"type": "integer"}}, "required": ["city", "day"]}',
                n * 7 % 500, 95 + n % 6, \(now) - n % 60 * interval '1 minute', \(since(120)), \(since(2))
            FROM generate_series(1, \(data.tools)) n;
        INSERT INTO parlant_tool_integration (id, parlant_tool_id, integration_type, target_id, parameter_mapping,
                last_health_check, health_status, created_at, updated_at)
            SELECT pg_temp.key('integration', n), pg_temp.key('tool', n), 'http', 'target-' || n,
                '{"city": "$.city", "day": "$.day"}', \(now), 'healthy', \(since(120)), \(now)
            FROM generate_series(1, \(data.tools)) n;
        """
    }

    /// Agents with what belongs to them, each in its workspace.
    var agents: String {
        """
        INSERT INTO parlant_agent (id, workspace_id, created_by, name, description, system_prompt, total_sessions,
                total_messages, last_active_at, created_at, updated_at)
            SELECT pg_temp.key('agent', n), w.id, w.owner_id, 'Agent ' || n, 'Answers questions', 'Be brief.',
                \(data.sessions / max(data.agents, 1)), \(data.events / max(data.agents, 1)),
                \(now) - n % 50 * interval '1 minute', \(since(100)), \(since(1))
            FROM generate_series(1, \(data.agents)) n
            JOIN workspace w ON w.id = 'workspace-' || (n - 1) % \(data.workspaces) + 1;
        INSERT INTO parlant_agent_tool (id, agent_id, tool_id, priority, use_count, last_used_at, created_at, updated_at)
            SELECT pg_temp.key('agent tool', n * 2 + k), pg_temp.key('agent', n), pg_temp.key('tool', t), 100 * (k + 1),
                n % 90, \(now) - n % 90 * interval '1 minute', \(since(90)), \(since(1))
            FROM generate_series(1, \(data.agents)) n, generate_series(0, 1) k,
                LATERAL (SELECT (n - 1) % \(data.workspaces) + 1 + k * \(data.workspaces) AS t) own
            WHERE t <= \(data.tools);
        INSERT INTO parlant_agent_knowledge_base (id, agent_id, knowledge_base_id, search_threshold, priority,
                search_count, last_searched_at, created_at, updated_at)
            SELECT pg_temp.key('agent kb', n * 2 + k), pg_temp.key('agent', n), 'kb-' || b, 60 + n % 31, 100 * (k + 1),
                10 + n % 90, \(now) - n % 40 * interval '1 hour', \(since(90)), \(since(1))
            FROM generate_series(1, \(data.agents)) n, generate_series(0, 1) k,
                LATERAL (SELECT (n - 1) % \(data.workspaces) + 1 + k * \(data.workspaces) AS b) own
            WHERE b <= \(data.knowledgeBases);
        INSERT INTO parlant_guideline (id, agent_id, condition, action, match_count, last_matched_at, created_at,
                updated_at)
            SELECT pg_temp.key('guideline', n * 3 + k), pg_temp.key('agent', n), 'the customer asks for part ' || k,
                'explain part ' || k, n % 40, \(now) - n % 40 * interval '1 hour', \(since(90)), \(since(1))
            FROM generate_series(1, \(data.agents)) n, generate_series(0, 2) k;
        INSERT INTO parlant_term (id, agent_id, name, description, synonyms, category, created_at, updated_at)
            SELECT pg_temp.key('term', n * 3 + k), pg_temp.key('agent', n), 'term ' || k, 'What term ' || k || ' means',
                '["word"]', 'general', \(since(90)), \(since(1))
            FROM generate_series(1, \(data.agents)) n, generate_series(0, 2) k;
        INSERT INTO parlant_canned_response (id, agent_id, template, category, use_count, last_used_at, created_at,
                updated_at)
            SELECT pg_temp.key('response', n * 3 + k), pg_temp.key('agent', n), 'Hello {{name}}, part ' || k, 'greeting',
                n % 30, \(now) - n % 30 * interval '1 hour', \(since(90)), \(since(1))
            FROM generate_series(1, \(data.agents)) n, generate_series(0, 2) k;
        INSERT INTO parlant_variable (id, agent_id, key, scope, value, value_type, created_at, updated_at)
            SELECT pg_temp.key('agent variable', n), pg_temp.key('agent', n), 'greeting', 'agent', '"hello"', 'string',
                \(since(90)), \(since(1))
            FROM generate_series(1, \(data.agents)) n;
        """
    }
}
