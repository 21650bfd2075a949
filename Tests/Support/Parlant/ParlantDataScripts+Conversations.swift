extension ParlantDataScripts {
    private var journeyCount: Int { data.agents * data.journeysPerAgent }

    /// Journeys of five states each: a greeting that leads to a tool, a decision, more talk or the end.
    var journeys: String {
        """
        INSERT INTO parlant_journey (id, agent_id, title, conditions, total_sessions, completion_rate, last_used_at,
                created_at, updated_at)
            SELECT pg_temp.key('journey', n), pg_temp.key('agent', (n - 1) % \(data.agents) + 1), 'Journey ' || n,
                '["the customer wants to book"]', n % 70, 80, \(now) - n % 50 * interval '1 minute',
                \(now) - interval '90 days', \(now) - interval '1 day'
            FROM generate_series(1, \(journeyCount)) n;
        INSERT INTO parlant_journey_state (id, journey_id, name, state_type, chat_prompt, tool_id, is_initial, is_final,
                created_at, updated_at)
            SELECT pg_temp.key('state', n * 5 + k), pg_temp.key('journey', n),
                (ARRAY['Greet', 'Look up', 'Decide', 'Explain', 'Done'])[k + 1],
                (ARRAY['chat', 'tool', 'decision', 'chat', 'final']::journey_state_type[])[k + 1],
                CASE WHEN k IN (0, 3) THEN 'Say it kindly.' END, CASE k WHEN 1 THEN 'lookup_1' END, k = 0, k = 4,
                \(now) - interval '90 days' + k * interval '1 minute', \(now) - interval '1 day'
            FROM generate_series(1, \(journeyCount)) n, generate_series(0, 4) k;
        INSERT INTO parlant_journey_transition (id, journey_id, from_state_id, to_state_id, condition, priority,
                use_count, created_at)
            SELECT pg_temp.key('transition', n * 6 + row), pg_temp.key('journey', n), pg_temp.key('state', n * 5 + a),
                pg_temp.key('state', n * 5 + b), condition, 100 + row, n % 60, \(now) - interval '90 days'
            FROM generate_series(1, \(journeyCount)) n, (VALUES (0, 0, 1, NULL), (1, 1, 2, NULL), (2, 2, 3, 'unclear'),
                (3, 2, 4, 'clear'), (4, 3, 2, 'more'), (5, 3, 4, 'enough')) AS way(row, a, b, condition);
        INSERT INTO parlant_journey_guideline (id, journey_id, guideline_id, created_at, updated_at)
            SELECT pg_temp.key('journey guideline', n), pg_temp.key('journey', n),
                pg_temp.key('guideline', ((n - 1) % \(data.agents) + 1) * 3), \(now) - interval '90 days',
                \(now) - interval '1 day'
            FROM generate_series(1, \(journeyCount)) n;
        """
    }

    /// Sessions: one in ten is active now, two are abandoned, seven completed. Each knows its number of events, from
    /// which `events` makes them.
    var sessions: String {
        """
        INSERT INTO parlant_session (id, agent_id, workspace_id, user_id, customer_id, status, title,
                current_journey_id, current_state_id, event_count, message_count, started_at, last_activity_at,
                ended_at, created_at, updated_at, tokens_used, cost, average_response_time, satisfaction_score)
            WITH weighted AS (
                SELECT n, (n - 1) % \(data.agents) + 1 AS agent, n % 10 AS lot,
                    sum(100 + n * 31 % 100) OVER (ORDER BY n) AS upto, 100 + n * 31 % 100 AS weight,
                    sum(100 + n * 31 % 100) OVER () AS total
                FROM generate_series(1, \(data.sessions)) n
            ), timed AS (
                SELECT *, upto * \(data.events) / total - (upto - weight) * \(data.events) / total AS events,
                    CASE lot WHEN 0 THEN \(now) - n / 10 % 120 * interval '10 seconds'
                        ELSE \(now) - interval '10 minutes'
                            - (n * 7919::bigint % \(data.sessions)) * (interval '\(data.days) days' / \(data.sessions))
                    END AS last,
                    interval '5 minutes' + n * 37 % 3000 * interval '1 second' AS lasting
                FROM weighted
            )
            SELECT pg_temp.key('session', n), pg_temp.key('agent', agent),
                'workspace-' || (agent - 1) % \(data.workspaces) + 1, 'user-' || n % \(data.users) + 1,
                'customer-' || n % 1000, CASE lot WHEN 0 THEN 'active' WHEN 8 THEN 'abandoned' WHEN 9 THEN 'abandoned'
                    ELSE 'completed' END::session_status, 'Conversation ' || n,
                CASE WHEN lot < 5 THEN pg_temp.key('journey', agent) END,
                CASE WHEN lot < 5 THEN pg_temp.key('state', agent * 5 + CASE lot WHEN 0 THEN 1 ELSE 4 END) END,
                events, 7 * (events / 12) + (ARRAY[0, 1, 2, 3, 3, 3, 4, 5, 5, 6, 6, 6])[events % 12 + 1], last - lasting,
                last, CASE WHEN lot > 0 THEN last END, last - lasting, last, events * 40, events / 3, 800 + n % 900,
                CASE WHEN lot BETWEEN 1 AND 7 THEN 3 + n % 3 END
            FROM timed ORDER BY last;
        INSERT INTO parlant_variable (id, agent_id, session_id, key, value, value_type, created_at, updated_at)
            SELECT pg_temp.key('variable', n), pg_temp.key('agent', (n - 1) % \(data.agents) + 1),
                pg_temp.key('session', n), 'language', '"en"', 'string', \(now) - interval '1 day',
                \(now) - interval '1 day'
            FROM generate_series(1, \(data.sessions), 3) n;
        """
    }

    /// The events of sessions, evenly from the session's start to its last activity.
    ///
    /// A session is a round of twelve kinds of event, so that its number of messages follows from its length.
    func events(where condition: String = "true") -> String {
        """
        INSERT INTO parlant_event (id, session_id, "offset", event_type, content, tool_call_id, journey_id, state_id,
                created_at)
            SELECT md5(s.id::text || o)::uuid, s.id, o,
                ('{customer_message,agent_message,customer_message,tool_call,tool_result,agent_message,'
                    'customer_message,journey_transition,agent_message,variable_update,status_update,agent_message}'
                    ::event_type[])[o % 12 + 1],
                (ARRAY['{"text": "Where is my order?"}', '{"text": "Let me see."}', '{"text": "It was for Friday."}',
                    '{"tool": "lookup", "arguments": {"city": "Oslo"}}', '{"result": {"status": "sent"}}',
                    '{"text": "It is on its way."}', '{"text": "Thank you!"}', '{"to": "Explain"}',
                    '{"text": "You are welcome."}', '{"key": "language"}', '{"status": "typing"}',
                    '{"text": "Is there anything else?"}']::jsonb[])[o % 12 + 1],
                CASE WHEN o % 12 IN (3, 4) THEN 'call_' || left(s.id::text, 8) || '_' || o / 12 END,
                s.current_journey_id, s.current_state_id,
                s.started_at + (s.last_activity_at - s.started_at) * (o / (s.event_count - 1)::double precision)
            FROM (SELECT * FROM parlant_session s WHERE \(condition) ORDER BY s.started_at) s,
                generate_series(0, s.event_count - 1) o;
        """
    }
}
