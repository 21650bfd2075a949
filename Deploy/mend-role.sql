-- The least that `tocsin runbook apply` needs on a database: run it as a superuser, in the database to mend, and name
-- the role in `write_dsn`. The agent itself never uses it.
--
--   psql -v password="'…'" -f Deploy/mend-role.sql DATABASE
--
-- Leave out the lines of remedies that you don't want anybody to apply.
\if :{?password}
CREATE ROLE tocsin_mend LOGIN PASSWORD :password CONNECTION LIMIT 5;
\else
CREATE ROLE tocsin_mend LOGIN CONNECTION LIMIT 5;
\endif

GRANT USAGE ON SCHEMA public TO tocsin_mend;
GRANT SELECT ON
    public.parlant_agent, public.parlant_session, public.parlant_event, public.parlant_journey,
    public.parlant_journey_state, public.parlant_journey_transition, public.parlant_agent_knowledge_base,
    public.parlant_agent_tool, public.parlant_tool, public.parlant_tool_integration, public.knowledge_base,
    public.workspace, public.parlant_canned_response, public.parlant_guideline, public.parlant_term,
    public.parlant_variable, public.parlant_journey_guideline
    TO tocsin_mend;
GRANT SELECT (id, name) ON public."user" TO tocsin_mend;

-- orphaned-rows, journey-transitions, knowledge-base-access, retention
GRANT DELETE ON
    public.parlant_agent, public.parlant_session, public.parlant_event, public.parlant_journey_state,
    public.parlant_journey_transition, public.parlant_agent_knowledge_base, public.parlant_agent_tool,
    public.parlant_tool_integration, public.parlant_journey, public.parlant_canned_response, public.parlant_guideline,
    public.parlant_term, public.parlant_variable, public.parlant_journey_guideline
    TO tocsin_mend;
GRANT UPDATE (journey_id, state_id) ON public.parlant_event TO tocsin_mend;
GRANT UPDATE (current_journey_id, current_state_id, user_id) ON public.parlant_session TO tocsin_mend;
GRANT UPDATE (created_by, updated_at) ON public.parlant_agent TO tocsin_mend;

-- knowledge-base-access, besides
GRANT UPDATE (enabled, search_threshold, updated_at) ON public.parlant_agent_knowledge_base TO tocsin_mend;

-- idle-sessions
GRANT UPDATE (status, ended_at) ON public.parlant_session TO tocsin_mend;

-- journey-states, journey-transitions
GRANT INSERT, UPDATE (is_initial, is_final, updated_at) ON public.parlant_journey_state TO tocsin_mend;

-- event-order; UPDATE of a column of the session is what locking its row takes.
GRANT UPDATE ("offset") ON public.parlant_event TO tocsin_mend;
GRANT UPDATE (updated_at) ON public.parlant_session TO tocsin_mend;

-- tool-integrations
GRANT UPDATE (error_count, health_status, last_error) ON public.parlant_tool_integration TO tocsin_mend;

-- missing-workspace
GRANT INSERT ON public.workspace TO tocsin_mend;

-- blocking: to cancel and end other roles' sessions, though never a superuser's.
-- GRANT pg_monitor, pg_signal_backend TO tocsin_mend;

-- missing-indexes, foreign-keys, stale-statistics: only the tables' owner may. disabled-triggers: only a superuser.
-- GRANT OWNER_OF_THE_TABLES TO tocsin_mend;
