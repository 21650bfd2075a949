"""How fast each side evaluates rules over 100,000 series, and what a series and a sample take."""
import dataclasses
import itertools
import json
import time

from agent import Agent
from peers import Prometheus
from report import Row, ratio
from workbench import Failed, memory, metric, request, say

SERIES = 100_000
ENDPOINTS = 10


@dataclasses.dataclass
class Sampling:
    """How often the endpoints are read and the rules evaluated; ranges always hold the samples of twenty readings."""
    seconds: int

    @property
    def range(self):
        return f"{self.seconds * 20}s" if self.seconds * 20 % 60 else f"{self.seconds * 20 // 60}m"

    @property
    def until_full(self):
        """Seconds until every range holds all its samples."""
        return self.seconds * 20 + 30

    def rules(self):
        return [f'{function}(bench_total{{n="{number}"}}[{self.range}]) < -1'
                for number in range(500) for function in ("rate", "avg_over_time")]


def text(endpoint):
    """A function that gives an endpoint's metrics: counters that move a little with every reading."""
    rounds = itertools.count()
    heads = [f'bench_total{{n="{number}",member="{endpoint}"}} ' for number in range(SERIES // ENDPOINTS)]

    def render():
        step = next(rounds)
        return ("# TYPE bench_total counter\n" + "".join(
            f"{head}{1000 + step * (5 + number % 7)}\n" for number, head in enumerate(heads))).encode()
    return render


def rule_file(expressions, interval):
    rules = "".join(f"      - {{ alert: Bench{number}, expr: '{expression}' }}\n"
                    for number, expression in enumerate(expressions))
    return f"groups:\n  - name: bench\n    interval: {interval}s\n    rules:\n{rules}"


THRESHOLDS = [f'bench_total{{n="{number}"}} < 0' for number in range(10_000)]


def bytes_for_a_sample(prometheus):
    """Of Prometheus's chunks, as a snapshot of its head writes them: the same encoding as in its memory."""
    status, body = request(prometheus.port, "/api/v1/admin/tsdb/snapshot", "POST", timeout=300)
    if status != 200:
        raise Failed(f"Prometheus makes no snapshot: {body[:200]!r}")
    folder = prometheus.data / "snapshots" / json.loads(body)["data"]["name"]
    samples = sum(json.loads(meta.read_text())["stats"]["numSamples"] for meta in folder.glob("*/meta.json"))
    chunks = sum(chunk.stat().st_size for chunk in folder.glob("*/chunks/*"))
    return chunks / samples


def peers(bench, source, name, expressions, sampling, warm, seconds):
    prometheus = Prometheus(bench, f"series-prometheus-{name}", source.port, rule_file(expressions, sampling.seconds),
                            f"{sampling.seconds}s", paths=[f"/series/{number}" for number in range(ENDPOINTS)],
                            flags=["--web.enable-admin-api"])
    port = prometheus.port

    def now():
        return (metric(port, "prometheus_rule_group_duration_seconds_sum"),
                metric(port, "prometheus_rule_evaluations_total"))
    time.sleep(warm)
    used, evaluated = now()
    time.sleep(seconds)
    after = now()
    found = metric(port, "prometheus_tsdb_head_series")
    anonymous = memory(prometheus.daemon.pid)[1]
    # Last of all: a snapshot takes memory of its own.
    a_sample = bytes_for_a_sample(prometheus)
    prometheus.daemon.stop()
    return (after[1] - evaluated) / (after[0] - used), anonymous / found * 1024 * 1024, a_sample


def evaluations(port):
    """Of the agent's rules: (seconds, time) of each evaluation that is kept."""
    groups = json.loads(request(port, "/api/v1/rules?exclude_alerts=true")[1])["data"]["groups"]
    return [one["duration"] for group in groups for rule in group["rules"] for one in rule["evaluations"]]


def ours(bench, source, name, expressions, sampling, warm, seconds):
    agent = Agent(bench, f"series-tocsin-{name}", {
        "server": {"query_window": "5m"},
        "endpoints": [{"name": f"bench{number}", "url": source.url(f"/series/{number}"),
                       "interval": f"{sampling.seconds}s"}
                      for number in range(ENDPOINTS)],
        "route": {"receiver": "none"}, "receivers": [{"name": "none"}]}, rule_file(expressions, sampling.seconds))
    time.sleep(warm + seconds)
    # First of all: answering the rest takes memory of its own.
    anonymous = memory(agent.daemon.pid)[1]
    took = evaluations(agent.port)
    found = metric(agent.port, "tocsin_series")
    a_sample = metric(agent.port, "tocsin_window_sample_bytes") / metric(agent.port, "tocsin_window_samples")
    agent.daemon.stop()
    return len(took) / sum(took), anonymous / found * 1024 * 1024, a_sample


def measure(bench, source, seconds, sampling_seconds=5):
    """`sampling_seconds`: 15 is what rules are written for, with ranges of 5m, and takes three times as long."""
    sampling = Sampling(sampling_seconds)
    for number in range(ENDPOINTS):
        source.texts[f"/series/{number}"] = text(number)
    rows = []
    parts = [("thresholds", "10,000 threshold rules", THRESHOLDS, max(30, 3 * sampling.seconds)),
             ("ranges", f"1,000 rules with rate or avg_over_time[{sampling.range}]", sampling.rules(),
              sampling.until_full)]
    for name, title, expressions, warm in parts:
        say(f"100,000 series every {sampling.seconds} s, {title}: Prometheus")
        theirs = peers(bench, source, name, expressions, sampling, warm, seconds)
        say(f"100,000 series every {sampling.seconds} s, {title}: Tocsin")
        own = ours(bench, source, name, expressions, sampling, warm, seconds)
        rows.append(Row(
            f"100,000 series every {sampling.seconds} s, {title}: evaluated in a second of evaluating",
            f"{theirs[0]:,.0f}", f"{own[0]:,.0f}",
            ratio(own[0], theirs[0]), "twice the peers'", own[0] >= 2 * theirs[0]))
    rows.append(Row("the same, anonymous memory for each series", f"{theirs[1]:,.0f} B", f"{own[1]:,.0f} B",
                    ratio(own[1], theirs[1]), "half the peers'", own[1] <= theirs[1] / 2))
    rows.append(Row("the same, bytes for each sample (packed samples alone)", f"{theirs[2]:.2f}", f"{own[2]:.2f}",
                    ratio(own[2], theirs[2]), "", None))
    return rows
