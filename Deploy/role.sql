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

-- pg_cron's jobs and their runs, where this is the database that it lives in. Its tables show each role its own rows
-- alone; the policies let this one see all.
SELECT 'GRANT USAGE ON SCHEMA cron TO tocsin' WHERE EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = 'pg_cron')
\gexec
SELECT format('CREATE POLICY tocsin_reads ON cron.%I FOR SELECT TO tocsin USING (true)', c.relname)
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = 'cron' AND c.relname IN ('job', 'job_run_details') AND c.relrowsecurity
\gexec

-- The Parlant extension's tables and those that they refer to, where they are.
--   psql -v schema=NAME …        where they are not in public
\if :{?schema}
\else
\set schema public
\endif
GRANT USAGE ON SCHEMA :"schema" TO tocsin;
SELECT format('GRANT SELECT ON %I.%I TO tocsin', n.nspname, c.relname)
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = :'schema' AND c.relkind IN ('r', 'p', 'v', 'm') AND c.relname LIKE 'parlant\_%'
\gexec
-- Of the application's own tables only whether a row is there, whose it is, and what it is called.
SELECT format('GRANT SELECT (%s) ON %I.%I TO tocsin', string_agg(quote_ident(a.attname), ', '), n.nspname, c.relname)
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
 WHERE n.nspname = :'schema' AND c.relkind IN ('r', 'p') AND c.relname IN ('knowledge_base', 'user', 'workspace')
   AND a.attname IN ('id', 'name', 'workspace_id', 'deleted_at') AND NOT a.attisdropped
 GROUP BY n.nspname, c.relname
\gexec
