"""How many simple rules each side evaluates in a second of one core, and how much memory that takes."""
import json
import time

from agent import Agent
from peers import Prometheus
from report import Row, ratio
from source import numbered
from workbench import Failed, metric, peak_memory, processor_seconds, request, say, wait_until

COUNT = 10_000
PATH = "/rules"
INTERVAL = 5


def rule_file():
    """One group of simple rules, each about a series of its own."""
    rules = "".join(
        f"      - {{ alert: Bench{number}, expr: 'bench_value{{n=\"{number}\"}} > 1' }}\n" for number in range(COUNT))
    return f"groups:\n  - name: bench\n    interval: {INTERVAL}s\n    rules:\n{rules}"


def window(seconds, pid, evaluations):
    """Rules for a second of processor time over whole intervals, begun after a round has ended; the processor's share
    too."""
    last = evaluations()
    wait_until(2 * INTERVAL, lambda: evaluations() != last, pause=0.25)
    last = None
    while last != (last := evaluations()):
        time.sleep(1)
    evaluated, used, began = evaluations(), processor_seconds(pid), time.monotonic()
    time.sleep(seconds)
    evaluated = evaluations() - evaluated
    used = processor_seconds(pid) - used
    return evaluated / used if used else 0.0, used / (time.monotonic() - began)


def firing_alerts(port):
    """How many alerts fire, by the API that both sides have."""
    alerts = json.loads(request(port, "/api/v1/alerts")[1])["data"]["alerts"]
    return sum(1 for alert in alerts if alert["state"] == "firing")


def side(source, daemon, port, evaluations, seconds):
    """Inactive, then firing, then the peak of memory."""
    pid = daemon.pid
    time.sleep(2 * INTERVAL)
    inactive, share = window(seconds, pid, evaluations)
    source.set(PATH, "bench_value", numbered(COUNT), 2)
    time.sleep(4 * INTERVAL)
    firing, busy = window(seconds, pid, evaluations)
    peak = peak_memory(pid)
    if (alerts := firing_alerts(port)) != COUNT:
        raise Failed(f"{alerts} of {COUNT} alerts fire in {daemon.arguments[0]}")
    return inactive, firing, peak, share, busy


def measure(bench, source, seconds):
    text = rule_file()
    say(f"{COUNT:,} rules, inactive and firing: Prometheus")
    source.set(PATH, "bench_value", numbered(COUNT), 0)
    prometheus = Prometheus(bench, "rules-prometheus", source.port, text, f"{INTERVAL}s", path=PATH)
    peers = side(source, prometheus.daemon, prometheus.port,
                 lambda: metric(prometheus.port, "prometheus_rule_evaluations_total"), seconds)
    prometheus.daemon.stop()

    say(f"{COUNT:,} rules, inactive and firing: Tocsin")
    source.set(PATH, "bench_value", numbered(COUNT), 0)
    reads = source.reads[PATH]
    agent = Agent(bench, "rules-tocsin", {
        "endpoints": [{"name": "bench", "url": source.url(PATH), "interval": f"{INTERVAL}s"}],
        "route": {"receiver": "none"}, "receivers": [{"name": "none"}]}, text)
    wait_until(60, lambda: source.reads[PATH] > reads)
    # Every round of samples wakes the group that reads them, once; it is evaluated at least at its interval.
    ours = side(source, agent.daemon, agent.port, lambda: source.reads[PATH] * COUNT, seconds)
    agent.daemon.stop()

    def both(index):
        return peers[index], ours[index]

    rows = []
    for index, what in enumerate(("inactive", "firing")):
        theirs, own = both(index)
        rows.append(Row(
            f"{COUNT:,} simple rules, {what}: evaluated for a core second (share of a core)",
            f"{theirs:,.0f} ({peers[3 + index]:.0%})", f"{own:,.0f} ({ours[3 + index]:.0%})", ratio(own, theirs),
            "twice the peers'", own >= 2 * theirs))
    theirs, own = both(2)
    rows.append(Row("the same, peak resident memory", f"{theirs:.0f} MiB", f"{own:.0f} MiB", ratio(own, theirs),
                    "half the peers'", own <= theirs / 2))
    return rows
