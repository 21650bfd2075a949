-- A small database of the Parlant extension's shape: what the demonstration needs of it.
SET client_min_messages = warning;
CREATE EXTENSION pg_stat_statements;
CREATE TABLE workspace (id text PRIMARY KEY, name text NOT NULL);
CREATE TABLE parlant_tool (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    workspace_id text NOT NULL REFERENCES workspace ON DELETE CASCADE,
    name text NOT NULL,
    display_name text NOT NULL,
    description text NOT NULL,
    tool_type text NOT NULL,
    parameters jsonb NOT NULL,
    enabled boolean NOT NULL DEFAULT true,
    UNIQUE (workspace_id, name)
);
CREATE TABLE parlant_tool_integration (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    parlant_tool_id uuid NOT NULL REFERENCES parlant_tool ON DELETE CASCADE,
    integration_type text NOT NULL,
    target_id text NOT NULL,
    enabled boolean NOT NULL DEFAULT true,
    parameter_mapping jsonb DEFAULT '{}',
    last_health_check timestamp,
    health_status text DEFAULT 'unknown',
    error_count integer NOT NULL DEFAULT 0,
    last_error text,
    UNIQUE (parlant_tool_id, integration_type, target_id)
);
INSERT INTO workspace VALUES ('acme', 'Acme');
INSERT INTO parlant_tool (workspace_id, name, display_name, description, tool_type, parameters) VALUES
    ('acme', 'weather', 'Weather', 'Tells the weather', 'http', '{"properties": {"city": {}}}'),
    ('acme', 'tickets', 'Tickets', 'Opens tickets', 'http', '{"properties": {"title": {}}}');
INSERT INTO parlant_tool_integration (parlant_tool_id, integration_type, target_id, health_status, last_health_check)
    SELECT id, 'http', name, 'healthy', now() AT TIME ZONE 'UTC' FROM parlant_tool;
