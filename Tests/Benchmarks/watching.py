"""Watching one database: from a commit to the webhook, memory, processor, disk, and what the database pays."""
import random
import statistics
import time

from agent import Agent
from database import Session
from peers import UNHEALTHY, Alertmanager, Exporter, Prometheus, webhook
from report import Row, percentile, ratio, spread
from workbench import memory, metric, processor_seconds, say, wait_until, written_bytes

MAINTENANCE = "BEGIN|SET LOCAL|COMMIT|ROLLBACK"


class EverySecond:
    """Both sides watch the same database, sampling and evaluating every second."""

    def __init__(self, bench, database, receiver):
        self.database, self.receiver = database, receiver
        self.peer_gate, self.our_gate = receiver.gate(), receiver.gate()
        self.alertmanager = Alertmanager(
            bench, "second-alertmanager", {"receiver": "bench", "group_by": ["..."], "group_wait": "0s"},
            [webhook("bench", self.peer_gate)])
        self.exporter = Exporter(bench, "second-exporter", database)
        self.prometheus = Prometheus(
            bench, "second-prometheus", self.exporter.port, UNHEALTHY, "1s", self.alertmanager)
        self.agent = Agent(bench, "second-tocsin", {
            "databases": [{
                "name": "parlant", "dsn": database.dsn("tocsin"), "interval": "1s", "statements": {"interval": "1s"},
                "integrations": {"interval": "1s", "enabled": True}}],
            "route": {"receiver": "bench", "group_by": ["..."], "group_wait": "0s"},
            "receivers": [webhook("bench", self.our_gate)]})
        self.peers = [one.daemon.pid for one in (self.exporter, self.prometheus, self.alertmanager)]
        self.ours = [self.agent.daemon.pid]

    def stop(self):
        for one in (self.agent, self.prometheus, self.exporter, self.alertmanager):
            one.daemon.stop()


def resources(setup, seconds):
    """Memory, processor, disk and database time while nothing happens, over the last two thirds of a time."""
    say(f"watching one database at 1 s for {seconds} s: memory, processor, disk, database time")
    time.sleep(seconds / 3)
    # Before the reset, because this look is a scrape too.
    scrapes = metric(setup.exporter.port, "pg_exporter_scrapes_total")
    setup.database.psql("SELECT pg_stat_statements_reset()")
    began = time.monotonic()
    start = {side: usage(pids) for side, pids in (("peers", setup.peers), ("ours", setup.ours))}
    sizes = {"peers": [], "ours": []}
    while (elapsed := time.monotonic() - began) < seconds * 2 / 3:
        time.sleep(2)
        if elapsed > seconds * 2 / 3 - 60:
            for side, pids in (("peers", setup.peers), ("ours", setup.ours)):
                sizes[side].append([sum(column) for column in zip(*[memory(pid) for pid in pids])])
    end = {side: usage(pids) for side, pids in (("peers", setup.peers), ("ours", setup.ours))}
    scrapes = metric(setup.exporter.port, "pg_exporter_scrapes_total") - scrapes
    elapsed = time.monotonic() - began
    costs = {side: database_cost(setup.database, role) for side, role in (("peers", "exporter"), ("ours", "tocsin"))}
    rounds = {"peers": scrapes, "ours": costs["ours"]["rounds"] or elapsed}

    def middle(side, index):
        return statistics.median(size[index] for size in sizes[side])

    def rate(side, index):
        return (end[side][index] - start[side][index]) / elapsed

    (pss, anonymous), (our_pss, our_anonymous) = [(middle(side, 0), middle(side, 1)) for side in ("peers", "ours")]
    processor, our_processor = rate("peers", 0) * 100, rate("ours", 0) * 100
    disk, our_disk = [rate(side, 1) * 60 / 2**20 for side in ("peers", "ours")]
    rows = [
        Row("memory watching one database at 1 s, proportional set", f"{pss:.0f} MiB", f"{our_pss:.1f} MiB",
            ratio(our_pss, pss), "≤ 40 MiB", our_pss <= 40),
        Row("the same, anonymous part", f"{anonymous:.0f} MiB", f"{our_anonymous:.1f} MiB",
            ratio(our_anonymous, anonymous), "≤ 12 MiB", our_anonymous <= 12),
        Row("processor time at 1 s, of a core", f"{processor:.2f} %", f"{our_processor:.2f} %",
            ratio(our_processor, processor), "≤ 0.5 %", our_processor <= 0.5),
        Row("written to disk at 1 s, a minute", f"{disk:.2f} MiB", f"{our_disk:.2f} MiB", ratio(our_disk, disk)),
    ]
    return rows + database_rows(costs, rounds)


def usage(pids):
    return sum(map(processor_seconds, pids)), sum(map(written_bytes, pids))


def database_cost(database, role):
    """What a role's statements cost since the last reset, with and without reading `pg_stat_statements`."""
    rows = database.psql(f"""
        SELECT sum(total_exec_time + total_plan_time),
               coalesce(sum(total_exec_time + total_plan_time) FILTER (WHERE query NOT LIKE '%pg_stat_statements%'), 0),
               sum(calls), coalesce(sum(calls) FILTER (WHERE query !~ '^({MAINTENANCE})'), 0),
               coalesce(sum(calls) FILTER (WHERE query LIKE 'BEGIN%'), 0),
               coalesce(max(calls) FILTER (WHERE query LIKE '%pg_postmaster_start_time%'), 0)
          FROM pg_stat_statements JOIN pg_roles ON pg_roles.oid = userid WHERE rolname = '{role}'""")
    total, plain, calls, reading, begun, rounds = map(float, rows[0])
    # A statement outside BEGIN … COMMIT is a transaction of its own.
    return {"total": total, "plain": plain, "calls": calls, "reading": reading, "transactions": begun or calls,
            "rounds": rounds}


def database_rows(costs, rounds):
    def each(side, key):
        return costs[side][key] / rounds[side]

    def times(key):
        return each("peers", key), each("ours", key)

    total, plain, calls, reading, transactions = map(
        times, ("total", "plain", "calls", "reading", "transactions"))
    return [
        Row("database time for a round of samples, without `pg_stat_statements`", f"{plain[0]:.2f} ms",
            f"{plain[1]:.2f} ms", ratio(plain[1], plain[0]), "≤ 3 ms", plain[1] <= 3),
        Row("the same, with it", f"{total[0]:.2f} ms", f"{total[1]:.2f} ms", ratio(total[1], total[0])),
        Row("statements for a round of samples (without BEGIN, SET, COMMIT); transactions",
            f"{calls[0]:.1f} ({reading[0]:.1f}); {transactions[0]:.1f}",
            f"{calls[1]:.1f} ({reading[1]:.1f}); {transactions[1]:.1f}", ratio(calls[1], calls[0])),
    ]


def arrivals(receiver, gate, committed):
    """For each condition that was committed, how long until its first webhook; those that came."""
    first = {}
    for moment, status, labels in receiver.alerts(gate):
        if labels["alertname"] == "IntegrationUnhealthy" and status == "firing":
            first.setdefault(labels["target"], moment)
    return [first[name] - moment for name, moment in committed.items() if name in first]


def raise_conditions(database, names, gaps):
    """Makes one integration after the other unhealthy, and says when."""
    session = Session(database)
    committed = {}
    for name, gap in zip(names, gaps):
        time.sleep(gap)
        committed[name] = session.make_unhealthy(name)
    session.close()
    return committed


def latency(setup, count):
    """Conditions at random times, each another row, seen by both sides."""
    names = [f"quick-{number}" for number in range(count)]
    say(f"condition to webhook at 1 s: {count} conditions")
    committed = raise_conditions(setup.database, names, [random.uniform(0.2, 1.8) for _ in names])
    gates = (setup.peer_gate, setup.our_gate)

    def collect():
        return [arrivals(setup.receiver, gate, committed) for gate in gates]

    wait_until(15, lambda: min(map(len, collect())) == count, pause=1)
    peers, ours = collect()
    return [latency_row("condition in the database → webhook, 1 s sampling", peers, ours, count, 0.55, 1.05)]


def latency_row(what, peers, ours, count, middle, late=None):
    lost = [f" ({count - len(one)} of {count} never)" if len(one) < count else "" for one in (peers, ours)]
    good = bool(ours) and not lost[1] and statistics.median(ours) <= middle
    if late:
        good = good and percentile(ours, 95) <= late
    share = ratio(statistics.median(ours), statistics.median(peers)) if ours and peers else ""
    target = f"median ≤ {middle} s" + (f", p95 ≤ {late} s" if late else "")
    return Row(f"{what}: median / p95 / max of {count}", spread(peers) + lost[0], spread(ours) + lost[1], share,
               target, good)


def default_latency(bench, database, receiver, count):
    """The same with each side's own defaults; the peers also with the 15 s of Debian's example file."""
    say(f"condition to webhook with defaults: {count} conditions over a minute, then up to two and a half")
    own_gate, debian_gate, our_gate = receiver.gate(), receiver.gate(), receiver.gate()
    exporter = Exporter(bench, "default-exporter", database)
    alertmanagers = [
        Alertmanager(bench, f"{name}-alertmanager", {"receiver": "bench", "group_by": ["..."]},
                     [webhook("bench", gate)]) for name, gate in (("own", own_gate), ("debian", debian_gate))]
    servers = [
        Prometheus(bench, f"{name}-prometheus", exporter.port, UNHEALTHY, interval, alertmanager)
        for name, interval, alertmanager in zip(("own", "debian"), (None, "15s"), alertmanagers)]
    agent = Agent(bench, "default-tocsin", {
        "databases": [{"name": "parlant", "dsn": database.dsn("tocsin")}],
        "route": {"receiver": "bench", "group_by": ["..."]}, "receivers": [webhook("bench", our_gate)]})
    time.sleep(20)
    names = [f"slow-{number}" for number in range(count)]
    moments = sorted(random.uniform(0, 60) for _ in names)
    committed = raise_conditions(database, names, [b - a for a, b in zip([0, *moments], moments)])

    def collect():
        return [arrivals(receiver, gate, committed) for gate in (own_gate, debian_gate, our_gate)]

    wait_until(165, lambda: min(map(len, collect())) == count, pause=2)
    own, debian, ours = collect()
    for one in (agent, *servers, exporter, *alertmanagers):
        one.daemon.stop()
    what = "condition in the database → webhook, defaults"
    return [latency_row(f"{what} (Prometheus 1m, Alertmanager 30s)", own, ours, count, 10),
            latency_row(f"{what} (Prometheus 15s, as in Debian's example file)", debian, ours, count, 10)]
