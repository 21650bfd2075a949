"""Tocsin, with the settings that a measurement needs."""
import json

from workbench import HOST, ROOT, Failed, binary, request


class Agent:
    """`settings` is a dictionary of the settings' keys; server and history are added. Rules: shipped, or a text."""

    def __init__(self, bench, name, settings, rules=None):
        folder = bench.path(name)
        self.port = bench.port()
        whole = {"server": {"listen": f"{HOST}:{self.port}"}, "history": {"path": f"{folder}/history.sqlite"}}
        if rules:
            (folder / "rules.yml").write_text(rules)
            whole["rule_files"] = ["./rules.yml"]
        for key, value in settings.items():
            whole[key] = {**whole[key], **value} if key in whole and isinstance(value, dict) else value
        # JSON is YAML.
        (folder / "tocsin.yaml").write_text(json.dumps(whole))
        self.bench = bench
        self.daemon = bench.run(
            name, [binary(), "run", "--config", folder / "tocsin.yaml"], {"TOCSIN_ALERTS": str(ROOT / "Alerts")})
        self.wait_ready()

    def wait_ready(self):
        self.bench.wait_ready(self.daemon, self.port, "/-/ready", seconds=120)

    def post(self, alerts):
        """Hands over alerts by Alertmanager's API."""
        answer, body = request(self.port, "/api/v2/alerts", "POST", json.dumps(alerts))
        if answer != 200:
            raise Failed(f"Tocsin answers {answer}: {body[:200]!r}")


def presence_rule(name, expression, hold="0s"):
    """A rule file with one rule in Prometheus's form, right for both sides."""
    return f"""
groups:
  - name: bench
    rules:
      - alert: {name}
        expr: {expression}
        for: {hold}
        labels: {{ severity: warning }}
        annotations: {{ summary: 'Number {{{{ $labels.n }}}} has the value {{{{ $value }}}}' }}
"""
