"""10,000 alerts that start at once, one webhook each: how fast, how much memory, and what a kill -9 loses."""
import collections
import statistics
import time

from agent import Agent
from peers import Alertmanager, webhook
from report import Row, ratio
from source import numbered
from workbench import peak_memory, say, wait_until

COUNT = 10_000
ROUTE = {"receiver": "bench", "group_by": ["..."], "group_wait": "0s"}
KILL_AT = 3_000


def start_alertmanager(bench, name, gate):
    return Alertmanager(bench, name, ROUTE, [webhook("bench", gate)])


def start_agent(bench, name, gate):
    return Agent(bench, name, {"route": ROUTE, "receivers": [webhook("bench", gate)], "rule_files": []})


def alerts():
    return [{"labels": {"alertname": "Bench", "severity": "warning", **labels},
             "annotations": {"summary": f"Number {labels['n']} has the value 1"}} for labels in numbered(COUNT)]


def quiet(receiver, gate, seconds, longest):
    """Waits until nothing has come for a time, or all has."""
    last, since, end = receiver.count(gate), time.monotonic(), time.monotonic() + longest
    while time.monotonic() - since < seconds and time.monotonic() < end:
        time.sleep(0.25)
        if (count := receiver.count(gate)) != last:
            last, since = count, time.monotonic()


def rate(receiver, gate, began):
    """Requests a second, from the first to the last; how many there were; and when the last came, after the start."""
    moments = [moment for moment, status, _ in receiver.messages(gate) if status == 200]
    if len(moments) < 2:
        return 0.0, len(moments), 0.0
    return (len(moments) - 1) / max(moments[-1] - moments[0], 1e-3), len(moments), moments[-1] - began


def speed(bench, receiver, repetitions):
    results = {"peers": [], "ours": []}
    for number in range(repetitions):
        say(f"{COUNT:,} alerts, one webhook each: run {number + 1} of {repetitions}")
        gate = receiver.gate()
        alertmanager = start_alertmanager(bench, f"flood-{number}-alertmanager", gate)
        whole = alerts()
        began = time.time()
        for start in range(0, COUNT, 1_000):
            alertmanager.post(whole[start:start + 1_000])
        wait_until(60, lambda: receiver.count(gate) >= COUNT)
        results["peers"].append((*rate(receiver, gate, began), peak_memory(alertmanager.daemon.pid)))
        alertmanager.daemon.stop()

        gate = receiver.gate()
        agent = start_agent(bench, f"flood-{number}-tocsin", gate)
        began = time.time()
        for start in range(0, COUNT, 1_000):
            agent.post(whole[start:start + 1_000])
        wait_until(60, lambda: receiver.count(gate) >= COUNT)
        results["ours"].append((*rate(receiver, gate, began), peak_memory(agent.daemon.pid)))
        agent.daemon.stop()
    (peers, sent, end, peak), (ours, our_sent, our_end, our_peak) = [
        [statistics.median(column) for column in zip(*results[side])] for side in ("peers", "ours")]
    short = f" ({our_sent:,.0f} of {COUNT:,} within a minute)" if our_sent < COUNT else ""
    their_short = f" ({sent:,.0f} of {COUNT:,} within a minute)" if sent < COUNT else ""
    return [
        Row(f"{COUNT:,} alerts, one webhook each: a second", f"{peers:,.0f}{their_short}", f"{ours:,.0f}{short}",
            ratio(ours, peers), "at least the peers', each synced to disk first", not short and ours >= peers),
        Row("the same, from the alerts' start to the last webhook", f"{end:.1f} s", f"{our_end:.1f} s",
            ratio(our_end, end)),
        Row("the same, peak resident memory", f"{peak:.0f} MiB", f"{our_peak:.0f} MiB", ratio(our_peak, peak),
            "no more than the peers'", our_peak <= peak),
    ]


def deliveries(receiver, gate):
    """How often each alert was told as firing."""
    return collections.Counter(labels["n"] for _, status, labels in receiver.alerts(gate) if status == "firing")


def crash(bench, receiver):
    """kill -9 once about a third is delivered to a receiver that takes a thousand a second; then the same notifier
    starts again, and nobody sends anew."""
    say(f"kill -9 in the middle of {COUNT:,} alerts")
    gate = receiver.gate("slow")
    alertmanager = start_alertmanager(bench, "crash-alertmanager", gate)
    # One request, so that all are accepted before the kill.
    alertmanager.post(alerts())
    wait_until(60, lambda: receiver.count(gate) >= KILL_AT, pause=0.005)
    alertmanager.daemon.kill()
    time.sleep(1)
    told = receiver.count(gate)
    alertmanager.daemon.start()
    alertmanager.wait_ready()
    quiet(receiver, gate, seconds=10, longest=60)
    peers = (told, deliveries(receiver, gate))
    alertmanager.daemon.stop()

    gate = receiver.gate("slow")
    agent = start_agent(bench, "crash-tocsin", gate)
    agent.post(alerts())
    wait_until(60, lambda: receiver.count(gate) >= KILL_AT, pause=0.005)
    agent.daemon.kill()
    time.sleep(1)
    told = receiver.count(gate)
    agent.daemon.start()
    agent.wait_ready()
    quiet(receiver, gate, seconds=10, longest=120)
    ours = (told, deliveries(receiver, gate))
    agent.daemon.stop()

    def text(told, counts):
        return f"{COUNT - len(counts):,} ({told:,} told before)"

    def twice(counts):
        return sum(1 for count in counts.values() if count > 1)

    lost = COUNT - len(ours[1])
    again = twice(ours[1])
    return [
        Row(f"the notifier killed with -9 in the middle of {COUNT:,}: never told", text(*peers), text(*ours),
            target="0", met=lost == 0),
        Row("the same, told twice", f"{twice(peers[1]):,}", f"{again:,}", target="only what was in flight (≤ 200)",
            met=again <= 200),
    ]
