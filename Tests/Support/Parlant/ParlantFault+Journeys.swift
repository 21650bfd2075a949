extension ParlantFault {
    package static func noInitialState(journeys: Int = 2) -> ParlantFault {
        ParlantFault(
            "no initial state", count: journeys,
            inject: """
                UPDATE parlant_journey_state SET is_initial = false
                WHERE journey_id IN \(first(journeys, of: "parlant_journey"));
                """,
            rows: """
                SELECT id FROM parlant_journey j WHERE NOT EXISTS
                    (SELECT FROM parlant_journey_state s WHERE s.journey_id = j.id AND is_initial) ORDER BY 1
                """)
    }

    package static func severalInitialStates(journeys: Int = 2) -> ParlantFault {
        ParlantFault(
            "several initial states", count: journeys,
            inject: """
                UPDATE parlant_journey_state SET is_initial = true
                WHERE name = 'Explain' AND journey_id IN \(first(journeys, of: "parlant_journey"));
                """,
            rows: """
                SELECT j.id FROM parlant_journey j JOIN parlant_journey_state s ON s.journey_id = j.id
                WHERE is_initial GROUP BY j.id HAVING count(*) > 1 ORDER BY 1
                """)
    }

    package static func transitionToAnotherJourney() -> ParlantFault {
        ParlantFault(
            "transition to another journey", count: 1,
            inject: """
                INSERT INTO parlant_journey_transition (journey_id, from_state_id, to_state_id, condition)
                    SELECT f.journey_id, f.id, t.id, 'lost' FROM parlant_journey_state f, parlant_journey_state t
                    WHERE f.name = 'Decide' AND t.name = 'Explain' AND f.journey_id <> t.journey_id
                    ORDER BY f.id, t.id LIMIT 1;
                """,
            rows: """
                SELECT t.id FROM parlant_journey_transition t JOIN parlant_journey_state s
                    ON s.id IN (from_state_id, to_state_id)
                WHERE s.journey_id <> t.journey_id GROUP BY t.id ORDER BY 1
                """)
    }

    /// A state that leads on and that nothing leads to.
    package static func unreachableState(journeys: Int = 2) -> ParlantFault {
        ParlantFault(
            "unreachable state", count: journeys,
            inject: """
                WITH made AS (
                    INSERT INTO parlant_journey_state (journey_id, name, state_type)
                    SELECT id, 'Nowhere', 'chat' FROM \(first(journeys, of: "parlant_journey")) j
                    RETURNING id, journey_id)
                INSERT INTO parlant_journey_transition (journey_id, from_state_id, to_state_id)
                    SELECT s.journey_id, made.id, s.id FROM made JOIN parlant_journey_state s USING (journey_id)
                    WHERE is_final;
                """,
            rows: """
                \(reached) SELECT s.id, s.journey_id FROM parlant_journey_state s
                WHERE s.journey_id IN (SELECT journey FROM reached)
                    AND NOT EXISTS (SELECT FROM reached WHERE journey = s.journey_id AND state = s.id) ORDER BY 1
                """)
    }

    package static func noFinalState(journeys: Int = 2) -> ParlantFault {
        ParlantFault(
            "no final state", count: journeys,
            inject: """
                UPDATE parlant_journey_state SET is_final = false, state_type = 'chat'
                WHERE is_final AND journey_id IN \(first(journeys, of: "parlant_journey"));
                """,
            rows: """
                SELECT id FROM parlant_journey j WHERE NOT EXISTS
                    (SELECT FROM parlant_journey_state s WHERE s.journey_id = j.id AND is_final) ORDER BY 1
                """)
    }

    /// There is a final state, and no way to it.
    package static func unreachableFinalState(journeys: Int = 2) -> ParlantFault {
        ParlantFault(
            "unreachable final state", count: journeys, brings: ["unreachable state"],
            inject: """
                DELETE FROM parlant_journey_transition t USING parlant_journey_state s
                WHERE s.id = to_state_id AND is_final AND s.journey_id IN \(first(journeys, of: "parlant_journey"));
                """,
            rows: """
                \(reached) SELECT journey_id FROM parlant_journey_state s
                WHERE is_final AND journey_id IN (SELECT journey FROM reached) GROUP BY journey_id
                HAVING NOT bool_or(EXISTS (SELECT FROM reached WHERE journey = s.journey_id AND state = s.id))
                ORDER BY 1
                """)
    }

    /// The states that a journey can come to from its initial ones; nothing for journeys without.
    private static let reached = """
        WITH RECURSIVE reached(journey, state) AS (
            SELECT journey_id, s.id FROM parlant_journey_state s JOIN parlant_journey j ON j.id = journey_id
            WHERE is_initial
            UNION SELECT journey, to_state_id FROM reached JOIN parlant_journey_transition
                ON journey_id = journey AND from_state_id = state)
        """
}
