"""A throwaway PostgreSQL with the demonstration's schema, and a role for each side."""
import os
import shutil
import subprocess
import time

from workbench import HOST, ROOT, Failed

QUERIES = """
parlant_tool_integration:
  query: |
    SELECT t.workspace_id AS workspace, t.name AS tool, i.integration_type AS type, i.target_id AS target,
           (i.health_status = 'unhealthy')::int AS unhealthy, i.error_count,
           extract(epoch FROM now() - i.last_health_check AT TIME ZONE 'UTC')::float8 AS last_check_age_seconds
      FROM parlant_tool_integration i JOIN parlant_tool t ON t.id = i.parlant_tool_id
     WHERE i.enabled AND t.enabled
  metrics:
    - workspace: { usage: LABEL, description: Workspace }
    - tool: { usage: LABEL, description: Tool }
    - type: { usage: LABEL, description: Type }
    - target: { usage: LABEL, description: Target }
    - unhealthy: { usage: GAUGE, description: 1 if it is unhealthy }
    - error_count: { usage: GAUGE, description: Errors }
    - last_check_age_seconds: { usage: GAUGE, description: Age of the last check }
pg_stat_statements:
  query: |
    SELECT r.rolname AS usename, d.datname, s.queryid::text AS queryid, s.calls, s.total_exec_time / 1000 AS seconds,
           s.rows
      FROM pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid JOIN pg_database d ON d.oid = s.dbid
     WHERE d.datname = current_database() ORDER BY s.total_exec_time DESC LIMIT 20
  metrics:
    - usename: { usage: LABEL, description: Role }
    - datname: { usage: LABEL, description: Database }
    - queryid: { usage: LABEL, description: Query }
    - calls: { usage: COUNTER, description: Calls }
    - seconds: { usage: COUNTER, description: Time }
    - rows: { usage: COUNTER, description: Rows }
"""


def unprivileged(*command):
    """PostgreSQL refuses to run as root."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    return [*prefix, *[str(one) for one in command]]


class Database:
    def __init__(self, bench):
        self.port = bench.port()
        tools = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True).stdout.strip()
        self.control = f"{tools}/pg_ctl"
        self.data = bench.path("postgres")
        if os.getuid() == 0:
            shutil.chown(self.data, "postgres")
        self.run(unprivileged(f"{tools}/initdb", "-D", self.data, "-U", "postgres", "-A", "trust"))
        options = (f"-p {self.port} -k {self.data} -c listen_addresses={HOST} -c fsync=off "
                   "-c shared_preload_libraries=pg_stat_statements -c pg_stat_statements.track_planning=on")
        bench.at_end.append(self.stop)
        self.run(unprivileged(self.control, "-D", self.data, "-w", "-l", self.data / "log", "-o", options, "start"))
        self.psql("CREATE DATABASE parlant", database="postgres")
        for script in ("Deploy/demo/schema.sql", "Deploy/role.sql"):
            self.psql((ROOT / script).read_text())
        self.psql("CREATE ROLE exporter LOGIN; GRANT pg_monitor TO exporter; GRANT USAGE ON SCHEMA public TO exporter;"
                  "GRANT SELECT ON parlant_tool, parlant_tool_integration TO exporter")

    @staticmethod
    def run(command, text=None):
        # The server keeps what it inherits open, so its output goes nowhere.
        outcome = subprocess.run(command, input=text, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if outcome.returncode:
            raise Failed(f"{' '.join(command)} ended with {outcome.returncode}")

    def stop(self):
        subprocess.run(unprivileged(self.control, "-D", self.data, "-m", "fast", "-w", "stop"),
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def dsn(self, user, database="parlant"):
        return f"host={HOST} port={self.port} user={user} dbname={database}"

    def psql(self, sql, database="parlant"):
        """Runs statements as the superuser and gives the rows, each a list of texts."""
        outcome = subprocess.run(
            ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", self.dsn("postgres", database), "-f", "-"],
            input=sql, text=True, capture_output=True)
        if outcome.returncode:
            raise Failed(f"psql: {outcome.stderr}")
        return [line.split("|") for line in outcome.stdout.splitlines()]

    def add_integrations(self, names):
        """Healthy integrations, one for each name."""
        values = ",".join(f"('{name}')" for name in names)
        self.psql(
            "INSERT INTO parlant_tool_integration (parlant_tool_id, integration_type, target_id, health_status, "
            "last_health_check) SELECT t.id, 'http', v.name, 'healthy', now() AT TIME ZONE 'UTC' "
            f"FROM parlant_tool t, (VALUES {values}) AS v(name) WHERE t.name = 'tickets'")

    def remove_integrations(self):
        self.psql("DELETE FROM parlant_tool_integration")


class Session:
    """A connection that stays open, so that a commit's time holds no connecting."""

    def __init__(self, database):
        self.process = subprocess.Popen(
            ["psql", "-X", "-q", "-A", "-t", "-d", database.dsn("postgres")], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, start_new_session=True)
        self.execute("SELECT 1")

    def execute(self, sql):
        """Runs a statement; gives the time just before it was sent, so that a latency holds the commit too."""
        began = time.time()
        self.process.stdin.write(f"{sql};\n\\echo done\n")
        self.process.stdin.flush()
        while line := self.process.stdout.readline():
            if line == "done\n":
                return began
        raise Failed("psql ended")

    def make_unhealthy(self, name):
        return self.execute(
            f"UPDATE parlant_tool_integration SET health_status = 'unhealthy' WHERE target_id = '{name}'")

    def close(self):
        self.process.stdin.close()
        self.process.wait()
