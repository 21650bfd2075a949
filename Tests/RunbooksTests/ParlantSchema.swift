/// The Parlant extension's schema as one real deployment has it.
enum ParlantSchema {
    static let sql = #"""
        CREATE TYPE agent_status AS ENUM ('active', 'inactive', 'archived');
        CREATE TYPE composition_mode AS ENUM ('fluid', 'strict');
        CREATE TYPE event_type AS ENUM ('customer_message', 'agent_message', 'tool_call', 'tool_result', 'status_update', 'journey_transition', 'variable_update');
        CREATE TYPE journey_state_type AS ENUM ('chat', 'tool', 'decision', 'final');
        CREATE TYPE session_mode AS ENUM ('auto', 'manual', 'paused');
        CREATE TYPE session_status AS ENUM ('active', 'completed', 'abandoned');
        CREATE TABLE "user" (
            id text not null PRIMARY KEY,
            name text not null,
            email text not null,
            created_at timestamp not null,
            updated_at timestamp not null
        );
        CREATE TABLE workspace (
            id text not null PRIMARY KEY,
            name text not null,
            owner_id text not null,
            created_at timestamp not null default now(),
            updated_at timestamp not null default now()
        );
        CREATE TABLE knowledge_base (
            id text not null PRIMARY KEY,
            user_id text not null,
            workspace_id text,
            name text not null,
            deleted_at timestamp,
            created_at timestamp not null default now(),
            updated_at timestamp not null default now()
        );
        CREATE TABLE parlant_agent (
            id uuid not null default gen_random_uuid() PRIMARY KEY,
            workspace_id text not null,
            created_by text not null,
            name text not null,
            description text,
            status agent_status not null default 'active',
            composition_mode composition_mode not null default 'fluid',
            system_prompt text,
            model_provider text not null default 'openai',
            model_name text not null default 'gpt-4',
            temperature integer default 70,
            max_tokens integer default 2000,
            total_sessions integer not null default 0,
            total_messages integer not null default 0,
            last_active_at timestamp,
            created_at timestamp not null default now(),
            updated_at timestamp not null default now(),
            deleted_at timestamp,
            response_timeout_ms integer default 30000,
            max_context_length integer default 8000,
            system_instructions text,
            allow_interruption boolean not null default true,
            allow_proactive_messages boolean not null default false,
            conversation_style text default 'professional',
            data_retention_days integer default 30,
            allow_data_export boolean not null default true,
            pii_handling_mode text default 'standard',
            integration_metadata jsonb default '{}',
            custom_config jsonb default '{}',
            total_tokens_used integer not null default 0,
            total_cost integer not null default 0,
            average_session_duration integer
        );
        CREATE TABLE parlant_agent_knowledge_base (
            id uuid not null default gen_random_uuid() PRIMARY KEY,
            agent_id uuid not null,
            knowledge_base_id text not null,
            enabled boolean not null default true,
            search_threshold integer default 80,
            max_results integer default 5,
            priority integer not null default 100,
            search_count integer not null default 0,
            last_searched_at timestamp,
            created_at timestamp not null default now(),
            updated_at timestamp not null default now()
        );
        CREATE TABLE parlant_agent_tool (
            id uuid not null default gen_random_uuid() PRIMARY KEY,
            agent_id uuid not null,
            tool_id uuid not null,
            configuration jsonb default '{}',
            enabled boolean not null default true,
            priority integer not null default 100,
            use_count integer not null default 0,
            last_used_at timestamp,
            created_at timestamp not null default now(),
            updated_at timestamp not null default now()
        );
        CREATE TABLE parlant_canned_response (
            id uuid not null default gen_random_uuid() PRIMARY KEY,
            agent_id uuid not null,
            template text not null,
            category text,
            tags jsonb default '[]',
            conditions jsonb default '[]',
            priority integer not null default 100,
            enabled boolean not null default true,
            requires_exact_match boolean not null default false,
            use_count integer not null default 0,
            last_used_at timestamp,
            created_at timestamp not null default now(),
            updated_at timestamp not null default now()
        );
        CREATE TABLE parlant_event (
            id uuid not null default gen_random_uuid() PRIMARY KEY,
            session_id uuid not null,
            "offset" integer not null,
            event_type event_type not null,
            content jsonb not null,
            metadata jsonb default '{}',
            tool_call_id text,
            journey_id uuid,
            state_id uuid,
            created_at timestamp not null default now()
        );
        CREATE TABLE parlant_guideline (
            id uuid not null default gen_random_uuid() PRIMARY KEY,
            agent_id uuid not null,
            condition text not null,
            action text not null,
            priority integer not null default 100,
            enabled boolean not null default true,
            tool_ids jsonb default '[]',
            match_count integer not null default 0,
            last_matched_at timestamp,
            created_at timestamp not null default now(),
            updated_at timestamp not null default now()
        );
        CREATE TABLE parlant_journey (
            id uuid not null default gen_random_uuid() PRIMARY KEY,
            agent_id uuid not null,
            title text not null,
            description text,
            conditions jsonb not null,
            enabled boolean not null default true,
            allow_skipping boolean not null default true,
            allow_revisiting boolean not null default true,
            total_sessions integer not null default 0,
            completion_rate integer default 0,
            last_used_at timestamp,
            created_at timestamp not null default now(),
            updated_at timestamp not null default now()
        );
        CREATE TABLE parlant_journey_guideline (
            id uuid not null default gen_random_uuid() PRIMARY KEY,
            journey_id uuid not null,
            guideline_id uuid not null,
            priority_override integer,
            enabled boolean not null default true,
            journey_specific_condition text,
            match_count integer not null default 0,
            last_matched_at timestamp,
            created_at timestamp not null default now(),
            updated_at timestamp not null default now()
        );
        CREATE TABLE parlant_journey_state (
            id uuid not null default gen_random_uuid() PRIMARY KEY,
            journey_id uuid not null,
            name text not null,
            state_type journey_state_type not null,
            chat_prompt text,
            tool_id text,
            tool_config jsonb,
            condition text,
            is_initial boolean not null default false,
            is_final boolean not null default false,
            allow_skip boolean not null default true,
            metadata jsonb default '{}',
            created_at timestamp not null default now(),
            updated_at timestamp not null default now()
        );
        CREATE TABLE parlant_journey_transition (
            id uuid not null default gen_random_uuid() PRIMARY KEY,
            journey_id uuid not null,
            from_state_id uuid not null,
            to_state_id uuid not null,
            condition text,
            priority integer not null default 100,
            use_count integer not null default 0,
            last_used_at timestamp,
            created_at timestamp not null default now()
        );
        CREATE TABLE parlant_session (
            id uuid not null default gen_random_uuid() PRIMARY KEY,
            agent_id uuid not null,
            workspace_id text not null,
            user_id text,
            customer_id text,
            mode session_mode not null default 'auto',
            status session_status not null default 'active',
            title text,
            metadata jsonb default '{}',
            current_journey_id uuid,
            current_state_id uuid,
            variables jsonb default '{}',
            event_count integer not null default 0,
            message_count integer not null default 0,
            started_at timestamp not null default now(),
            last_activity_at timestamp not null default now(),
            ended_at timestamp,
            created_at timestamp not null default now(),
            updated_at timestamp not null default now(),
            tokens_used integer not null default 0,
            cost integer not null default 0,
            average_response_time integer,
            satisfaction_score integer,
            session_type text default 'conversation',
            tags jsonb default '[]',
            user_agent text,
            ip_address text,
            referrer text,
            locale text default 'en',
            timezone text default 'UTC'
        );
        CREATE TABLE parlant_term (
            id uuid not null default gen_random_uuid() PRIMARY KEY,
            agent_id uuid not null,
            name text not null,
            description text not null,
            synonyms jsonb default '[]',
            category text,
            examples jsonb default '[]',
            importance integer not null default 100,
            created_at timestamp not null default now(),
            updated_at timestamp not null default now()
        );
        CREATE TABLE parlant_tool (
            id uuid not null default gen_random_uuid() PRIMARY KEY,
            workspace_id text not null,
            name text not null,
            display_name text not null,
            description text not null,
            sim_tool_id text,
            tool_type text not null,
            parameters jsonb not null,
            return_schema jsonb,
            usage_guidelines text,
            error_handling jsonb default '{}',
            enabled boolean not null default true,
            is_public boolean not null default false,
            use_count integer not null default 0,
            success_rate integer default 100,
            last_used_at timestamp,
            created_at timestamp not null default now(),
            updated_at timestamp not null default now(),
            execution_timeout integer default 30000,
            retry_policy jsonb default '{"backoff_ms": 1000, "max_attempts": 3}',
            rate_limit_per_minute integer default 60,
            rate_limit_per_hour integer default 1000,
            requires_auth boolean not null default false,
            auth_type text,
            auth_config jsonb default '{}',
            is_deprecated boolean not null default false
        );
        CREATE TABLE parlant_tool_integration (
            id uuid not null default gen_random_uuid() PRIMARY KEY,
            parlant_tool_id uuid not null,
            integration_type text not null,
            target_id text not null,
            configuration jsonb default '{}',
            enabled boolean not null default true,
            parameter_mapping jsonb default '{}',
            response_mapping jsonb default '{}',
            last_health_check timestamp,
            health_status text default 'unknown',
            error_count integer not null default 0,
            last_error text,
            created_at timestamp not null default now(),
            updated_at timestamp not null default now()
        );
        CREATE TABLE parlant_variable (
            id uuid not null default gen_random_uuid() PRIMARY KEY,
            agent_id uuid not null,
            session_id uuid,
            key text not null,
            scope text not null default 'session',
            value jsonb not null,
            value_type text not null,
            is_private boolean not null default false,
            description text,
            created_at timestamp not null default now(),
            updated_at timestamp not null default now()
        );
        ALTER TABLE parlant_agent ADD CONSTRAINT parlant_agent_created_by_fk FOREIGN KEY (created_by) REFERENCES "user" ON DELETE CASCADE;
        ALTER TABLE parlant_agent ADD CONSTRAINT parlant_agent_workspace_id_fk FOREIGN KEY (workspace_id) REFERENCES workspace ON DELETE CASCADE;
        ALTER TABLE parlant_agent_knowledge_base ADD CONSTRAINT parlant_agent_knowledge_base_agent_id_fk FOREIGN KEY (agent_id) REFERENCES parlant_agent ON DELETE CASCADE;
        ALTER TABLE parlant_agent_knowledge_base ADD CONSTRAINT parlant_agent_knowledge_base_knowledge_base_id_fk FOREIGN KEY (knowledge_base_id) REFERENCES knowledge_base ON DELETE CASCADE;
        ALTER TABLE parlant_agent_tool ADD CONSTRAINT parlant_agent_tool_agent_id_fk FOREIGN KEY (agent_id) REFERENCES parlant_agent ON DELETE CASCADE;
        ALTER TABLE parlant_agent_tool ADD CONSTRAINT parlant_agent_tool_tool_id_fk FOREIGN KEY (tool_id) REFERENCES parlant_tool ON DELETE CASCADE;
        ALTER TABLE parlant_canned_response ADD CONSTRAINT parlant_canned_response_agent_id_fk FOREIGN KEY (agent_id) REFERENCES parlant_agent ON DELETE CASCADE;
        ALTER TABLE parlant_event ADD CONSTRAINT parlant_event_journey_id_fk FOREIGN KEY (journey_id) REFERENCES parlant_journey ON DELETE SET NULL;
        ALTER TABLE parlant_event ADD CONSTRAINT parlant_event_session_id_fk FOREIGN KEY (session_id) REFERENCES parlant_session ON DELETE CASCADE;
        ALTER TABLE parlant_event ADD CONSTRAINT parlant_event_state_id_fk FOREIGN KEY (state_id) REFERENCES parlant_journey_state ON DELETE SET NULL;
        ALTER TABLE parlant_guideline ADD CONSTRAINT parlant_guideline_agent_id_fk FOREIGN KEY (agent_id) REFERENCES parlant_agent ON DELETE CASCADE;
        ALTER TABLE parlant_journey ADD CONSTRAINT parlant_journey_agent_id_fk FOREIGN KEY (agent_id) REFERENCES parlant_agent ON DELETE CASCADE;
        ALTER TABLE parlant_journey_guideline ADD CONSTRAINT parlant_journey_guideline_guideline_id_fk FOREIGN KEY (guideline_id) REFERENCES parlant_guideline ON DELETE CASCADE;
        ALTER TABLE parlant_journey_guideline ADD CONSTRAINT parlant_journey_guideline_journey_id_fk FOREIGN KEY (journey_id) REFERENCES parlant_journey ON DELETE CASCADE;
        ALTER TABLE parlant_journey_state ADD CONSTRAINT parlant_journey_state_journey_id_fk FOREIGN KEY (journey_id) REFERENCES parlant_journey ON DELETE CASCADE;
        ALTER TABLE parlant_journey_transition ADD CONSTRAINT parlant_journey_transition_from_state_id_fk FOREIGN KEY (from_state_id) REFERENCES parlant_journey_state ON DELETE CASCADE;
        ALTER TABLE parlant_journey_transition ADD CONSTRAINT parlant_journey_transition_journey_id_fk FOREIGN KEY (journey_id) REFERENCES parlant_journey ON DELETE CASCADE;
        ALTER TABLE parlant_journey_transition ADD CONSTRAINT parlant_journey_transition_to_state_id_fk FOREIGN KEY (to_state_id) REFERENCES parlant_journey_state ON DELETE CASCADE;
        ALTER TABLE parlant_session ADD CONSTRAINT parlant_session_agent_id_fk FOREIGN KEY (agent_id) REFERENCES parlant_agent ON DELETE CASCADE;
        ALTER TABLE parlant_session ADD CONSTRAINT parlant_session_current_journey_id_fk FOREIGN KEY (current_journey_id) REFERENCES parlant_journey ON DELETE SET NULL;
        ALTER TABLE parlant_session ADD CONSTRAINT parlant_session_current_state_id_fk FOREIGN KEY (current_state_id) REFERENCES parlant_journey_state ON DELETE SET NULL;
        ALTER TABLE parlant_session ADD CONSTRAINT parlant_session_user_id_fk FOREIGN KEY (user_id) REFERENCES "user" ON DELETE SET NULL;
        ALTER TABLE parlant_session ADD CONSTRAINT parlant_session_workspace_id_fk FOREIGN KEY (workspace_id) REFERENCES workspace ON DELETE CASCADE;
        ALTER TABLE parlant_term ADD CONSTRAINT parlant_term_agent_id_fk FOREIGN KEY (agent_id) REFERENCES parlant_agent ON DELETE CASCADE;
        ALTER TABLE parlant_tool ADD CONSTRAINT parlant_tool_workspace_id_fk FOREIGN KEY (workspace_id) REFERENCES workspace ON DELETE CASCADE;
        ALTER TABLE parlant_tool_integration ADD CONSTRAINT parlant_tool_integration_parlant_tool_id_fk FOREIGN KEY (parlant_tool_id) REFERENCES parlant_tool ON DELETE CASCADE;
        ALTER TABLE parlant_variable ADD CONSTRAINT parlant_variable_agent_id_fk FOREIGN KEY (agent_id) REFERENCES parlant_agent ON DELETE CASCADE;
        ALTER TABLE parlant_variable ADD CONSTRAINT parlant_variable_session_id_fk FOREIGN KEY (session_id) REFERENCES parlant_session ON DELETE CASCADE;
        CREATE INDEX parlant_agent_composition_mode_idx ON parlant_agent (composition_mode);
        CREATE INDEX parlant_agent_comprehensive_idx ON parlant_agent (workspace_id, status, composition_mode, last_active_at) WHERE (deleted_at IS NULL);
        CREATE INDEX parlant_agent_conversation_style_idx ON parlant_agent (conversation_style);
        CREATE INDEX parlant_agent_created_by_idx ON parlant_agent (created_by);
        CREATE INDEX parlant_agent_deleted_at_idx ON parlant_agent (deleted_at);
        CREATE INDEX parlant_agent_deleted_idx ON parlant_agent (deleted_at, workspace_id) WHERE (deleted_at IS NOT NULL);
        CREATE INDEX parlant_agent_last_active_idx ON parlant_agent (last_active_at);
        CREATE INDEX parlant_agent_model_performance_idx ON parlant_agent (model_provider, model_name, average_session_duration) WHERE (deleted_at IS NULL);
        CREATE INDEX parlant_agent_model_provider_idx ON parlant_agent (model_provider);
        CREATE INDEX parlant_agent_status_idx ON parlant_agent (status);
        CREATE INDEX parlant_agent_usage_stats_idx ON parlant_agent (workspace_id, total_sessions, total_cost) WHERE ((deleted_at IS NULL) AND (status = 'active'::agent_status));
        CREATE INDEX parlant_agent_workspace_active_idx ON parlant_agent (workspace_id, last_active_at);
        CREATE INDEX parlant_agent_workspace_id_idx ON parlant_agent (workspace_id);
        CREATE INDEX parlant_agent_workspace_status_idx ON parlant_agent (workspace_id, status);
        CREATE INDEX parlant_agent_kb_agent_enabled_idx ON parlant_agent_knowledge_base (agent_id, enabled);
        CREATE INDEX parlant_agent_kb_agent_id_idx ON parlant_agent_knowledge_base (agent_id);
        CREATE INDEX parlant_agent_kb_kb_id_idx ON parlant_agent_knowledge_base (knowledge_base_id);
        CREATE INDEX parlant_agent_kb_priority_idx ON parlant_agent_knowledge_base (priority);
        CREATE INDEX parlant_agent_kb_search_idx ON parlant_agent_knowledge_base (agent_id, enabled, priority) WHERE (enabled = true);
        CREATE UNIQUE INDEX parlant_agent_kb_unique ON parlant_agent_knowledge_base (agent_id, knowledge_base_id);
        CREATE INDEX parlant_agent_tool_agent_enabled_idx ON parlant_agent_tool (agent_id, enabled);
        CREATE INDEX parlant_agent_tool_agent_id_idx ON parlant_agent_tool (agent_id);
        CREATE INDEX parlant_agent_tool_performance_idx ON parlant_agent_tool (agent_id, enabled, use_count) WHERE (enabled = true);
        CREATE INDEX parlant_agent_tool_priority_idx ON parlant_agent_tool (priority);
        CREATE INDEX parlant_agent_tool_tool_id_idx ON parlant_agent_tool (tool_id);
        CREATE UNIQUE INDEX parlant_agent_tool_unique ON parlant_agent_tool (agent_id, tool_id);
        CREATE INDEX parlant_canned_response_agent_category_idx ON parlant_canned_response (agent_id, category);
        CREATE INDEX parlant_canned_response_agent_id_idx ON parlant_canned_response (agent_id);
        CREATE INDEX parlant_canned_response_category_idx ON parlant_canned_response (category);
        CREATE INDEX parlant_canned_response_enabled_idx ON parlant_canned_response (enabled);
        CREATE INDEX parlant_canned_response_last_used_idx ON parlant_canned_response (last_used_at);
        CREATE INDEX parlant_canned_response_matching_idx ON parlant_canned_response (agent_id, enabled, priority) WHERE (enabled = true);
        CREATE INDEX parlant_canned_response_priority_idx ON parlant_canned_response (priority);
        CREATE INDEX parlant_event_created_at_idx ON parlant_event (created_at);
        CREATE INDEX parlant_event_journey_idx ON parlant_event (journey_id);
        CREATE INDEX parlant_event_journey_tracking_idx ON parlant_event (journey_id, state_id, created_at) WHERE (journey_id IS NOT NULL);
        CREATE INDEX parlant_event_session_id_idx ON parlant_event (session_id);
        CREATE UNIQUE INDEX parlant_event_session_offset_idx ON parlant_event (session_id, "offset");
        CREATE INDEX parlant_event_session_type_idx ON parlant_event (session_id, event_type);
        CREATE INDEX parlant_event_timeline_idx ON parlant_event (session_id, created_at, event_type);
        CREATE INDEX parlant_event_tool_call_idx ON parlant_event (tool_call_id);
        CREATE INDEX parlant_event_tool_usage_idx ON parlant_event (tool_call_id, event_type, created_at) WHERE (tool_call_id IS NOT NULL);
        CREATE INDEX parlant_event_type_idx ON parlant_event (event_type);
        CREATE INDEX parlant_guideline_agent_enabled_idx ON parlant_guideline (agent_id, enabled);
        CREATE INDEX parlant_guideline_agent_id_idx ON parlant_guideline (agent_id);
        CREATE INDEX parlant_guideline_enabled_idx ON parlant_guideline (enabled);
        CREATE INDEX parlant_guideline_last_matched_idx ON parlant_guideline (last_matched_at);
        CREATE INDEX parlant_guideline_priority_idx ON parlant_guideline (priority);
        CREATE INDEX parlant_guideline_usage_idx ON parlant_guideline (agent_id, match_count, last_matched_at) WHERE (enabled = true);
        CREATE INDEX parlant_journey_agent_enabled_idx ON parlant_journey (agent_id, enabled);
        CREATE INDEX parlant_journey_agent_id_idx ON parlant_journey (agent_id);
        CREATE INDEX parlant_journey_effectiveness_idx ON parlant_journey (agent_id, completion_rate, total_sessions) WHERE (enabled = true);
        CREATE INDEX parlant_journey_enabled_idx ON parlant_journey (enabled);
        CREATE INDEX parlant_journey_last_used_idx ON parlant_journey (last_used_at);
        CREATE INDEX parlant_journey_guideline_guideline_id_idx ON parlant_journey_guideline (guideline_id);
        CREATE INDEX parlant_journey_guideline_journey_enabled_idx ON parlant_journey_guideline (journey_id, enabled);
        CREATE INDEX parlant_journey_guideline_journey_id_idx ON parlant_journey_guideline (journey_id);
        CREATE INDEX parlant_journey_guideline_priority_override_idx ON parlant_journey_guideline (priority_override);
        CREATE UNIQUE INDEX parlant_journey_guideline_unique ON parlant_journey_guideline (journey_id, guideline_id);
        CREATE INDEX parlant_journey_state_final_idx ON parlant_journey_state (is_final);
        CREATE INDEX parlant_journey_state_initial_idx ON parlant_journey_state (is_initial);
        CREATE INDEX parlant_journey_state_journey_id_idx ON parlant_journey_state (journey_id);
        CREATE INDEX parlant_journey_state_journey_type_idx ON parlant_journey_state (journey_id, state_type);
        CREATE INDEX parlant_journey_state_type_idx ON parlant_journey_state (state_type);
        CREATE INDEX parlant_journey_transition_flow_idx ON parlant_journey_transition (journey_id, from_state_id, priority);
        CREATE INDEX parlant_journey_transition_from_state_idx ON parlant_journey_transition (from_state_id);
        CREATE INDEX parlant_journey_transition_journey_from_idx ON parlant_journey_transition (journey_id, from_state_id);
        CREATE INDEX parlant_journey_transition_journey_id_idx ON parlant_journey_transition (journey_id);
        CREATE INDEX parlant_journey_transition_priority_idx ON parlant_journey_transition (priority);
        CREATE INDEX parlant_journey_transition_to_state_idx ON parlant_journey_transition (to_state_id);
        CREATE INDEX parlant_session_agent_active_idx ON parlant_session (agent_id, last_activity_at);
        CREATE INDEX parlant_session_agent_id_idx ON parlant_session (agent_id);
        CREATE INDEX parlant_session_agent_status_idx ON parlant_session (agent_id, status);
        CREATE INDEX parlant_session_analytics_idx ON parlant_session (workspace_id, started_at, status) WHERE (ended_at IS NOT NULL);
        CREATE INDEX parlant_session_comprehensive_idx ON parlant_session (workspace_id, agent_id, status, last_activity_at);
        CREATE INDEX parlant_session_cost_analysis_idx ON parlant_session (agent_id, cost, started_at) WHERE (cost > 0);
        CREATE INDEX parlant_session_current_journey_idx ON parlant_session (current_journey_id);
        CREATE INDEX parlant_session_customer_id_idx ON parlant_session (customer_id);
        CREATE INDEX parlant_session_duration_idx ON parlant_session (agent_id, ended_at, started_at) WHERE (ended_at IS NOT NULL);
        CREATE INDEX parlant_session_last_activity_idx ON parlant_session (last_activity_at);
        CREATE INDEX parlant_session_locale_idx ON parlant_session (locale);
        CREATE INDEX parlant_session_satisfaction_idx ON parlant_session (satisfaction_score);
        CREATE INDEX parlant_session_status_idx ON parlant_session (status);
        CREATE INDEX parlant_session_type_idx ON parlant_session (session_type);
        CREATE INDEX parlant_session_user_id_idx ON parlant_session (user_id);
        CREATE INDEX parlant_session_workspace_id_idx ON parlant_session (workspace_id);
        CREATE INDEX parlant_session_workspace_type_idx ON parlant_session (workspace_id, session_type);
        CREATE INDEX parlant_term_agent_id_idx ON parlant_term (agent_id);
        CREATE UNIQUE INDEX parlant_term_agent_name_idx ON parlant_term (agent_id, name);
        CREATE INDEX parlant_term_category_idx ON parlant_term (category);
        CREATE INDEX parlant_term_importance_idx ON parlant_term (importance);
        CREATE INDEX parlant_term_name_idx ON parlant_term (name);
        CREATE INDEX parlant_tool_auth_type_idx ON parlant_tool (auth_type);
        CREATE INDEX parlant_tool_deprecated_idx ON parlant_tool (is_deprecated);
        CREATE INDEX parlant_tool_enabled_idx ON parlant_tool (enabled);
        CREATE INDEX parlant_tool_last_used_idx ON parlant_tool (last_used_at);
        CREATE INDEX parlant_tool_name_idx ON parlant_tool (name);
        CREATE INDEX parlant_tool_public_idx ON parlant_tool (is_public);
        CREATE INDEX parlant_tool_reliability_idx ON parlant_tool (workspace_id, success_rate, use_count) WHERE (enabled = true);
        CREATE INDEX parlant_tool_sim_tool_idx ON parlant_tool (sim_tool_id);
        CREATE INDEX parlant_tool_type_idx ON parlant_tool (tool_type);
        CREATE INDEX parlant_tool_workspace_deprecated_idx ON parlant_tool (workspace_id, is_deprecated);
        CREATE INDEX parlant_tool_workspace_id_idx ON parlant_tool (workspace_id);
        CREATE UNIQUE INDEX parlant_tool_workspace_name_idx ON parlant_tool (workspace_id, name);
        CREATE INDEX parlant_tool_integration_health_idx ON parlant_tool_integration (health_status);
        CREATE INDEX parlant_tool_integration_parlant_tool_idx ON parlant_tool_integration (parlant_tool_id);
        CREATE INDEX parlant_tool_integration_target_idx ON parlant_tool_integration (target_id);
        CREATE INDEX parlant_tool_integration_type_idx ON parlant_tool_integration (integration_type);
        CREATE INDEX parlant_tool_integration_type_target_idx ON parlant_tool_integration (integration_type, target_id);
        CREATE UNIQUE INDEX parlant_tool_integration_unique ON parlant_tool_integration (parlant_tool_id, integration_type, target_id);
        CREATE INDEX parlant_variable_agent_id_idx ON parlant_variable (agent_id);
        CREATE INDEX parlant_variable_agent_key_idx ON parlant_variable (agent_id, key);
        CREATE INDEX parlant_variable_agent_scope_idx ON parlant_variable (agent_id, scope, key);
        CREATE INDEX parlant_variable_key_idx ON parlant_variable (key);
        CREATE INDEX parlant_variable_scope_idx ON parlant_variable (scope);
        CREATE INDEX parlant_variable_session_id_idx ON parlant_variable (session_id);
        CREATE UNIQUE INDEX parlant_variable_session_key_idx ON parlant_variable (session_id, key);
        CREATE INDEX parlant_variable_session_lookup_idx ON parlant_variable (session_id, is_private, updated_at);
        """#
}
