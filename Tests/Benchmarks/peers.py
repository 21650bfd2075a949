"""The three daemons that Tocsin replaces, each with the settings that a measurement needs."""
import json

from database import QUERIES
from workbench import HOST, Failed, request

UNHEALTHY = """
groups:
  - name: bench
    rules:
      - alert: IntegrationUnhealthy
        expr: parlant_tool_integration_unhealthy > 0
        labels: { severity: warning }
        annotations: { summary: 'Integration {{ $labels.type }} of tool {{ $labels.tool }} is unhealthy' }
"""


class Exporter:
    def __init__(self, bench, name, database):
        folder = bench.path(name)
        self.port = bench.port()
        (folder / "queries.yaml").write_text(QUERIES)
        self.daemon = bench.run(
            name,
            ["prometheus-postgres-exporter", f"--web.listen-address={HOST}:{self.port}",
             f"--extend.query-path={folder}/queries.yaml", "--log.level=warn"],
            {"DATA_SOURCE_NAME": f"postgresql://exporter@{HOST}:{database.port}/parlant?sslmode=disable"})
        bench.wait_ready(self.daemon, self.port, "/metrics")


class Prometheus:
    """Scrapes one target and evaluates one rule file.

    `interval` is both the scrape's and the evaluation's; None leaves the program's own (1m). `labels` are external.
    """

    def __init__(self, bench, name, target, rules, interval=None, alertmanager=None, path="/metrics", labels=None,
                 flags=(), paths=None):
        folder = bench.path(name)
        self.port = bench.port()
        self.data = folder / "data"
        settings = {"external_labels": labels or {}}
        if interval:
            settings.update(scrape_interval=interval, evaluation_interval=interval, scrape_timeout=interval)
        whole = {
            "global": settings,
            "rule_files": [str(folder / "rules.yml")],
            "scrape_configs": [
                {"job_name": f"bench{one}", "metrics_path": one, "static_configs": [{"targets": [f"{HOST}:{target}"]}]}
                for one in paths or [path]],
        }
        if alertmanager:
            whole["alerting"] = {
                "alertmanagers": [{"static_configs": [{"targets": [f"{HOST}:{alertmanager.port}"]}]}]}
        # JSON is YAML.
        (folder / "prometheus.yml").write_text(json.dumps(whole))
        (folder / "rules.yml").write_text(rules)
        self.daemon = bench.run(
            name,
            ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={self.data}",
             f"--web.listen-address={HOST}:{self.port}", "--log.level=warn", *flags])
        bench.wait_ready(self.daemon, self.port, "/-/ready")


class Alertmanager:
    """`route` and `receivers` as in its settings; `Alertmanager.to` makes the simple case."""

    def __init__(self, bench, name, route, receivers):
        folder = bench.path(name)
        self.port = bench.port()
        (folder / "alertmanager.yml").write_text(json.dumps({"route": route, "receivers": receivers}))
        self.daemon = bench.run(
            name,
            ["prometheus-alertmanager", f"--config.file={folder}/alertmanager.yml", f"--storage.path={folder}/data",
             f"--web.listen-address={HOST}:{self.port}", "--cluster.listen-address=", "--log.level=error"])
        self.bench = bench
        self.wait_ready()

    def wait_ready(self):
        self.bench.wait_ready(self.daemon, self.port, "/-/ready")

    def post(self, alerts):
        """Hands over alerts by the API, as Prometheus does."""
        answer, body = request(self.port, "/api/v2/alerts", "POST", json.dumps(alerts))
        if answer != 200:
            raise Failed(f"Alertmanager answers {answer}: {body[:200]!r}")


def webhook(name, gate):
    """A receiver with one webhook; Tocsin takes the same form."""
    return {"name": name, "webhook_configs": [{"url": f"http://{HOST}:{gate}/"}]}
