import Drivers
import PromQL

extension ParlantProbe {
    /// What agents are made of and what sessions hold: journeys, tools and knowledge bases that can't work as they are,
    /// and events out of order. A number for each problem, also where it is 0.
    package static func objects(
        name: String, source: ParlantSource, interval: Duration = .seconds(60), deadline: Duration = .seconds(10)
    ) -> ParlantProbe {
        ParlantProbe(.objects, name: name, source: source, interval: interval, deadline: deadline) { settings, _ in
            [
                journeys, toolMappings, toolsWithoutIntegration,
                knowledgeBases(settings), eventOrder(settings),
            ]
        }
    }

    private static let problem = ["problem"]

    /// Initial states, transitions to another journey, and what can be reached from the initial states, in one statement:
    /// the search over the graph is most of its cost, and where the numbers say that all is reached nobody looks further.
    ///
    /// Transitions to a state that is not there are rows that refer to nothing, like any others. Of a journey without an
    /// initial state nothing can be reached, which is that problem's to say; a way through another journey's state counts
    /// as a way, since that transition is a problem of its own.
    private static let journeys = ParlantQuestion(
        name: "journeys",
        needs: [
            "parlant_journey": ["id", "enabled"],
            "parlant_journey_state": ["id", "journey_id", "is_initial", "is_final"],
            "parlant_journey_transition": ["id", "journey_id", "from_state_id", "to_state_id"],
        ],
        sql: """
            WITH RECURSIVE totals AS (
                SELECT count(*) FILTER (WHERE j.enabled AND coalesce(s.initial, 0) = 0) AS without,
                       count(*) FILTER (WHERE j.enabled AND s.initial > 1) AS several,
                       count(*) FILTER (WHERE j.enabled AND s.initial > 0 AND NOT s.has_end) AS endless,
                       sum(s.states) FILTER (WHERE s.initial > 0) AS states
                  FROM parlant_journey j
                  LEFT JOIN (SELECT journey_id, count(*) AS states, count(*) FILTER (WHERE is_initial) AS initial,
                                    bool_or(is_final) AS has_end
                               FROM parlant_journey_state GROUP BY 1) s ON s.journey_id = j.id
            ), strays AS (
                SELECT count(DISTINCT t.id) AS transitions
                  FROM (SELECT id, journey_id, from_state_id AS state_id FROM parlant_journey_transition
                        UNION ALL
                        SELECT id, journey_id, to_state_id FROM parlant_journey_transition) t
                  JOIN parlant_journey_state s ON s.id = t.state_id AND s.journey_id <> t.journey_id
            ), reached(id) AS (
                SELECT id FROM parlant_journey_state WHERE is_initial
                UNION
                SELECT t.to_state_id FROM reached r JOIN parlant_journey_transition t ON t.from_state_id = r.id
            ), judged AS (
                SELECT count(*) - count(r.id) AS missed, bool_or(s.is_final AND r.id IS NOT NULL) AS has_end
                  FROM parlant_journey_state s
                  JOIN parlant_journey j ON j.id = s.journey_id AND j.enabled
                  LEFT JOIN reached r ON r.id = s.id
                 GROUP BY s.journey_id HAVING bool_or(s.is_initial)
            )
            SELECT p.problem, p.found AS parlant_journey_problems
              FROM totals CROSS JOIN strays
             -- As many were reached as there are, and none of another journey: then no state is missed.
             CROSS JOIN LATERAL (SELECT strays.transitions = 0
                                        AND coalesce(totals.states, 0) = (SELECT count(*) FROM reached) AS whole OFFSET 0) q
             CROSS JOIN LATERAL (VALUES
                 ('no_initial_state', without), ('several_initial_states', several),
                 ('transition_to_other_journey', strays.transitions),
                 ('unreachable_state',
                  CASE WHEN whole THEN 0 ELSE (SELECT coalesce(sum(missed), 0)::int8 FROM judged) END),
                 ('no_way_to_the_end',
                  CASE WHEN whole THEN endless ELSE (SELECT count(*) FROM judged WHERE NOT has_end) END))
                             AS p(problem, found)
            """, labels: problem, isKept: true)

    /// Required are the names under `required`, or all `properties` where there is none, as the guide has it.
    private static let toolMappings = ParlantQuestion(
        name: "parameter mappings",
        needs: [
            "parlant_tool": ["id", "enabled", "parameters"],
            "parlant_tool_integration": ["parlant_tool_id", "enabled", "parameter_mapping"],
        ],
        sql: """
            SELECT 'parameter_not_mapped' AS problem, count(*) AS parlant_tool_problems
              FROM parlant_tool_integration i JOIN parlant_tool t ON t.id = i.parlant_tool_id
             WHERE i.enabled AND t.enabled
               AND EXISTS (
                   SELECT FROM jsonb_array_elements_text(
                              CASE WHEN jsonb_typeof(t.parameters -> 'required') = 'array' THEN t.parameters -> 'required'
                                   WHEN jsonb_typeof(t.parameters -> 'properties') = 'object'
                                   THEN (SELECT coalesce(jsonb_agg(k), '[]') FROM jsonb_object_keys(t.parameters -> 'properties') k)
                                   ELSE '[]' END) AS wanted(name)
                    WHERE NOT coalesce(CASE WHEN jsonb_typeof(i.parameter_mapping) = 'object'
                                            THEN i.parameter_mapping ? wanted.name END, false))
            """, labels: problem)

    private static let toolsWithoutIntegration = ParlantQuestion(
        name: "tools without integration",
        needs: ["parlant_tool": ["id", "enabled"], "parlant_tool_integration": ["parlant_tool_id"]],
        sql: """
            SELECT 'no_integration' AS problem, count(*) AS parlant_tool_problems
              FROM parlant_tool t
             WHERE t.enabled AND NOT EXISTS (SELECT FROM parlant_tool_integration i WHERE i.parlant_tool_id = t.id)
            """, labels: problem)

    /// Never searched counts after a week, and where the agent was used since the base was assigned.
    private static func knowledgeBases(_ settings: ParlantSource.Settings) -> ParlantQuestion {
        ParlantQuestion(
            name: "knowledge bases",
            needs: [
                "parlant_agent_knowledge_base": [
                    "agent_id", "knowledge_base_id", "enabled", "search_threshold", "search_count", "last_searched_at",
                    "created_at",
                ],
                "parlant_agent": ["id", "workspace_id", "last_active_at"],
                "knowledge_base": ["id", "workspace_id", "deleted_at"],
            ],
            sql: """
                SELECT p.problem, p.assignments AS parlant_knowledge_base_problems
                  FROM (SELECT count(*) FILTER (WHERE b.workspace_id IS DISTINCT FROM a.workspace_id) AS other,
                               count(*) FILTER (WHERE x.enabled AND b.deleted_at IS NOT NULL) AS deleted,
                               count(*) FILTER (
                                   WHERE x.enabled AND b.deleted_at IS NULL AND x.search_count = 0 AND x.last_searched_at IS NULL
                                     AND x.created_at < (now() AT TIME ZONE $1) - interval '7 days'
                                     AND a.last_active_at > x.created_at + interval '7 days') AS unused,
                               count(*) FILTER (WHERE x.search_threshold NOT BETWEEN 0 AND 100) AS threshold
                          FROM parlant_agent_knowledge_base x
                          JOIN parlant_agent a ON a.id = x.agent_id
                          JOIN knowledge_base b ON b.id = x.knowledge_base_id) found
                 CROSS JOIN LATERAL (VALUES ('other_workspace', other), ('deleted_base', deleted),
                                            ('never_searched', unused), ('threshold_out_of_range', threshold))
                                 AS p(problem, assignments)
                """, parameters: [.text(settings.timeZone)], labels: problem)
    }

    /// Of the sessions used last, in their last 200 events each and 2,000 events in all: how many have a hole in their
    /// offsets, the same offset twice, or events older than those before them.
    ///
    /// Two transactions that write at once may commit a hair out of order, so the newest seconds are left out, and a
    /// second backwards is none.
    private static func eventOrder(_ settings: ParlantSource.Settings) -> ParlantQuestion {
        ParlantQuestion(
            name: "event order",
            needs: [
                "parlant_event": ["session_id", "offset", "created_at"],
                "parlant_session": ["id", "last_activity_at"],
            ],
            found: [("parlant_event", "session_id"), ("parlant_session", "last_activity_at")],
            sql: """
                WITH seen AS (
                    SELECT e.session_id, e."offset", e.created_at
                      FROM (SELECT id FROM parlant_session ORDER BY last_activity_at DESC LIMIT 500) s
                     CROSS JOIN LATERAL (SELECT session_id, "offset", created_at FROM parlant_event
                                          WHERE session_id = s.id
                                            AND created_at < (now() AT TIME ZONE $1) - interval '5 seconds'
                                          ORDER BY "offset" DESC LIMIT 200) e
                     LIMIT 2000),
                ordered AS (
                    SELECT *, lag("offset") OVER own AS before, lag(created_at) OVER own AS earlier
                      FROM seen WINDOW own AS (PARTITION BY session_id ORDER BY "offset", created_at)),
                judged AS (
                    SELECT session_id,
                           -- The first that was seen: is it the session's first, and not 0?
                           CASE WHEN before IS NOT NULL THEN "offset" - before > 1
                                WHEN "offset" = 0 THEN false
                                ELSE NOT EXISTS (SELECT FROM parlant_event x WHERE x.session_id = ordered.session_id
                                                                               AND x."offset" < ordered."offset") END AS gap,
                           "offset" = before AS duplicate, created_at < earlier - interval '1 second' AS backwards
                      FROM ordered)
                SELECT p.problem, p.sessions AS parlant_sessions_out_of_order
                  FROM (SELECT count(DISTINCT session_id) FILTER (WHERE gap) AS gap,
                               count(DISTINCT session_id) FILTER (WHERE duplicate) AS duplicate,
                               count(DISTINCT session_id) FILTER (WHERE backwards) AS backwards
                          FROM judged) found
                 CROSS JOIN LATERAL (VALUES ('gap', gap), ('duplicate', duplicate), ('backwards', backwards))
                                 AS p(problem, sessions)
                """, parameters: [.text(settings.timeZone)], labels: ["problem"])
    }
}
