-- The least that Tocsin needs on a database: run it as a superuser, in the database to watch.
--
--   psql -v password="'…'" -f Deploy/role.sql DATABASE
--
-- The role can read statistics and the tables named below, and change nothing.
\if :{?password}
CREATE ROLE tocsin LOGIN PASSWORD :password;
\else
CREATE ROLE tocsin LOGIN;
\endif
ALTER ROLE tocsin SET default_transaction_read_only = on;
ALTER ROLE tocsin CONNECTION LIMIT 5;

-- Statistics of all sessions and statements.
GRANT pg_monitor TO tocsin;

-- Integration health.
GRANT USAGE ON SCHEMA public TO tocsin;
GRANT SELECT ON public.parlant_tool, public.parlant_tool_integration TO tocsin;
