"""How fast each side evaluates rules over 100,000 series, and what a series and a sample take."""
import itertools
import json
import time

from agent import Agent
from peers import Prometheus
from report import Row, ratio
from workbench import memory, metric, request, say

SERIES = 100_000
ENDPOINTS = 10
INTERVAL = 5
RANGE = "100s"


def text(endpoint):
    """A function that gives an endpoint's metrics: counters that move a little with every reading."""
    rounds = itertools.count()
    heads = [f'bench_total{{n="{number}",member="{endpoint}"}} ' for number in range(SERIES // ENDPOINTS)]

    def render():
        step = next(rounds)
        return ("# TYPE bench_total counter\n" + "".join(
            f"{head}{1000 + step * (5 + number % 7)}\n" for number, head in enumerate(heads))).encode()
    return render


def rule_file(expressions):
    rules = "".join(f"      - {{ alert: Bench{number}, expr: '{expression}' }}\n"
                    for number, expression in enumerate(expressions))
    return f"groups:\n  - name: bench\n    interval: {INTERVAL}s\n    rules:\n{rules}"


THRESHOLDS = [f'bench_total{{n="{number}"}} < 0' for number in range(10_000)]
RANGES = [f'{function}(bench_total{{n="{number}"}}[{RANGE}]) < -1'
          for number in range(500) for function in ("rate", "avg_over_time")]


def peers(bench, source, name, expressions, warm, seconds):
    prometheus = Prometheus(bench, f"series-prometheus-{name}", source.port, rule_file(expressions), f"{INTERVAL}s",
                            paths=[f"/series/{number}" for number in range(ENDPOINTS)])
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
    prometheus.daemon.stop()
    return (after[1] - evaluated) / (after[0] - used), anonymous / found * 1024 * 1024


def evaluations(port):
    """Of the agent's rules: (seconds, time) of each evaluation that is kept."""
    groups = json.loads(request(port, "/api/v1/rules?exclude_alerts=true")[1])["data"]["groups"]
    return [one["duration"] for group in groups for rule in group["rules"] for one in rule["evaluations"]]


def ours(bench, source, name, expressions, warm, seconds):
    agent = Agent(bench, f"series-tocsin-{name}", {
        "server": {"query_window": "5m"},
        "endpoints": [{"name": f"bench{number}", "url": source.url(f"/series/{number}"), "interval": f"{INTERVAL}s"}
                      for number in range(ENDPOINTS)],
        "route": {"receiver": "none"}, "receivers": [{"name": "none"}]}, rule_file(expressions))
    time.sleep(warm + seconds)
    # First of all: answering the rest takes memory of its own.
    anonymous = memory(agent.daemon.pid)[1]
    took = evaluations(agent.port)
    found = metric(agent.port, "tocsin_series")
    a_sample = metric(agent.port, "tocsin_window_sample_bytes") / metric(agent.port, "tocsin_window_samples")
    agent.daemon.stop()
    return len(took) / sum(took), anonymous / found * 1024 * 1024, a_sample


def measure(bench, source, seconds):
    for number in range(ENDPOINTS):
        source.texts[f"/series/{number}"] = text(number)
    rows = []
    parts = [("thresholds", "10,000 threshold rules", THRESHOLDS, 30),
             ("ranges", f"1,000 rules with rate or avg_over_time[{RANGE}]", RANGES, 130)]
    for name, title, expressions, warm in parts:
        say(f"100,000 series, {title}: Prometheus")
        theirs = peers(bench, source, name, expressions, warm, seconds)
        say(f"100,000 series, {title}: Tocsin")
        own = ours(bench, source, name, expressions, warm, seconds)
        rows.append(Row(
            f"100,000 series, {title}: evaluated in a second of evaluating", f"{theirs[0]:,.0f}", f"{own[0]:,.0f}",
            ratio(own[0], theirs[0]), "twice the peers'", own[0] >= 2 * theirs[0]))
    rows.append(Row("the same, anonymous memory for each series", f"{theirs[1]:,.0f} B", f"{own[1]:,.0f} B",
                    ratio(own[1], theirs[1]), "half the peers'", own[1] <= theirs[1] / 2))
    rows.append(Row("the same, bytes for each sample in memory (packed samples alone)", "", f"{own[2]:.2f}", "", "", None))
    return rows
